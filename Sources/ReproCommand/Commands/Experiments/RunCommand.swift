import Repro

/// `repro run`: from a seed to a digest, with everything in between on one page.
enum RunCommand: Command {
    static let specification = CommandSpecification(
        name: "run", summary: "Trains or evaluates an experiment; prints stages, loss, accuracy and the digest",
        operands: "[EXPERIMENT]",
        options: [
            .seed,
            .config,
            .goldens,
            .set,
            .option("output", "DIR", "the run directory (default .repro/EXPERIMENT)"),
            .flag("force", "replace what --output, --export and --tensorboard name"),
            .option("export", "FILE", "also write the parameters alone, for PyTorch's load_state_dict"),
            .option(
                "trace", "stage|tensor|operation",
                "print every stage, or every tensor, with its digest; or write every operation to DIR/trace.tsv"),
            .option(
                "keep", "PATTERN",
                "keep tensors whose STAGE/OPERATION is of the pattern (*, ?) in DIR/kept.safetensors", repeats: true),
            .option("stage", "STAGE", "end after this stage, and trace operations in it alone"),
            .checkpointEvery, .keepCheckpoints, .tensorboard,
            .flag("contrast", "also train with one direction alone, and print both accuracies"),
            .option(
                "perturb", "FAULT",
                "flip one bit: STAGE/TENSOR[:ELEMENT[:BIT]], before the tensor is read; BIT may be 'ulp'"),
        ],
        notes: [
            "EXPERIMENT is one that ships, or one that has a golden, whose seed then needs no --seed; `repro list` shows both.",
            "Without it: roman. The run in a default run directory is replaced. --quiet prints metrics and digest alone.",
            "Ctrl-C, SIGTERM and SIGHUP stop training after a step, and leave a checkpoint: `repro resume DIR` goes on.",
            "Operations are the steps inside a layer: 'lstm.l0_reverse[5].c' is the cell state at time 5, its gradient",
            "'grad.lstm.l0_reverse[5].c'. A fault can be planted in any of them.",
        ])

    static func run(_ context: Context) throws -> ExitCode {
        let arguments = context.arguments
        let (experiment, seed, base) = try context.chooseExperiment()
        let fault = try arguments.perturbation()
        let engine = try context.engine()
        let environment = RunEnvironment(engine: engine)
        let trace = try arguments.choice("trace", ["stage", "tensor", "operation"])
        let explicit = arguments.value("output")
        let directory = RunDirectory(path: explicit ?? ".repro/\(experiment.name)")
        let replacing = explicit == nil || arguments.has("force")
        try context.interruption.protected {
            try directory.verifyPlace(replacing: replacing, unfinished: arguments.has("force"))
        }
        if let path = arguments.value("export") {
            try Paths.verifyPlace(path, replacing: arguments.has("force"), in: directory.path)
        }
        if arguments.has("contrast") && (experiment.task == .inspection || !experiment.model.bidirectional) {
            throw usage("--contrast is for training with two directions; '\(experiment.name)' has none")
        }

        for option in ["contrast", "export"] where arguments.has(option) && arguments.has("stage") {
            throw usage("--\(option) is for a whole run, and --stage ends it before")
        }
        let folder = try eventFolder(context, experiment, directory)
        let keeper = try keeper(
            context, experiment, seed: seed, base: base, events: folder, in: directory, engine: engine)
        for remark in experiment.ineffectiveOptions { context.messages.remark("without effect: " + remark) }
        let isText = context.format == .text
        if isText && !context.messages.isQuiet {
            try context.write(RunText.head(experiment, seed: seed, environment: environment))
        }
        let progress = context.messages.runProgress(experiment.name, tellsEpochs: true)
        let events = try context.eventLog(folder)
        let log = try operationLog(arguments, directory, trace: trace)
        var options = RunOptions(
            detail: trace == "tensor" ? .tensor : .stage, perturbation: fault, operations: log?.sink,
            lastStage: try lastStage(arguments), resolve: { Paths.resolve($0, against: base) },
            onProgress: { event in
                progress(event)
                try events?.note(event)
                let isShown = isText && !(context.messages.isQuiet && trace == nil)
                let lines = isShown ? RunText.lines(event, trace: trace, operations: log) : []
                if !lines.isEmpty { context.messages.clear() }
                try context.write(lines)
            })
        options.onState = keeper?.observe
        let result = try context.untilStopped(directory) {
            try experiment.run(seed: seed, engine: engine, options: options)
        }
        context.messages.clear()

        var contrast: RunResult?
        if arguments.has("contrast") {
            var oneDirection = experiment
            oneDirection.model.bidirectional = false
            contrast = try oneDirection.run(
                seed: seed, engine: engine,
                options: RunOptions(
                    resolve: options.resolve, onProgress: context.messages.runProgress(experiment.name)))
            context.messages.clear()
        }
        let isReplaced = keeper?.folder == nil && Paths.isFolder(directory.path) == true
        try keeper?.settle()
        try context.interruption.protected {
            if let folder = keeper?.folder {
                try folder.finish(result, environment: environment)
            } else {
                try directory.write(result, environment: environment, operations: log, replacing: replacing)
            }
            if let path = arguments.value("export") { try result.export(to: path) }
        }
        if let log, arguments.has("keep"), log.keptCount == 0 {
            context.messages.remark(
                "--keep matched nothing; `repro run --trace operation` lists what there is in trace.tsv")
        }
        if isText {
            let tail = RunText.tail(result, contrast: contrast)
            try context.write(context.messages.isQuiet ? Array(tail.drop { $0.plain.isEmpty }) : tail)
            if let fault { context.messages.remark("a fault was planted: \(fault)") }
            if let stage = result.lastStage {
                context.messages.remark("ended after '\(stage)': the digest is that of the stages so far")
            }
            context.messages.remark(
                "wrote \(directory.path)" + (isReplaced ? ", in place of the run that was there" : ""))
        } else {
            var json = result.json(environment: environment)
            json.add("contrast", ifPresent: contrast?.metricsJSON)
            try context.print(json)
        }
        return .success
    }

