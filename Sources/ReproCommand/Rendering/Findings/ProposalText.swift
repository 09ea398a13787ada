import Repro

/// What a golden would change, as `bless` and `review` show it before anything is written: options, data, seed, metrics,
/// stages, and the first element that moved.
enum ProposalText {
    static func title(_ golden: Golden, replacing previous: Golden?) -> StyledText {
        let old = previous?.root.abbreviated ?? "none"
        let change =
            previous?.root == golden.root ? "\(old), unchanged" : "\(old) → \(golden.root.abbreviated)"
        return "\(golden.name.text.padded(20))\(change)  seed \(golden.seed)"
    }

    static func rows(_ golden: Golden, replacing previous: Golden?, drift: Drift?) -> [FindingRow] {
        guard let previous else {
            let config = golden.config.map { [FindingRow("config", StyledText($0))] } ?? []
            let data = golden.data.map { FindingRow("data", StyledText($0.path)) }
            let metrics = MetricText.line(golden.metrics)
            return config + data + (metrics.isEmpty ? [] : [FindingRow("metrics", StyledText(metrics))])
        }
        let conditions = ConditionComparison([previous.conditions, golden.conditions])
        return ConditionText(conditions: conditions).rows(withEnvironment: false) + config(golden, previous)
            + MetricText.rows(previous.metrics, golden.metrics) + stages(golden, previous)
            + (drift.map(DriftText.rows) ?? [])
    }

    private static func config(_ golden: Golden, _ previous: Golden) -> [FindingRow] {
        golden.config == previous.config
            ? [] : [FindingRow("config", "\(previous.config ?? "none") → \(golden.config ?? "none")")]
    }

    /// The stages that are no steps and differ.
    private static func stages(_ golden: Golden, _ previous: Golden) -> [FindingRow] {
        RunComparison(previous, golden).growth.filter { !$0.isStep }.map { stage in
            let (old, new) = (stage.before?.digest.abbreviated, stage.after?.digest.abbreviated)
            return FindingRow(stage.name, "\(old ?? "none") → \(new ?? "none")")
        }
    }
}
