import Repro

/// What a check came to, as a report and as JSON.
enum CheckReport {
    static func report(_ outcomes: [GoldenCheck.Outcome], goldens: String) -> ServiceReport {
        let cases = outcomes.map { outcome in
            ServiceReport.Case(
                name: outcome.name, outcome: kind(outcome.verdict), headline: headline(outcome),
                details: details(outcome), digest: outcome.golden?.root, file: "\(goldens)/\(outcome.name).json")
        }
        return ServiceReport(command: "check", subject: "golden", summary: summary(outcomes), cases: cases)
    }

    /// The report of a check that found nothing to judge; nothing for people, who read the error.
    static func unjudged(_ reason: String, _ context: Context) throws {
        if context.format == .json {
            return try context.print(
                .object([
                    .init("schema", .number(ReproVersion.schema)),
                    .init("exitCode", .number(ExitCode.notJudged.rawValue)),
                    .init("cases", .array([])),
                    .init("reason", .string(reason)),
                ]))
        }
        let test = ServiceReport.Case(name: "goldens", outcome: .unjudged, headline: "not judged: \(reason)")
        try ServiceReport(command: "check", subject: "golden", summary: "nothing was checked", cases: [test])
            .write(context)
    }

    static func summary(_ outcomes: [GoldenCheck.Outcome]) -> String {
        "\(outcomes.count { $0.verdict.isReproduced }) of \(outcomes.count) reproduced"
    }

    private static func kind(_ verdict: Verdict) -> ServiceReport.Outcome {
        switch verdict {
        case .reproduced: .passed
        case .drift, .notReproducible: .failed
        case .notJudged, .notFinite: .unjudged
        }
    }

    /// The drift, or the reason, as plain lines.
    private static func details(_ outcome: GoldenCheck.Outcome) -> [String] {
        let tensors = outcome.tensorsFault.map { ["  tensors: \($0)"] } ?? []
        switch outcome.verdict {
        case .reproduced: return []
        case .drift(let drift), .notReproducible(let drift):
            return DriftText(palette: Palette(noColor: true)).lines(drift) + tensors
        case .notJudged(let reason), .notFinite(let reason): return ["  " + reason]
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

    static func json(_ outcomes: [GoldenCheck.Outcome], code: ExitCode, environment: RunEnvironment) -> JSONValue {
        let cases = outcomes.map { outcome in
            var members: [JSONValue.Member] = [
                .init("name", .string(outcome.name)), .init("verdict", .string(outcome.verdict.word)),
                .init("exitCode", .number(outcome.verdict.exitCode.rawValue)),
                .init("expected", outcome.golden.map { .string($0.root.hexadecimal) } ?? .null),
                .init("found", outcome.trace.map { .string($0.root.hexadecimal) } ?? .null),
            ]
            if let fault = outcome.tensorsFault { members.append(.init("tensorsFault", .string("\(fault)"))) }
            switch outcome.verdict {
            case .drift(let drift):
                members.append(.init("drift", DriftText.json(drift)))
                members.append(.init("changedData", .array(outcome.changedData.map { .string($0) })))
            case .notReproducible(let drift): members.append(.init("drift", DriftText.json(drift)))
            case .notJudged(let reason), .notFinite(let reason): members.append(.init("reason", .string(reason)))
            case .reproduced: break
            }
            return JSONValue.object(members)
        }
        return .object([
            .init("schema", .number(ReproVersion.schema)), .init("exitCode", .number(code.rawValue)),
            .init("cases", .array(cases)), .init("environment", environment.json),
        ])
    }
}
