import Repro

/// `repro verify`: somebody's run, believed in nothing, computed anew in parts.
enum VerifyCommand: Command {
    static let specification = CommandSpecification(
        name: "verify", summary: "Computes drawn intervals of a run between the states that it committed to",
        operands: "DIR",
        options: [
            .option("intervals", "K", "how many intervals are drawn (default 20, or all where there are fewer)"),
            .option("seed", "S", "draws the intervals (default: a number that nobody knew before; it is printed)"),
            .flag("all", "compute every interval"),
            .option("config", "FILE", "where the experiment's configuration is now (default: where it was)"),
        ],
        notes: [
            "DIR is a run that was begun with --checkpoint-every; with --keep-checkpoints all an interval takes the time of its own",
            "steps alone. It needs that directory and the data, and trusts neither: the chain of states has to hash up, each state",
            "that computing begins with has to be the one that the chain names, and has to lead to the next one.",
            "Whoever made the run must not know S beforehand. What clean draws say is printed with them.",
            "Exit code: 0 as it was committed to, 1 forged.",
        ])

    /// How many intervals are drawn unless another number is asked for.
    private static let usualCount = 20

    static func run(_ context: Context) throws -> ExitCode {
        let arguments = context.arguments
        guard arguments.operands.count == 1 else { throw usage("name one run directory: repro verify DIR") }
        for option in ["intervals", "seed"] where arguments.has("all") && arguments.has(option) {
            throw usage("--\(option) is for drawn intervals, and --all takes every one")
        }
        let asked = try arguments.integer("intervals", in: 1...1_000_000_000) ?? usualCount
        let seed = try arguments.seed() ?? UInt64.random(in: 0...UInt64.max)
        let engine = try context.engine()
        let run: CommittedRun
        do {
            run = try CommittedRun(
                RunDirectory(path: arguments.operands[0]), config: arguments.value("config"), engine: engine)
        } catch let forgery as CommittedRun.Forgery {
            try context.answer(["forged": [forgery.reason]], ["\(bad: "forged")  \(forgery.reason)"])
            return .drift
        }
        let drawing = arguments.has("all") ? run.intervalCount : asked
        let verification = RunVerification(run, drawing: drawing, seed: seed)
        let isText = context.format == .text
        if isText && !context.messages.isQuiet {
            try context.write(VerifyText.head(verification, seed: arguments.has("all") ? nil : seed))
        }
        var forgeries: [CommittedRun.Forgery] = []
        for stretch in verification.stretches {
            let scratch = try ScratchFolder(of: context.interruption.processes)
            let progress = context.messages.runProgress(VerifyText.title(stretch, of: run))
            let forgery = try run.replay(stretch, scratch: scratch, onProgress: progress)
            context.messages.clear()
            if let forgery { forgeries.append(forgery) }
            if isText && (forgery != nil || !context.messages.isQuiet) {
                try context.write([VerifyText.line(stretch, of: run, forgery)])
            }
        }
        if isText {
            try context.write(VerifyText.tail(verification, isClean: forgeries.isEmpty))
        } else {
            try context.print(VerifyText.json(verification, forgeries, seed: arguments.has("all") ? nil : seed))
        }
        return forgeries.isEmpty ? .success : .drift
    }
}