    /// Keeps the run's checkpoints; nil for a run that cannot be gone on with.
    private static func keeper(
        _ context: Context, _ experiment: Experiment, seed: UInt64, base: String, events: String?,
        in directory: RunDirectory, engine: Engine
    ) throws -> RunKeeper? {
        let arguments = context.arguments
        let schedule = try arguments.checkpointSchedule()
        let count = try arguments.checkpointCount()
        if count != nil && schedule == nil { throw usage("--keep-checkpoints is for --checkpoint-every") }
        let others =
            ["contrast", "keep", "perturb", "stage"].filter(arguments.has)
            + (arguments.value("trace") == "operation" ? ["trace operation"] : [])
        if experiment.task == .inspection || !others.isEmpty {
            guard schedule != nil else { return nil }
            let reason =
                others.first.map { "not for a run with --\($0)" } ?? "for training; '\(experiment.name)' has none"
            throw usage("--checkpoint-every is \(reason)")
        }
        let config = arguments.value("config")
        let manifest = RunManifest(
            experiment: experiment, seed: seed,
            origin: config ?? (experiment.paths.isEmpty ? nil : base + "/index.json"),
            configured: try config.map { try Context.configuration($0).experiment },
            keepsTensors: arguments.value("trace") == "tensor", schedule: schedule,
            keeping: count ?? RunKeeper.usualCount, events: events)
        return context.keeper(manifest, in: directory, engine: engine)
    }

    /// The place for TensorBoard's events, where such may be written; nil where they are not asked for.
    private static func eventFolder(
        _ context: Context, _ experiment: Experiment, _ directory: RunDirectory
    ) throws -> String? {
        guard let folder = try context.eventFolder(directory) else { return nil }
        guard experiment.task != .inspection else {
            throw usage("--tensorboard is for training; '\(experiment.name)' has none")
        }
        try Paths.verifyPlace(
            EventLog.path(in: folder), replacing: context.arguments.has("force"), in: Paths.trimmed(folder))
        return folder
    }

    private static func operationLog(
        _ arguments: Arguments, _ directory: RunDirectory, trace: String?
    ) throws -> OperationLog? {
        let patterns = arguments.allValues("keep").map(NamePattern.init)
        guard trace == "operation" || !patterns.isEmpty else { return nil }
        return try OperationLog(
            for: directory, stage: try lastStage(arguments), writesTrace: trace == "operation", keep: patterns)
    }

    private static func lastStage(_ arguments: Arguments) throws -> StageID? {
        guard let text = arguments.value("stage") else { return nil }
        guard let stage = StageID(text) else { throw StageNeverReached(text) }
        return stage
    }
}
