import Repro

/// `repro resume`: from the last checkpoint to the digest of the run that was never stopped.
enum ResumeCommand: Command {
    static let specification = CommandSpecification(
        name: "resume",
        summary: "Goes on with a run that was stopped or killed; prints the digest that it would have had",
        operands: "DIR",
        options: [
            .option("config", "FILE", "where the experiment's configuration is now (default: where it was)"),
            .checkpointEvery, .keepCheckpoints, .tensorboard,
        ],
        notes: [
            "DIR is the directory of a run with checkpoints. Threads, kernels, build and machine may be others than before; the",
            "configuration and the data may not. A damaged checkpoint is refused by name, and the one before it used.",
        ])

    static func run(_ context: Context) throws -> ExitCode {
        let arguments = context.arguments
        guard arguments.operands.count == 1 else {
            throw usage("name one run directory: repro resume .repro/classifier")
        }
        let (schedule, count) = (try arguments.checkpointSchedule(), try arguments.checkpointCount())
        let directory = RunDirectory(path: arguments.operands[0])
        if let run = try directory.finishedRun() {
            try context.answer(
                ["experiment": run.experiment, "seed": run.seed, "digest": run.root, "finished": true],
                [
                    "finished already: \(run.experiment), seed \(run.seed)",
                    "digest              \(strong: run.root.hexadecimal)",
                ])
            return .success
        }
        let engine = try context.engine()
        let environment = RunEnvironment(engine: engine)
        let folder = try context.interruption.protected {
            try CheckpointFolder(opening: directory, config: arguments.value("config"), engine: engine)
        }
        try folder.manifest.verifyConfiguration()
        try folder.change(schedule: schedule, keeping: count, events: try context.eventFolder(directory))
        let state = try folder.newest { context.messages.remark("\($0)") }
        let manifest = folder.manifest
        let isText = context.format == .text
        if isText && !context.messages.isQuiet {
            try context.write(RunText.head(manifest.experiment, seed: manifest.seed, environment: environment))
        }
        context.messages.remark("going on after \(state?.optimizer.step ?? 0) steps")
        let progress = context.messages.runProgress(manifest.experiment.name, tellsEpochs: true)
        let events = try context.eventLog(manifest.events, from: state)
        let keeper = context.keeper(folder, from: state, in: directory, engine: engine)
        var options = RunOptions(
            detail: manifest.keepsTensors ? .tensor : .stage, resolve: { Paths.resolve($0, against: manifest.base) },
            onProgress: { event in
                progress(event)
                try events?.note(event)
                guard isText && !context.messages.isQuiet else { return }
                let lines = RunText.lines(event, trace: nil, operations: nil)
                if !lines.isEmpty { context.messages.clear() }
                try context.write(lines)
            })
        options.start = state
        options.onState = keeper.observe
        let result = try context.untilStopped(directory) {
            try manifest.experiment.run(seed: manifest.seed, engine: engine, options: options)
        }
        context.messages.clear()
        try keeper.settle()
        try context.interruption.protected { try folder.finish(result, environment: environment) }
        guard isText else {
            try context.print(result.json(environment: environment))
            return .success
        }
        let tail = RunText.tail(result, contrast: nil)
        try context.write(context.messages.isQuiet ? Array(tail.drop { $0.plain.isEmpty }) : tail)
        context.messages.remark("wrote \(directory.path)")
        return .success
    }
}
