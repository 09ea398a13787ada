import ReproFormats

/// What each epoch left: the mean training loss beside the validation split's loss, and each further score in a plot of its own.
struct EpochCurves {
    let curves: [Curves.Curve]
    private static let rowCount = 24

    private var epochCount: Int { curves.map(\.epochLosses.count).max() ?? 0 }
    private var hasScores: Bool { curves.contains { !$0.validations.isEmpty } }

    /// Nothing where a single epoch was not validated: the curve of its steps has it all.
    var markup: Markup {
        guard hasScores || epochCount > 1 else { return .nothing }
        var plots = [plot("Loss of each epoch", "loss, linear", score: "loss", withTraining: true)]
        plots += names.map { plot("Validation \($0) of each epoch", "\($0), linear", score: $0, withTraining: false) }
        return """
            <h3>Epochs</h3>
            \(legend)
            <div class="plots">\(plots.joined())</div>
            <p class="note">Training: the mean of the steps' losses. Validation: after the epoch\(
                hasScores ? "" as Markup : "; nothing was validated" as Markup). Epochs count from 0.</p>
            \(table)
            """
    }

    /// The scores that are no loss, in their order.
    private var names: [String] {
        var names: [String] = []
        for name in curves.flatMap({ $0.validations.first?.scores ?? [] }).map(\.name)
        where name != "loss" && !names.contains(where: { Text.areSame($0, name) }) { names.append(name) }
        return names
    }

    private static func style(_ curve: Int, isValidation: Bool) -> Int {
        (2 * curve + (isValidation ? 1 : 0)) % Curves.styleCount
    }

    private func plot(_ title: Markup, _ unit: Markup, score: String, withTraining: Bool) -> Markup {
        var series: [Plot.Series] = []
        var ends: [Markup] = []
        func add(_ name: Markup, _ style: Int, _ points: [(step: Int, value: Double)]) {
            guard let first = points.first, let last = points.last else { return }
            series.append(Plot.Series(style: style, points: Curves.thinned(points), isDotted: points.count == 1))
            ends.append("\(name): from \("\(first.value)") to \("\(last.value)")")
        }
        for (index, curve) in curves.enumerated() {
            if withTraining {
                add(
                    "\(curve.names), training", EpochCurves.style(index, isValidation: false),
                    curve.epochLosses.enumerated().map { ($0, $1) })
            }
            add(
                "\(curve.names), validation", EpochCurves.style(index, isValidation: true),
                curve.validations.compactMap { found in found.value(score).map { (found.epoch, $0) } })
        }
        return Plot(
            title: title, summary: "\(title), \(Markup.count(epochCount, "epoch")). \(ends.joined("; ")).",
            unit: unit, stepCount: epochCount, axis: .linear(series.flatMap { $0.points.map(\.value) }),
            series: series.reversed(), epochs: [], place: "epoch"
        ).markup
    }

    private var legend: Markup {
        let entries = curves.enumerated().flatMap { index, curve in
            [false, true].filter { !$0 || !curve.validations.isEmpty }.map { isValidation -> Markup in
                """
                <li><svg class="key" viewBox="0 0 32 12" aria-hidden="true" focusable="false">\
                <path class="line s\(EpochCurves.style(index, isValidation: isValidation))" d="M0 6H32"/></svg>\
                \(curve.names), \(isValidation ? "validation" as Markup : "training" as Markup)</li>
                """
            }
        }
        return "<ul class=\"keys\">\(entries.joined())</ul>"
    }

    private var table: Markup {
        let every = max(1, (epochCount + EpochCurves.rowCount - 1) / EpochCurves.rowCount)
        let epochs = (0..<epochCount).filter { $0 % every == 0 || $0 == epochCount - 1 }
        let heads = curves.flatMap { curve -> [Markup] in
            let scores = curve.validations.isEmpty ? [] : ["loss"] + names
            return ["\(curve.names), training loss"] + scores.map { "\(curve.names), validation \($0)" }
        }
        let rows = epochs.map { epoch -> Markup in
            let cells = curves.flatMap { curve -> [Double?] in
                let training = curve.epochLosses.indices.contains(epoch) ? curve.epochLosses[epoch] : nil
                let found = curve.validations.first { $0.epoch == epoch }
                return [training] + (curve.validations.isEmpty ? [] : (["loss"] + names).map { found?.value($0) })
            }
            let columns = cells.map { "<td class=\"number\">\($0.map { "\($0)" } ?? "–")</td>" as Markup }
            return "<tr><th scope=\"row\">\(epoch)</th>\(columns.joined())</tr>"
        }
        return """
            <details><summary>Epochs as a table</summary>
            \(PageFrame.scrolling("Epochs", """
                <table><caption>\(rows.count) of \(Markup.count(epochCount, "epoch")), evenly apart, with the last one. All are \
                in metrics.csv.</caption>
                <thead><tr><th scope="col">Epoch</th>\(heads.map { "<th scope=\"col\" class=\"number\">\($0)</th>" as Markup }.joined())</tr></thead>
                <tbody>\(rows.joined("\n"))</tbody></table>
                """))</details>

            """
    }
}
