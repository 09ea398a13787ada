import Repro

/// A sweep as a person reads it: a line per run as it goes, then a table.
enum SweepText {
    static func line(_ outcome: Sweep.Outcome, width: Int) -> StyledText {
        let name = outcome.plan.name.padded(width)
        guard let run = outcome.run else { return "\(name)  \(bad: outcome.failure?.reason ?? "no run")" }
        return "\(name)  \(run.root.hexadecimal.prefix(16))\(faint: outcome.wasThere ? "  was there" : "")"
    }

    /// Per variant one row per metric: how many runs, mean ± half interval, deviation, least and greatest.
    static func summary(_ sweep: Sweep) -> [StyledText] {
        var lines: [StyledText] = []
        for (index, variant) in sweep.plan.variants.enumerated() {
            lines += ["", "\(strong: variant.title)"]
            let spreads = sweep.spreads(variant: index)
            guard !spreads.isEmpty else {
                lines.append("  no run came to its end")
                continue
            }
            let rows =
                [["", "runs", "mean", "± 95 %", "deviation", "least", "greatest"]]
                + spreads.map { metric, spread in
                    [metric, "\(spread.count)"]
                        + [spread.mean, spread.halfInterval, spread.deviation, spread.least, spread.greatest].map {
                            $0.map { number(metric, $0) } ?? "–"
                        }
                }
            let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
            lines += rows.map { row in
                let cells = row.indices.map { $0 == 0 ? row[0].padded(widths[0]) : row[$0].leftPadded(widths[$0]) }
                return "  \(cells.joined(separator: "  "))"
            }
        }
        if let digest = sweep.digest { lines += ["", "\("digest".padded(18))  \(strong: digest.hexadecimal)"] }
        return lines
    }

    private static func number(_ metric: String, _ value: Double) -> String {
        metric.hasSuffix("Accuracy") ? percent(value) : decimal(value, places: 6)
    }
}
