import Repro

/// What two runs say of themselves differently, causes before what they cause.
struct ConditionText {
    let conditions: ConditionComparison

    /// One row per condition that differs: `option        training.learningRate 0.01 → 0.02`.
    ///
    /// - Parameter withEnvironment: whether to tell where the runs took place, which explains nothing of equal runs.
    func rows(withEnvironment: Bool) -> [FindingRow] {
        func rows(_ kind: String, _ conditions: [Condition]) -> [FindingRow] {
            conditions.filter(\.differs).map {
                FindingRow(kind, StyledText($0.name == kind ? ConditionText.change($0) : line($0)))
            }
        }
        let renamed = conditions.renamed.map { FindingRow("option", StyledText(ConditionText.renamed($0))) }
        return rows("option", conditions.options) + renamed + rows("data", conditions.data)
            + rows("seed", [conditions.seed])
            + (withEnvironment ? rows("environment", conditions.environment) : [])
    }

    /// The first option, data file or seed that differs, for a headline; empty where they agree.
    var headline: String {
        let causes = (conditions.options + conditions.data + [conditions.seed]).filter(\.differs)
        guard let first = causes.first else { return "" }
        let kind = conditions.data.contains(first) ? "data " : ""
        return kind + line(first) + (causes.count > 1 ? " and \(causes.count - 1) more" : "")
    }

    /// One condition that differs: of a data file its lines, where they are known.
    private func line(_ condition: Condition) -> String {
        guard conditions.namesFiles, conditions.data.contains(condition) else { return ConditionText.line(condition) }
        let lines = conditions.lines.first { Text.areSame($0.path, condition.name) }.map(LineText.text)
        if let lines { return "\(condition.name): \(lines)" }
        let isKnown = condition.perRun.allSatisfy { $0 != nil }
        return isKnown ? "\(condition.name): its bytes differ" : ConditionText.line(condition)
    }

    var json: JSONValue {
        func differing(_ conditions: [Condition]) -> JSONValue {
            conditions.filter(\.differs).map { condition -> JSONValue in
                ["name": condition.name, "before": condition.perRun[0], "after": condition.perRun[1]]
            }.json
        }
        return [
            "options": differing(conditions.options), "data": differing(conditions.data),
            "seed": differing([conditions.seed]), "environment": differing(conditions.environment),
        ]
    }

    /// A condition of two runs, its values as JSON: `model.hidden 4 → 9`.
    ///
    /// - Parameter width: of the column of names.
    static func line(_ condition: Condition, width: Int = 0) -> String {
        "\(condition.name.padded(width)) \(change(condition))"
    }

    /// An option that calls a data file otherwise: `data.train "../a.tsv" → "../b.tsv" (the same bytes)`.
    static func renamed(_ condition: Condition) -> String { "\(line(condition)) (the same bytes)" }

    /// Both values, long ones from shortly before the place where they part.
    private static func change(_ condition: Condition) -> String {
        let texts = condition.perRun.prefix(2).map { $0.map { Array($0.text(.compact).unicodeScalars) } }
        var start = 0
        if let before = texts[0], let after = texts[1] {
            let shared = zip(before, after).prefix { $0 == $1 }.count
            start = shared < 40 ? 0 : shared - 10
        }
        func text(_ value: [Unicode.Scalar]?) -> String {
            guard let value else { return "absent" }
            let shown = String(String.UnicodeScalarView(value.dropFirst(start).prefix(40)))
            return (start > 0 ? "…" : "") + shown + (value.count > start + 40 ? "…" : "")
        }
        return "\(text(texts[0])) → \(text(texts[1]))"
    }
}
