import Repro

/// What a check of goldens came to, one case per golden.
struct CheckFindings {
    let diagnosis: Diagnosis
    /// Of the column of names.
    let width: Int

    /// An outcome as it is reported.
    func judged(_ outcome: GoldenCheck.Outcome) -> JudgedCase {
        let finding = Finding(
            name: outcome.name, outcome: CheckFindings.kind(outcome.verdict),
            headline: CheckFindings.headline(outcome), rows: diagnosis.rows(outcome), digest: outcome.golden?.root,
            file: "\(diagnosis.goldens)/\(outcome.name).json", title: title(outcome))
        return JudgedCase(
            finding: finding, exitCode: outcome.verdict.exitCode, json: CheckFindings.json(outcome, finding),
            successor: outcome.successor)
    }

    /// A golden that a revision has, and that was taken out here on purpose.
    func retired(_ retirement: GoldenRetirement, since reference: String) -> JudgedCase {
        let name = retirement.name.text
        let row = FindingRow(
            "retired", "'\(reference)' has it; \(retirement.by) took it out of this folder: \(retirement.reason)")
        let title: StyledText =
            "\(name.padded(width))  \(good: "retired")           \(faint: retirement.root.abbreviated)"
        let finding = Finding(
            name: name, outcome: .passed, headline: "retired", rows: [row], digest: retirement.root,
            file: "\(diagnosis.goldens)/\(GoldenFolder.indexName)", title: title)
        let json: JSONValue = [
            "name": name, "verdict": "retired", "exitCode": ExitCode.success.rawValue, "headline": finding.headline,
            "expected": retirement.root, "found": JSONValue.null, "findings": finding.rows,
        ]
        return JudgedCase(finding: finding, exitCode: .success, json: json, isRetired: true)
    }

    /// The exit code of a check: a retired golden was not checked, and a check of nothing is no success.
    static func exitCode(of cases: [JudgedCase]) -> ExitCode {
        cases.allSatisfy(\.isRetired) ? .notJudged : .ofSeveral(cases.map(\.exitCode))
    }

    func findings(_ cases: [JudgedCase], code: ExitCode) -> Findings {
        let retired = cases.count(where: \.isRetired)
        let summary =
            "\(cases.count(where: \.isReproduced)) of \(cases.count - retired) reproduced"
            + (retired == 0 ? "" : ", \(retired) retired")
            + (retired == cases.count ? ": nothing was checked" : "")
        return Findings(
            command: "check", subject: "golden", cases: cases.map(\.finding), summary: summary,
            closing: ["", StyledText(summary)],
            json: [
                "schema": ReproVersion.schema, "exitCode": code.rawValue, "cases": cases.map(\.json),
                "environment": diagnosis.environment,
            ])
    }

    /// The findings of a check that had nothing to judge. A person reads the error.
    static func unjudged(_ reason: String, code: ExitCode) -> Findings {
        let finding = Finding(name: "goldens", outcome: .unjudged, headline: "not judged: \(reason)")
        return Findings(
            command: "check", subject: "golden", cases: [finding], summary: "nothing was checked",
            json: [
                "schema": ReproVersion.schema, "exitCode": code.rawValue, "cases": [JSONValue](),
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
    private static func headline(_ outcome: GoldenCheck.Outcome) -> String {
        switch outcome.verdict {
        case .drift(let drift), .notReproducible(let drift): "\(outcome.verdict.word), \(DriftText.place(drift))"
        case .notJudged(let reason), .notFinite(let reason): "\(outcome.verdict.word): \(reason)"
        case .reproduced: outcome.verdict.word
        }
    }

    private func title(_ outcome: GoldenCheck.Outcome) -> StyledText {
        let word = outcome.verdict.word
        let verdict = StyledText(word, outcome.verdict.isReproduced ? .good : .bad)
        let title: StyledText = "\(outcome.name.padded(width))  \(verdict)"
        guard let golden = outcome.golden else { return title }
        return "\(title)\(String(repeating: " ", count: max(2, 18 - word.count)))\(faint: golden.root.abbreviated)"
    }

    private static func json(_ outcome: GoldenCheck.Outcome, _ finding: Finding) -> JSONValue {
        var json: JSONValue = [
            "name": outcome.name, "verdict": outcome.verdict.word, "exitCode": outcome.verdict.exitCode.rawValue,
            "headline": finding.headline, "expected": outcome.golden?.root, "found": outcome.trace?.root,
            "findings": finding.rows,
        ]
        json.add("tensorsFault", ifPresent: outcome.tensorsFault.map { "\($0)" })
        if let golden = outcome.golden, !golden.metrics.isEmpty, !outcome.metrics.isEmpty {
            json = json.adding([
                "metrics": ["expected": JSONValue.object(golden.metrics), "found": JSONValue.object(outcome.metrics)]
                    as JSONValue
            ])
        }
        switch outcome.verdict {
        case .drift(let drift):
            return json.adding([
                "drift": DriftText.json(drift), "conditions": ConditionText(conditions: drift.conditions).json,
                "changedData": drift.conditions.data.filter(\.differs).map(\.name),
            ])
        case .notReproducible(let drift): return json.adding(["drift": DriftText.json(drift)])
        case .notJudged(let reason), .notFinite(let reason): return json.adding(["reason": reason])
        case .reproduced: return json
        }
    }
}

/// A case as every format reports it, whichever process judged it.
struct JudgedCase: Sendable {
    let finding: Finding
    let exitCode: ExitCode
    /// What programs are told.
    let json: JSONValue
    /// Where it drifted and somebody is to review it: the golden as this build would bless it.
    var successor: GoldenChange?
    /// Whether it was taken out on purpose, so that nothing was judged.
    var isRetired = false

    var isReproduced: Bool { exitCode == .success && !isRetired }
}
