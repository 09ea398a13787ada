import Foundation
import Repro

/// `repro audit -- COMMAND`: whether a program that is not ours is repeatable, and what breaks it.
enum AuditCommand: Command {
    static let specification = CommandSpecification(
        name: "audit", summary: "Tells whether any program is repeatable, and what breaks it",
        operands: "-- COMMAND [ARG …]",
        options: [
            .option(
                "output", "PATTERN", "files that it writes, relative to here; - for what it prints (the default)",
                repeats: true),
            .option(
                "hide", "PATTERN", "FILE or FILE:NAME that is not compared; what it hides is counted", repeats: true),
            .option("vary", "NAME[=A,B]", "vary only what is so named; or between these values", repeats: true),
            .option("no-vary", "NAME", "leave a variation out", repeats: true),
            .flag(
                "grid", "also run every combination of the causes' values (--vary NAME=A,B,C), and count the results"),
            .option("trace", "auto|off|python", "name the first operation of Python programs that differs"),
            .option("timeout", "S", "seconds that a run may take (default 600)"),
            .option("budget", "RUNS", "runs that the search may take (default 100)"),
            .option("config", "FILE", "command and options as JSON; options given here count beside it"),
            .option("report", "FILE.html", "a page about what was found"),
            .option("capsule", "DIR", "keep what shows the differences again, in a folder that is new"),
            .option("replay", "DIR", "look at a capsule's differences again, without the program, and stop"),
            .option("bless", "NAME", "keep its result as a golden for `repro check`, unless unchanged runs differ"),
            .option("reason", "TEXT", "with --bless: why; recorded in the golden"),
            .option("by", "NAME", "with --bless: who blesses (default: git's user.name)"),
            .flag("yes", "with --bless: do not ask; needed where there is no terminal"),
            .goldens,
            .flag("list-variations", "what can be varied here, and what cannot, and stop"),
        ],
        notes: [
            "Runs the command twice unchanged and once with everything varied together; where these differ, finds the causes, the",
            "first operation (Python programs with PyTorch or NumPy), and a remedy, each tried.",
            "Runs happen one after another in the folder where you are. Files of --output that are there now are kept aside and",
            "given back. Exit code: 0 repeatable, 3 not repeatable, 2 could not judge.",
            "A word {NAME} of the command takes the values of --vary NAME=A,B; another NAME is a variable of the environment.",
        ], formats: [.text, .json, .junit, .markdown, .github])

    static func run(_ context: Context) throws -> ExitCode {
        let arguments = context.arguments
        try context.verifyEngineOptions()
        if arguments.has("list-variations") { return try AuditLists.variations(context) }
        if let folder = arguments.value("replay") { return try AuditLists.replay(folder, context) }
        let configuration = try configuration(context)
        var request = try asUsage { () throws(VariationList.Fault) in
            try configuration.request(in: FileManager.default.currentDirectoryPath)
        }
        request.isGrid = arguments.has("grid")
        request.capsule = try arguments.value("capsule").map(verifiedCapsule)
        request.probe = ChildProcess.ownPath.map { [$0, Probe.word] }
        request.contractReplay = try replay(context)
        let page = arguments.value("report")
        if let page { try PageFile.verify(page, option: "--report") }
        let blessing = try ProgramBlessing(configuration, context)
        let report = try judged(request, context)
        try context.interruption.protected {
            context.messages.clear()
            try context.write(AuditFindings(report, code: report.verdict.exitCode).findings)
            context.interruption.atEnd(nil)
            if let page {
                try AtomicFile.write(Array(AuditPage(report).html.utf8), to: page)
                context.messages.remark("wrote \(page)")
            }
            if let folder = request.capsule { context.messages.remark("wrote \(folder)") }
        }
        // It runs the program again and may ask, so that it can be interrupted.
        try blessing?.bless(report)
        return report.verdict.exitCode
    }

