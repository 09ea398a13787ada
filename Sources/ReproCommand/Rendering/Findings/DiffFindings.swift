import Repro

/// What two runs or files differ in: a case for the stages of two runs, one for their operations, and one per file.
enum DiffFindings {
    static func findings(_ comparison: Comparison, name: String) -> Findings {
        let cases =
            (comparison.runs.map { [stages($0, comparison)] } ?? [])
            + (comparison.operations.map { [operations($0)] } ?? [])
            + comparison.files.map { file($0, name: name) }
        let equal = "equal, bit for bit"
        return Findings(
            command: "diff", subject: "part", cases: cases,
            summary: comparison.areEqual ? equal : "\(name) differ",
            closing: comparison.areEqual ? [StyledText(equal)] : [], json: json(comparison))
    }

    private static func stages(_ runs: RunComparison, _ comparison: Comparison) -> Finding {
        let notes =
            comparison.areEqual
            ? [] : comparison.notes.flatMap { [FindingRow(line: "  \($0)"), FindingRow(line: "")] }
        let conditions = ConditionText(conditions: runs.conditions)
        guard let drift = runs.drift else {
            let rows = conditions.rows(withEnvironment: false)
            return Finding(name: "stages", outcome: .passed, headline: "equal", rows: notes + rows)
        }
        let growth = GrowthText(stages: runs.growth).lines
        return Finding(
            name: "stages", outcome: .failed, headline: DriftText.place(drift),
            rows: notes + conditions.rows(withEnvironment: true) + DriftText.rows(drift)
                + (["" as StyledText] + growth + [""]).map { FindingRow(line: $0) })
    }

    private static func operations(_ difference: OperationComparison) -> Finding {
        let count = "\(difference.differingCount) of \(difference.count) operations differ"
        let lines: [StyledText] =
            ["  first operation  \(difference.place)  (\(count))"]
            + (difference.structure.map { ["    \(DriftText.text($0))"] } ?? [])
        return Finding(
            name: "operations", outcome: .failed, headline: "first \(difference.place)",
            rows: (lines + [""]).map { FindingRow(line: $0) })
    }

    private static func file(_ file: FileComparison, name: String) -> Finding {
        let count = file.differences.count
        let place: StyledText = file.name.isEmpty ? "" : "\(faint: "  " + file.name)"
        return Finding(
            name: file.name.isEmpty ? name : file.name, outcome: count == 0 ? .passed : .failed,
            headline: count == 0 ? "equal" : "\(count) tensor\(count == 1 ? "" : "s") differ",
            rows: file.differences.flatMap { tensor -> [FindingRow] in
                [
                    FindingRow(line: "  \(bad: tensor.name)\(place)"),
                    FindingRow(line: "    \(TensorDifferenceText.line(tensor))"),
                ]
            })
    }

    private static func json(_ comparison: Comparison) -> JSONValue {
        let tensors = comparison.files.flatMap { file in
            file.differences.map { tensor in
                let json: JSONValue = [
                    "file": file.name, "name": tensor.name, "difference": TensorDifferenceText.line(tensor),
                ]
                return json.adding(TensorDifferenceText.json(tensor))
            }
        }
        let runs = comparison.runs
        return [
            "schema": ReproVersion.schema, "equal": comparison.areEqual, "cause": runs?.cause.rawValue,
            "conditions": runs.map { ConditionText(conditions: $0.conditions).json },
            "drift": runs?.drift.map(DriftText.json), "stages": GrowthText(stages: runs?.growth ?? []).json,
            "operation": comparison.operations.map(json), "tensors": tensors,
        ]
    }

    private static func json(_ difference: OperationComparison) -> JSONValue {
        let (before, after) = (difference.first?.before, difference.first?.after)
        return [
            "stage": (before ?? after)?.stage.description, "operation": difference.first?.name,
            "expected": before?.digest,
            "found": after?.digest, "structure": difference.structure.map(DriftText.text),
            "differing": difference.differingCount, "count": difference.count,
        ]
    }
}
