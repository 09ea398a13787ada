import Repro

/// What two runs or files differ in, for people, machines and services.
struct ComparisonText {
    let context: Context

    func write(_ comparison: Comparison) throws {
        if comparison.areEqual {
            try Output.line("equal, bit for bit")
            return
        }
        for note in comparison.notes { try Output.line("  " + note + "\n") }
        if let drift = comparison.drift {
            for line in DriftText(palette: context.palette).lines(drift) { try Output.line(line) }
            try Output.line()
            for line in GrowthText(palette: context.palette, stages: comparison.growth).lines { try Output.line(line) }
            try Output.line()
        }
        if let operations = comparison.operations {
            for line in ComparisonText.lines(operations) { try Output.line(line) }
            try Output.line()
        }
        for file in comparison.files {
            let place = file.name.isEmpty ? "" : context.palette.faint("  \(file.name)")
            for tensor in file.differences {
                try Output.line("  " + context.palette.bad(tensor.name) + place)
                try Output.line("    " + TensorDifferenceText.line(tensor))
            }
        }
    }

    private static func lines(_ difference: OperationDifference) -> [String] {
        var lines = [
            "  first operation  \(difference.place)  (\(difference.differingCount) of \(difference.count) operations differ)"
        ]
        if let structure = difference.structure { lines.append("    " + DriftText.text(structure)) }
        return lines
    }

    private static func json(_ difference: OperationDifference) -> JSONValue {
        .object([
            .init("stage", .string((difference.before ?? difference.after)!.stage)),
            .init("operation", .string((difference.before ?? difference.after)!.name)),
            .init("expected", difference.before.map { .string($0.digest.hexadecimal) } ?? .null),
            .init("found", difference.after.map { .string($0.digest.hexadecimal) } ?? .null),
            .init("structure", difference.structure.map { .string(DriftText.text($0)) } ?? .null),
            .init("differing", .number(difference.differingCount)), .init("count", .number(difference.count)),
        ])
    }

    static func json(_ comparison: Comparison) -> JSONValue {
        let tensors = comparison.files.flatMap { file in
            file.differences.map { tensor in
                JSONValue.object(
                    [
                        .init("file", .string(file.name)), .init("name", .string(tensor.name)),
                        .init("difference", .string(TensorDifferenceText.line(tensor))),
                    ] + TensorDifferenceText.members(tensor))
            }
        }
        return .object([
            .init("schema", .number(ReproVersion.schema)), .init("equal", .bool(comparison.areEqual)),
            .init("drift", comparison.drift.map(DriftText.json) ?? .null),
            .init("stages", GrowthText(palette: Palette(noColor: true), stages: comparison.growth).json),
            .init("operation", comparison.operations.map(json) ?? .null), .init("tensors", .array(tensors)),
        ])
    }

    /// A case for the digests of two runs, and one a file.
    static func report(_ comparison: Comparison, name: String) -> ServiceReport {
        var cases: [ServiceReport.Case] = []
        if comparison.files.contains(where: { !$0.name.isEmpty }) {
            let palette = Palette(noColor: true)
            cases.append(
                ServiceReport.Case(
                    name: "stages", outcome: comparison.drift == nil ? .passed : .failed,
                    headline: comparison.drift.map(DriftText.place) ?? "equal",
                    details: comparison.drift.map {
                        DriftText(palette: palette).lines($0)
                            + GrowthText(palette: palette, stages: comparison.growth).lines
                    } ?? []))
        }
        if let operations = comparison.operations {
            cases.append(
                ServiceReport.Case(
                    name: "operations", outcome: .failed, headline: "first \(operations.place)",
                    details: lines(operations)))
        }
        for file in comparison.files {
            let count = file.differences.count
            cases.append(
                ServiceReport.Case(
                    name: file.name.isEmpty ? name : file.name, outcome: count == 0 ? .passed : .failed,
                    headline: count == 0 ? "equal" : "\(count) tensor\(count == 1 ? "" : "s") differ",
                    details: file.differences.map { "  \($0.name)  \(TensorDifferenceText.line($0))" }))
        }
        return ServiceReport(
            command: "diff", subject: "part", summary: comparison.areEqual ? "equal, bit for bit" : "\(name) differ",
            cases: cases)
    }
}