    /// What `--config` says, and what the command line says beside it.
    private static func configuration(_ context: Context) throws -> AuditConfiguration {
        let arguments = context.arguments
        var configuration = AuditConfiguration(command: arguments.operands)
        if let path = arguments.value("config") {
            configuration = try AuditConfiguration(path: path)
            if !arguments.operands.isEmpty {
                throw usage("\(path) names the command; leave '-- \(arguments.operands[0]) …' away, or --config")
            }
        }
        guard !configuration.command.isEmpty else {
            throw usage("name the command: repro audit --output PATTERN -- COMMAND [ARG …]")
        }
        configuration.outputs += arguments.allValues("output")
        configuration.masks += arguments.allValues("hide")
        configuration.vary += arguments.allValues("vary")
        configuration.without += arguments.allValues("no-vary")
        configuration.seconds =
            try arguments.integer("timeout", in: AuditRequest.timeouts) ?? configuration.seconds
        configuration.budget = try arguments.integer("budget", in: AuditRequest.budgets) ?? configuration.budget
        let words = AuditRequest.Tracing.allCases.map(\.rawValue)
        let trace = try arguments.choice("trace", words).flatMap(AuditRequest.Tracing.init(rawValue:))
        configuration.trace = trace ?? configuration.trace
        return configuration
    }

    /// Runs the audit; an interruption ends its processes, gives the files back, and reports what is known.
    private static func judged(_ request: AuditRequest, _ context: Context) throws -> AuditReport {
        let (processes, messages) = (context.interruption.processes, context.messages)
        processes.adoptOrphans()
        let audit: Audit
        do {
            audit = try Audit(request, of: processes) { run, purpose in
                messages.progress(run == 0 ? "audit: \(purpose)" : "audit: run \(run), \(purpose)")
            }
        } catch let fault as VariationList.Fault {
            throw usage("\(fault)")
        }
        let record = audit.record
        context.interruption.atEnd { code in
            processes.endProcesses()
            try? context.write(AuditFindings(record.interrupted(), code: code).findings)
        }
        return try audit.judge()
    }

    private static func asUsage<Result>(_ body: () throws(VariationList.Fault) -> Result) throws -> Result {
        do { return try body() } catch { throw usage("\(error)") }
    }

    private static func verifiedCapsule(_ path: String) throws -> String {
        if Paths.isFolder(path) != nil, try !FileOperations.names(in: path).isEmpty {
            throw usage("--capsule is '\(path)', where something is; name a new folder")
        }
        return path
    }

    /// What repro's own engine gives for an LSTM layer's inputs.
    private static func replay(_ context: Context) throws -> ContractReplay {
        let (path, threads) = (try context.kernelPath(), try context.threads())
        return { layer in
            let engine = try Engine(path: path, threads: threads)
            let shapes = [
                [4 * layer.hidden, layer.inputs], [4 * layer.hidden, layer.hidden], [4 * layer.hidden],
                [4 * layer.hidden],
            ]
            let states = layer.states.map { Tensor(shape: [layer.batch, layer.hidden], elements: $0) }
            let output = try SingleLayer.hiddenStates(
                Tensor(shape: [layer.steps, layer.batch, layer.inputs], elements: layer.input),
                weights: zip(shapes, layer.weights).map { Tensor(shape: $0, elements: $1) }, hidden: states[0],
                cell: states[1], isReverse: layer.isReverse, engine: engine)
            return Array(output.elements)
        }
    }
}

/// `repro look-around FOLDER FILE`: writes what a process finds where it runs. No help lists it: an audit starts it to see whether
/// a variation takes effect.
enum ProbeProcess {
    static func run(_ words: [String]) throws -> ExitCode {
        guard words.count == 2 else { throw usage("`repro \(Probe.word)` is what `repro audit` starts; call that") }
        try AtomicFile.write(Probe.facts(folder: words[0]).encoded(.compact), to: words[1])
        return .success
    }
}
