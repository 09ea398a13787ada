import Repro

/// What a golden would change, as `bless` and `review` show it before anything is written: options, data, seed, metrics,
/// stages, and the first element that moved.
struct ProposalText {
    let golden: Golden
    /// What it replaces; nil where there is none, or one that cannot be read.
    let previous: Golden?
    /// Why that cannot be read.
    let fault: GoldenFault?
    let drift: Drift?

    var title: StyledText {
        let old = previous?.root.abbreviated ?? (fault == nil ? "none" : "unreadable")
        let change =
            previous?.root == golden.root ? "\(old), unchanged" : "\(old) → \(golden.root.abbreviated)"
        return "\(golden.name.text.padded(20))\(change)  seed \(golden.seed)"
    }

    var rows: [FindingRow] {
        guard let previous else {
            let before = fault.map { [FindingRow("before", "\(bad: "unreadable"): \($0.fact)")] } ?? []
            let config = golden.config.map { [FindingRow("config", StyledText($0))] } ?? []
            let data = golden.data.map { FindingRow("data", StyledText($0.path)) }
            let metrics = MetricText.line(golden.metrics)
            return before + config + data + (metrics.isEmpty ? [] : [FindingRow("metrics", StyledText(metrics))])
        }
        let conditions = ConditionComparison([previous.conditions, golden.conditions])
        return ConditionText(conditions: conditions).rows(withEnvironment: false) + config(previous)
            + MetricText.rows(previous.metrics, golden.metrics) + stages(previous)
            + (drift.map(DriftText.rows) ?? [])
    }

    private func config(_ previous: Golden) -> [FindingRow] {
        golden.config == previous.config
            ? [] : [FindingRow("config", "\(previous.config ?? "none") → \(golden.config ?? "none")")]
    }

    /// The stages that are no steps and differ.
    private func stages(_ previous: Golden) -> [FindingRow] {
        RunComparison(previous, golden).growth.filter { !$0.isStep }.map { stage in
            let (old, new) = (stage.before?.digest.abbreviated, stage.after?.digest.abbreviated)
            return FindingRow(stage.name, "\(old ?? "none") → \(new ?? "none")")
        }
    }
}
