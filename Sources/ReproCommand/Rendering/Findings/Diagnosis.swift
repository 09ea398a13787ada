import Repro

/// What a check found out about a case, causes before what they cause: the rows that every format draws.
struct Diagnosis {
    /// The folder, as it was named.
    let goldens: String
    /// The file of `--config`; nil without one.
    let config: String?
    let environment: RunEnvironment
    /// Whether the process that was to judge the case ended without a verdict.
    var hasDied = false
    /// The revision of `--against`; nil without one.
    var baseline: GoldenBaseline?
    /// The folder of `--results`, where a golden that drifted is left for review; nil without one.
    var results: String?

    func rows(_ outcome: GoldenCheck.Outcome) -> [FindingRow] {
        let tensors = outcome.tensorsFault.map { [FindingRow("tensors", "\("\($0)")")] } ?? []
        switch outcome.verdict {
        case .reproduced:
            return definition(outcome) + renamed(outcome) + tensors + (next(outcome).map { [$0] } ?? [])
        case .drift(let drift):
            let asked = ConditionText(conditions: drift.conditions).rows(withEnvironment: false)
            let remark = drift.hasRun ? "" : "; nothing was run"
            var rows = [FindingRow("cause", "\(bad: DriftText.cause(drift))\(remark)", below: asked)]
            rows += MetricText.rows(outcome.golden?.metrics ?? [], outcome.metrics)
            rows += DriftText.rows(drift)
            rows += growth(drift) + tensors + place(drift)
            return rows + (next(outcome).map { [$0] } ?? [])
        case .notReproducible(let drift):
            let cause: StyledText = "\(bad: "not repeatable"): two runs of this build disagree with each other"
            return [FindingRow("cause", cause)] + DriftText.rows(drift) + growth(drift) + place(drift)
                + (next(outcome).map { [$0] } ?? [])
        case .notJudged(let reason), .notFinite(let reason):
            return [FindingRow(reason: reason)] + (next(outcome).map { [$0] } ?? [])
        }
    }

    private func growth(_ drift: Drift) -> [FindingRow] {
        GrowthText(stages: drift.growth).picture.map { [$0] } ?? []
    }

    /// Of a golden that nothing but itself says the experiment of, that this is so: an edit of a config file cannot be seen.
    private func definition(_ outcome: GoldenCheck.Outcome) -> [FindingRow] {
        guard config == nil, let golden = outcome.golden else { return [] }
        if let own = golden.config {
            guard let baseline, let other = baseline.claim(golden.name.text)?.config, !Text.areSame(own, other) else {
                return []
            }
            return [FindingRow("config", "\(other) → \(own) since '\(baseline.reference)'")]
        }
        return Experiment.shipped(named: golden.name.text) == nil
            ? [FindingRow("config", "no file: nothing but the golden says what it computes")] : []
    }

    /// Data files that are called otherwise than when the golden was made, which changes nothing that is computed.
    private func renamed(_ outcome: GoldenCheck.Outcome) -> [FindingRow] {
        outcome.renamed.map { FindingRow("option", StyledText(ConditionText.renamed($0))) }
    }

    /// Where it ran, where that can matter: whatever was asked for is the same everywhere.
    private func place(_ drift: Drift) -> [FindingRow] {
        Cause(asked: drift.conditions) == .none
            ? [FindingRow("environment", "\(RunText.engine(environment)), \(environment.configuration) build")] : []
    }

    /// The command that helps with the cause; nil where the reason itself says what to do.
    func next(_ outcome: GoldenCheck.Outcome) -> FindingRow? {
        let name = Text.shellWord(outcome.name)
        let place = GoldenFolder(path: goldens).option
        func row(_ text: String) -> FindingRow { FindingRow("next", StyledText(text)) }
        switch outcome.verdict {
        case .reproduced:
            return outcome.renamed.isEmpty
                ? nil : row("repro bless \(name)\(place) --reason TEXT   takes the new name up; nothing else changes")
        case .drift(let drift):
            let bless =
                results.map { "repro review \(Text.shellWord($0))\(place)" }
                ?? "repro bless \(name)\(place) --reason TEXT"
            switch Cause(asked: drift.conditions) {
            case .none:
                return row(
                    "repro bisect --baseline PATH \(name)\(place)   with the last good build; or, where the change is meant, \(bless)"
                )
            case .data: return row("\(bless)   where the change is meant; else restore \(changedFiles(drift))")
            case .options, .streams, .arithmetic:
                let isRenamed = drift.conditions.options.contains { $0.name == "name" && $0.differs }
                let file = config ?? outcome.golden.flatMap(configPath)
                let command =
                    results == nil && (isRenamed || config != nil)
                    ? "repro bless --config \(file.map(Text.shellWord) ?? "FILE")\(isRenamed ? " --seed N" : "")\(place) --reason TEXT"
                    : bless
                return row(
                    "\(command)   where the change is meant; else restore \(file ?? "the experiment's definition")")
            }
        case .notReproducible:
            return row("repro doctor   and look for memory read before it is written, or faulty memory")
        case .notJudged:
            if hasDied {
                return row("repro check \(name)\(place) --no-isolation   judges it where a debugger can look")
            }
            if outcome.golden?.isUnreviewed == true { return row("repro review\(place)") }
            return baseline?.command(restoring: outcome.name, in: GoldenFolder(path: goldens)).map(row)
        case .notFinite:
            return row("repro run \(target(outcome)) --trace tensor   and look at the tensors before it")
        }
    }

    private func changedFiles(_ drift: Drift) -> String {
        drift.conditions.data.filter(\.differs).map { fromHere($0.name) }.joined(separator: ", ")
    }

    /// The config file of a golden, from the working directory.
    private func configPath(_ golden: Golden) -> String? { golden.config.map(fromHere) }

    /// A path that a golden names, from the working directory; an absolute one as it is.
    private func fromHere(_ path: String) -> String {
        path.hasPrefix("/") ? path : Paths.relative(Paths.resolve(path, against: goldens), from: ".")
    }

    private func target(_ outcome: GoldenCheck.Outcome) -> String {
        let seed = outcome.golden?.seed ?? 0
        if let config = outcome.golden.flatMap(configPath) {
            return "--config \(Text.shellWord(config)) --seed \(seed)"
        }
        return Text.shellWord(outcome.name) + GoldenFolder(path: goldens).option + " --seed \(seed)"
    }
}
