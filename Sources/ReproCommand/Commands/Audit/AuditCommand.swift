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
            .option("vary", "NAME[=A,B]", "vary only what is so named; or between these values", repeats: true),
            .option("no-vary", "NAME", "leave a variation out", repeats: true),
            .option("timeout", "S", "seconds that a run may take (default 600)"),
            .option("budget", "RUNS", "runs that the search may take (default 100)"),
            .flag("list-variations", "what can be varied here, and what cannot, and stop"),
        ],
        notes: [
            "Runs the command twice unchanged and once with everything varied together; where these differ, finds the causes.",
            "Runs happen one after another in the folder where you are. Files of --output that are there now are kept aside and",
            "given back. Exit code: 0 repeatable, 3 not repeatable, 2 could not judge.",
            "A word {NAME} of the command takes the values of --vary NAME=A,B; another NAME is a variable of the environment.",
        ], formats: [.text, .json, .junit, .markdown, .github])

    static func run(_ context: Context) throws -> ExitCode {
        try context.verifyEngineOptions()
        let processes = context.interruption.processes
        let arguments = context.arguments
        if arguments.has("list-variations") { return try list(context) }
        guard !arguments.operands.isEmpty else {
            throw usage("name the command: repro audit --output PATTERN -- COMMAND [ARG …]")
        }
        var request = AuditRequest(
            command: arguments.operands, directory: FileManager.default.currentDirectoryPath)
        let outputs = arguments.allValues("output")
        request.patterns = outputs.filter { $0 != "-" }
        request.judgesStandardOutput = outputs.isEmpty || outputs.contains("-")
        request.seconds = try arguments.integer("timeout", in: 1...604_800) ?? request.seconds
        request.budget = try arguments.integer("budget", in: 3...100_000) ?? request.budget
        request.vary = arguments.allValues("vary")
        request.without = arguments.allValues("no-vary")
        request.probe = ChildProcess.ownPath.map { [$0, Probe.word] }
        for pattern in request.patterns where pattern.hasPrefix("/") || pattern.split(separator: "/").contains("..") {
            throw usage("--output is '\(pattern)'; name what lies below the folder where you are, without '..'")
        }
        processes.adoptOrphans()
        let audit = try prepared(request, context)
        let record = audit.record
        context.interruption.atEnd { code in
            processes.endProcesses()
            try? context.write(AuditFindings(record.interrupted(), code: code).findings)
        }
        let report = try audit.judge()
        return try context.interruption.protected {
            context.messages.clear()
            try context.write(AuditFindings(report, code: report.verdict.exitCode).findings)
            context.interruption.atEnd(nil)
            return report.verdict.exitCode
        }
    }

    private static func prepared(_ request: AuditRequest, _ context: Context) throws -> Audit {
        let messages = context.messages
        do {
            return try Audit(request, of: context.interruption.processes) { run, purpose in
                messages.progress(run == 0 ? "audit: \(purpose)" : "audit: run \(run), \(purpose)")
            }
        } catch let fault as VariationList.Fault {
            throw usage("\(fault)")
        }
    }

    private static func list(_ context: Context) throws -> ExitCode {
        let scratch = try ScratchFolder(of: context.interruption.processes)
        let here = VariationContext(
            directory: FileManager.default.currentDirectoryPath, scratch: scratch,
            running: context.interruption.processes)
        let all = VariationList.all(here)
        let json = all.map { variation -> JSONValue in
            [
                "name": variation.name, "summary": variation.summary, "value": variation.varied,
                "pinned": variation.held, "why": variation.refusal,
            ]
        }
        var lines: [StyledText] = all.flatMap { variation -> [StyledText] in
            let note: StyledText =
                variation.refusal.map { "\(bad: "not varied here"): \($0)" }
                ?? StyledText(variation.varied.map { "here: \($0)" } ?? "only ever pinned", .faint)
            return ["\(strong: variation.name.padded(22))\(variation.summary)", "\("".padded(22))\(note)"]
        }
        lines += VariationList.asked.flatMap { ["\(strong: $0.name.padded(22))\($0.how)"] }
        try context.answer(["variations": json], lines)
        return .success
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
