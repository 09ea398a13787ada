import Foundation
import Repro

/// `repro check`: every golden again, and a verdict each. Never writes a golden.
enum CheckCommand: Command {
    static let specification = CommandSpecification(
        name: "check", summary: "Runs goldens again and compares; the gate for CI", operands: "[EXPERIMENT…]",
        options: [
            .goldens,
            .option("config", "FILE", "check the golden of this experiment alone, against the file as it is now"),
            .option("results", "DIR", "where a case drifts, leave goldens as this build would bless them, for review"),
            .option(
                "against", "REF", "report what this git revision checks and this tree does not: goldens, config files"),
            .option("shard", "K/N", "check the K-th of N parts of the cases"),
            .option(
                "perturb", "FAULT",
                "flip one bit: STAGE/TENSOR[:ELEMENT[:BIT]], BIT may be 'ulp'; the check has to catch it"),
            .option("canary", "N", "plant N faults of one bit or one ulp in random operations; each has to be located"),
            .option("seed", "S", "with --canary: draws the faults"),
            .option("timeout", "SECONDS", "how long a case may take (default 3600)"),
            .option(
                "memory", "SIZE", "how much memory a case may take: 800M, 3G (default: nine tenths of what is here)"),
            .flag("no-isolation", "judge in this process, for a debugger; a crash then ends the check"),
        ],
        notes: [
            "Before anything runs, options and data files are held against what was blessed: the config file that a golden names,",
            "or the definition of an experiment that ships. A golden that nobody has reviewed is refused: `repro review`.",
            "Each case is judged in a process of its own. One that dies, takes too long or exceeds its memory could not be judged,",
            "with the reason, and the others are judged. Data files are read once; one that changes meanwhile is not judged.",
            "Exit code: 0 reproduced, 1 drift, 2 could not judge, 3 not reproducible here, 4 not finite.",
            "make turns every failure into 2, so CI calls this command itself.",
            "--against: a golden of REF that is gone, or names no config file any more, is not judged; `repro retire` takes one out.",
            "Where nobody reads standard output any more (| head), cases are still judged and files written.",
            "--format github writes annotations, and a summary to $GITHUB_STEP_SUMMARY where it is set.",
            "A golden of a test of pytest's (`pytest --repro-bless`) gates the tensors that the test left; nothing runs again.",
            "--shard deals the sorted cases out one by one; together the shards check all. One without a case checked nothing: 2.",
        ], formats: Format.allCases)

    static func run(_ context: Context) throws -> ExitCode {
        var report: CheckReport?
        do {
            return try run(context, &report)
        } catch {
            // A service that reads reports takes a missing one for success. A person reads the error.
            if report?.cases.isEmpty != false, context.format != .text, !context.arguments.has("canary") {
                try context.write(CheckFindings.unjudged(message(of: error), code: ExitCode(of: error)))
            }
            throw error
        }
    }

    private static func run(_ context: Context, _ written: inout CheckReport?) throws -> ExitCode {
        let arguments = context.arguments
        let path = arguments.value("goldens") ?? "Goldens"
        let results = arguments.value("results").map { UnreviewedGoldens(path: $0) }
        if results != nil && arguments.has("perturb") {
            throw usage("--results refuses --perturb: a planted fault must not become a golden")
        }
        let shard = try Shard(arguments)
        let engine = try context.engine()
        let folder = GoldenFolder(path: path)
        var check = GoldenCheck(folder: folder, engine: engine, perturbation: try arguments.perturbation())
        check.makesSuccessors = results != nil
        if arguments.has("seed") && !arguments.has("canary") {
            throw usage("--seed is for --canary; a golden has its own seed")
        }
        try context.reportHalfDone(folder)
        check.baseline = try arguments.value("against").map { try GoldenBaseline(reference: $0, folder: folder) }
        if let baseline = check.baseline, baseline.goldens.isEmpty {
            context.messages.remark(
                "--against \(baseline.reference): it has no golden under \(folder.path), so that none can be missed here"
            )
        }
        var definition: ExperimentDefinition?
        if let config = arguments.value("config") {
            guard arguments.operands.isEmpty else { throw usage("name goldens or --config FILE, not both") }
            guard shard == nil else { throw usage("--shard shares out goldens, and --config FILE checks one alone") }
            definition = try asked(config)
        }
        let judgesOthers = definition == nil && !arguments.has("canary")
        let programs = judgesOthers ? try ProgramCases(folder) : nil
        let tests = judgesOthers ? try TestCases(folder) : nil
        let names =
            try definition.map { try check.withLost([$0.experiment.name]) }
            ?? cases(of: check, (programs?.names ?? []) + (tests?.names ?? []), arguments.operands, shard: shard)
        if let count = try arguments.integer("canary", in: 1...1_000_000) {
            guard let seed = try arguments.seed() else {
                throw usage("--canary needs --seed S, which draws the faults")
            }
            for option in ["perturb", "results", "config", "timeout", "memory"] where arguments.has(option) {
                throw usage("--canary plants faults of its own; --\(option) is for a check without it")
            }
            guard context.format == .text || context.format == .json else {
                throw usage("--canary reports as text or json; give --format json")
            }
            return try CheckCanary.run(check, names: names, count: count, seed: seed, context)
        }
        try context.interruption.protected { try results?.verifyPlace(checking: folder) }

        context.interruption.outliveReaders()
        let environment = RunEnvironment(engine: engine)
        let diagnosis = Diagnosis(
            goldens: folder.path, config: arguments.value("config"), environment: environment, baseline: check.baseline,
            results: arguments.value("results"))
        let rendering = CheckFindings(diagnosis: diagnosis, width: max(18, names.map(\.count).max() ?? 0))
        let isolated = try isolation(of: check, rendering, context)
        let report = CheckReport(rendering: rendering, names: names, context: context)
        written = report
        for name in names {
            if let baseline = check.baseline, let retirement = baseline.retirement(of: name, in: folder) {
                try report.append(rendering.retired(retirement, since: baseline.reference))
                continue
            }
            if let judged = try programs?.judged(name, width: rendering.width, context)
                ?? tests?.judged(name, width: rendering.width)
            {
                context.messages.clear()
                try report.append(judged)
                continue
            }
            let progress = context.messages.runProgress(name)
            let judged =
                try isolated?.judge(name)
                ?? rendering.judged(try check.check(name, against: definition, onProgress: progress))
            context.messages.clear()
            try report.append(judged)
        }
        let code = try report.finish()
        let cases = report.cases
        if let results { try leave(cases, of: folder, in: results, environment, context) }
        return code
    }

