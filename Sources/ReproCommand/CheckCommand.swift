import Repro

/// `repro check`: every golden again, and a verdict each. Never writes.
enum CheckCommand: Command {
    static let specification = CommandSpecification(
        name: "check", summary: "Runs goldens again and compares; the gate for CI", operands: "[EXPERIMENT…]",
        options: [
            OptionSpecification(name: "goldens", value: "DIR", help: "the folder of goldens (default Goldens)"),
            OptionSpecification(
                name: "perturb", value: "FAULT",
                help: "flip one bit: STAGE/TENSOR[:ELEMENT[:BIT]]; the check has to catch it"),
        ],
        notes: [
            "Exit code: 0 reproduced, 1 drift, 2 could not judge, 3 not reproducible here, 4 not finite.",
            "make turns every failure into 2, so CI calls this command itself.",
            "--format github writes annotations, and a summary to $GITHUB_STEP_SUMMARY where it is set.",
        ], formats: ["text", "json", "junit", "tap", "github", "markdown"])

    static func run(_ context: Context) throws -> Int32 {
        let arguments = context.arguments
        let engine = try context.engine()
        let path = arguments.value("goldens") ?? "Goldens"
        let folder = GoldenFolder(path: path, hashing: Hashing(kernels: engine.kernels))
        let check = GoldenCheck(folder: folder, engine: engine, perturbation: try RunCommand.perturbation(arguments))
        let known = try check.caseNames()
        var names: [String] = []
        for name in arguments.operands.isEmpty ? known : arguments.operands where !names.contains(name) {
            try verify(name, known: known, path: path)
            names.append(name)
        }
        guard !names.isEmpty else {
            throw CommandLineError(
                message: "nothing to check: '\(path)' holds no golden; `repro bless` makes them", code: 2)
        }

        var outcomes: [GoldenCheck.Outcome] = []
        let width = max(18, names.map(\.count).max() ?? 0)
        for name in names {
            let outcome = try check.check(name, onProgress: context.messages.runProgress(name))
            context.messages.clear()
            outcomes.append(outcome)
            if context.format == .text { try write(outcome, width: width, goldens: path, context) }
        }
        let code = Verdict.exitCode(of: outcomes.map(\.verdict))
        switch context.format {
        case .text:
            let reproduced = outcomes.count { $0.verdict.isReproduced }
            try Output.line()
            try Output.line("\(reproduced) of \(outcomes.count) reproduced")
        case .json: try context.print(json(outcomes, code: code, environment: RunEnvironment(engine: engine)))
        case .junit: try Output.write(CheckReports.junit(outcomes))
        case .tap: try Output.write(CheckReports.tap(outcomes))
        case .markdown: try Output.write(CheckReports.markdown(outcomes))
        case .github:
            try Output.write(CheckReports.github(outcomes, goldens: path))
            if let summary = context.stepSummary {
                try CheckReports.append(CheckReports.markdown(outcomes), to: summary)
            }
        }
        return code
    }

    /// A name with neither golden nor index entry: a mistyped one is a usage error, an experiment's own one a missing golden.
    private static func verify(_ name: String, known: [String], path: String) throws {
        guard !known.contains(name), Experiment.shipped(named: name) == nil else { return }
        let nearest = NearestName.of(name, among: known).map { "did you mean '\($0)'?" } ?? "`repro list` shows them"
        throw CommandLineError.usage("no golden is called '\(name)' in '\(path)'; \(nearest)")
    }

    private static func write(
        _ outcome: GoldenCheck.Outcome, width: Int, goldens: String, _ context: Context
    ) throws {
        let place = goldens == "Goldens" ? "" : " --goldens \(goldens)"
        let palette = context.palette
        let word = outcome.verdict.word
        let painted = outcome.verdict.isReproduced ? palette.good(word) : palette.bad(word)
        let root = outcome.golden.map { palette.faint($0.root.abbreviated) } ?? ""
        try Output.line(
            (outcome.name.padded(width) + "  " + painted + String(repeating: " ", count: max(2, 18 - word.count)) + root)
                .trimmedRight)
        let next: String
        switch outcome.verdict {
        case .reproduced:
            if let fault = outcome.tensorsFault { context.messages.remark("\(fault)") }
            return
        case .drift(let drift):
            for path in outcome.changedData {
                try Output.line("  " + "data".padded(14) + palette.bad(path) + " is not the file that was blessed")
            }
            for line in DriftText(palette: palette).lines(drift) { try Output.line(line) }
            if let fault = outcome.tensorsFault { try Output.line("  " + "tensors".padded(14) + "\(fault)") }
            next =
                "repro run \(target(outcome)) --trace tensor   with this build and the last good one; or, where the "
                + "change is meant, repro bless \(outcome.name)\(place) --reason TEXT"
        case .notReproducible(let drift):
            try Output.line("  two runs of this build disagree with each other:")
            for line in DriftText(palette: palette).lines(drift) { try Output.line(line) }
            next = "repro doctor   and look for memory read before it is written, or faulty memory"
        case .notJudged(let reason):
            try Output.line("  " + reason)
            next = "repro list\(place)"
        case .notFinite(let reason):
            try Output.line("  " + reason)
            next = "repro run \(target(outcome)) --trace tensor   and look at the tensors before it"
        }
        try Output.line("  " + "next".padded(14) + next)
    }

    private static func target(_ outcome: GoldenCheck.Outcome) -> String {
        let seed = outcome.golden?.seed ?? 0
        return Experiment.shipped(named: outcome.name) == nil
            ? "--config FILE --seed \(seed)" : "\(outcome.name) --seed \(seed)"
    }

    private static func json(
        _ outcomes: [GoldenCheck.Outcome], code: Int32, environment: RunEnvironment
    ) -> JSONValue {
        let cases = outcomes.map { outcome in
            var members: [JSONValue.Member] = [
                .init("name", .string(outcome.name)), .init("verdict", .string(outcome.verdict.word)),
                .init("exitCode", .number(outcome.verdict.exitCode)),
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
            .init("schema", .number(ReproVersion.schema)), .init("exitCode", .number(code)),
            .init("cases", .array(cases)), .init("environment", environment.json),
        ])
    }
}
