import Repro

/// What a check of goldens came to, one case per golden.
struct CheckFindings {
    /// The folder, as it was named.
    let goldens: String
    /// Of the column of names.
    let width: Int

    func finding(_ outcome: GoldenCheck.Outcome) -> Finding {
        Finding(
            name: outcome.name, outcome: CheckFindings.kind(outcome.verdict),
            headline: CheckFindings.headline(outcome), details: details(outcome), digest: outcome.golden?.root,
            file: "\(goldens)/\(outcome.name).json", lines: [title(outcome)] + body(outcome))
    }

    func findings(
        _ cases: [Finding], _ outcomes: [GoldenCheck.Outcome], code: ExitCode, environment: RunEnvironment
    ) -> Findings {
        let summary = "\(outcomes.count { $0.verdict.isReproduced }) of \(outcomes.count) reproduced"
        return Findings(
            command: "check", subject: "golden", cases: cases, summary: summary, closing: ["", StyledText(summary)],
            json: [
                "schema": ReproVersion.schema, "exitCode": code.rawValue, "cases": outcomes.map(CheckFindings.json),
                "environment": environment,
            ])
    }

    /// The findings of a check that had nothing to judge. A person reads the error.
    static func unjudged(_ reason: String) -> Findings {
        let finding = Finding(name: "goldens", outcome: .unjudged, headline: "not judged: \(reason)")
        return Findings(
            command: "check", subject: "golden", cases: [finding], summary: "nothing was checked",
            json: [
                "schema": ReproVersion.schema, "exitCode": ExitCode.notJudged.rawValue, "cases": [JSONValue](),
                "reason": reason,
            ])
    }

    private static func kind(_ verdict: Verdict) -> Finding.Outcome {
        switch verdict {
        case .reproduced: .passed
        case .drift, .notReproducible: .failed
        case .notJudged, .notFinite: .unjudged
        }
    }

    /// One line: the verdict, and where it began.
    static func headline(_ outcome: GoldenCheck.Outcome) -> String {
        switch outcome.verdict {
        case .drift(let drift), .notReproducible(let drift): "\(outcome.verdict.word), \(DriftText.place(drift))"
        case .notJudged(let reason), .notFinite(let reason): "\(outcome.verdict.word): \(reason)"
        case .reproduced: outcome.verdict.word
        }
    }

    /// The drift, or the reason.
    private func details(_ outcome: GoldenCheck.Outcome) -> [StyledText] {
        let tensors = outcome.tensorsFault.map { ["  tensors: \("\($0)")" as StyledText] } ?? []
        switch outcome.verdict {
        case .reproduced: return []
        case .drift(let drift), .notReproducible(let drift): return DriftText.lines(drift) + tensors
        case .notJudged(let reason), .notFinite(let reason): return ["  \(reason)"]
        }
    }

    private func title(_ outcome: GoldenCheck.Outcome) -> StyledText {
        let word = outcome.verdict.word
        let verdict = StyledText(word, outcome.verdict.isReproduced ? .good : .bad)
        let title: StyledText = "\(outcome.name.padded(width))  \(verdict)"
        guard let golden = outcome.golden else { return title }
        return "\(title)\(String(repeating: " ", count: max(2, 18 - word.count)))\(faint: golden.root.abbreviated)"
    }

    /// What a person reads below the title, and what to run next.
    private func body(_ outcome: GoldenCheck.Outcome) -> [StyledText] {
        let place = goldens == "Goldens" ? "" : " --goldens \(goldens)"
        switch outcome.verdict {
        case .reproduced: return []
        case .drift(let drift):
            let data = CheckFindings.changedData(drift).map {
                StyledText.row("data", "\(bad: $0) is not the file that was blessed")
            }
            let tensors = outcome.tensorsFault.map { [StyledText.row("tensors", "\("\($0)")")] } ?? []
            let next: StyledText = """
                repro bisect --baseline PATH \(outcome.name)\(place)   with the last good build; or, where the change is meant, \
                repro bless \(outcome.name)\(place) --reason TEXT
                """
            return data + DriftText.lines(drift) + tensors + [.row("next", next)]
        case .notReproducible(let drift):
            return ["  two runs of this build disagree with each other:"] + DriftText.lines(drift)
                + [.row("next", "repro doctor   and look for memory read before it is written, or faulty memory")]
        case .notJudged(let reason): return ["  \(reason)", .row("next", "repro list\(place)")]
        case .notFinite(let reason):
            let next: StyledText = "repro run \(target(outcome)) --trace tensor   and look at the tensors before it"
            return ["  \(reason)", .row("next", next)]
        }
    }

    /// Data files that are not those that were blessed: their paths, relative to the golden.
    private static func changedData(_ drift: Drift) -> [String] {
        drift.comparison.conditions.data.filter(\.differs).map(\.name)
    }

    private func target(_ outcome: GoldenCheck.Outcome) -> String {
        let seed = outcome.golden?.seed ?? 0
        return Experiment.shipped(named: outcome.name) == nil
            ? "--config FILE --seed \(seed)" : "\(outcome.name) --seed \(seed)"
    }

    private static func json(_ outcome: GoldenCheck.Outcome) -> JSONValue {
        var json: JSONValue = [
            "name": outcome.name, "verdict": outcome.verdict.word, "exitCode": outcome.verdict.exitCode.rawValue,
            "expected": outcome.golden?.root, "found": outcome.trace?.root,
        ]
        json.add("tensorsFault", ifPresent: outcome.tensorsFault.map { "\($0)" })
        switch outcome.verdict {
        case .drift(let drift):
            return json.adding(["drift": DriftText.json(drift), "changedData": changedData(drift)])
        case .notReproducible(let drift): return json.adding(["drift": DriftText.json(drift)])
        case .notJudged(let reason), .notFinite(let reason): return json.adding(["reason": reason])
        case .reproduced: return json
        }
    }
}