    /// The processes that judge; nil with `--no-isolation`.
    private static func isolation(
        of check: GoldenCheck, _ rendering: CheckFindings, _ context: Context
    ) throws -> IsolatedCases? {
        let arguments = context.arguments
        let seconds = try arguments.integer("timeout", in: 1...1_000_000_000) ?? 3600
        let memory = try arguments.byteCount("memory").map { MemoryBudget(byteCount: $0) } ?? MemoryBudget()
        if arguments.has("no-isolation") {
            for option in ["timeout", "memory"] where arguments.has(option) {
                throw usage("--\(option) is for processes of their own; --no-isolation has none")
            }
            return nil
        }
        let processes = context.interruption.processes
        return IsolatedCases(
            rendering: rendering, engine: check.engine, perturbation: arguments.value("perturb"),
            baseline: check.baseline, memory: memory, seconds: seconds,
            scratch: check.makesSuccessors ? try ScratchFolder(of: processes) : nil, processes: processes,
            messages: context.messages)
    }

    /// Reads `--config`.
    ///
    /// - Throws: `CommandLineError`, 2: what cannot be read cannot be judged.
    static func asked(_ path: String) throws -> ExperimentDefinition {
        do {
            return try ExperimentDefinition(config: path)
        } catch {
            throw CommandLineError(message: "\(error)", code: .notJudged)
        }
    }

    /// The cases to check.
    ///
    /// - Throws: `CommandLineError`, 2, where there are none: a check that looked at nothing is no success.
    private static func cases(
        of check: GoldenCheck, _ others: [String], _ operands: [String], shard: Shard?
    ) throws -> [String] {
        let path = check.folder.path
        let known = try check.caseNames()
        var names: [String] = []
        for name in operands.isEmpty ? known : operands where !names.contains(name) && !others.contains(name) {
            try verify(name, known: known + others, path: path)
            names.append(name)
        }
        if operands.isEmpty || !names.isEmpty { names = try check.withLost(names) }
        names += others.filter { operands.isEmpty || operands.contains($0) }
        guard !names.isEmpty else {
            throw CommandLineError(
                message: "nothing to check: '\(path)' holds no golden; `repro bless` makes them", code: .notJudged)
        }
        guard let shard else { return names }
        let own = shard.own(names)
        guard !own.isEmpty else {
            throw CommandLineError(
                message: "nothing to check: shard \(shard.number)/\(shard.count) of \(names.count) cases is empty; "
                    + "use at most \(names.count) shards", code: .notJudged)
        }
        return own
    }

    /// A name with neither golden nor index entry: a mistyped one is a usage error, an experiment's own one a missing golden.
    static func verify(_ name: String, known: [String], path: String) throws {
        guard !known.contains(name), Experiment.shipped(named: name) == nil else { return }
        let nearest = NearestName.of(name, among: known).map { "did you mean '\($0)'?" } ?? "`repro list` shows them"
        throw usage("no golden is called '\(name)' in '\(path)'; \(nearest)")
    }

    private static func leave(
        _ cases: [JudgedCase], of folder: GoldenFolder, in results: UnreviewedGoldens,
        _ environment: RunEnvironment, _ context: Context
    ) throws {
        guard cases.contains(where: { $0.successor != nil }) else {
            context.messages.remark(
                "nothing written to \(results.path): no golden drifted"
                    + (FileManager.default.fileExists(atPath: results.path)
                        ? "; what it holds is of an earlier check" : ""))
            return
        }
        let changes = try cases.compactMap { item in
            try item.successor ?? (item.isReproduced ? folder.copy(of: item.finding.name) : nil)
        }
        let lines = cases.map { $0.finding.name.padded(20) + $0.finding.headline }
        try context.interruption.protected {
            try results.write(changes, of: folder, verdicts: lines, environment: environment)
        }
        context.messages.remark(
            "wrote \(results.path): goldens as this build would bless them, unreviewed; "
                + "repro review \(Text.shellWord(results.path))\(folder.option)")
    }
}
