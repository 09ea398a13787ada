import Repro

/// `repro run`: from a seed to a digest, with everything in between on one page.
enum RunCommand: Command {
    static let specification = CommandSpecification(
        name: "run", summary: "Trains or evaluates an experiment; prints stages, loss, accuracy and the digest",
        operands: "[EXPERIMENT]",
        options: [
            OptionSpecification(name: "seed", value: "N", help: "0 … 2^64−1; needed unless the config has one"),
            OptionSpecification(name: "config", value: "FILE", help: "an experiment of your own, as JSON"),
            OptionSpecification(name: "output", value: "DIR", help: "the run directory (default .repro/EXPERIMENT)"),
            OptionSpecification(name: "force", value: nil, help: "replace what --output and --export name"),
            OptionSpecification(
                name: "export", value: "FILE", help: "also write the parameters alone, for PyTorch's load_state_dict"),
            OptionSpecification(
                name: "trace", value: "stage|tensor|operation",
                help: "print every stage, or every tensor, with its digest; or write every operation to DIR/trace.tsv"),
            OptionSpecification(
                name: "keep", value: "PATTERN",
                help: "keep tensors whose STAGE/OPERATION is of the pattern (*, ?) in DIR/kept.safetensors",
                repeats: true),
            OptionSpecification(
                name: "stage", value: "STAGE", help: "end after this stage, and trace operations in it alone"),
            OptionSpecification(
                name: "contrast", value: nil, help: "also train with one direction alone, and print both accuracies"),
            OptionSpecification(
                name: "perturb", value: "FAULT",
                help: "flip one bit: STAGE/TENSOR[:ELEMENT[:BIT]], before the tensor is read; BIT may be 'ulp'"),
        ],
        notes: [
            "Without EXPERIMENT: roman. `repro list` shows the others.",
            "Operations are the steps inside a layer: 'lstm.l0_reverse[5].c' is the cell state at time 5, its gradient",
            "'grad.lstm.l0_reverse[5].c'. A fault can be planted in any of them.",
        ])

    static func run(_ context: Context) throws -> ExitCode {
        let arguments = context.arguments
        let (experiment, seed, base) = try choose(context)
        let fault = try perturbation(arguments)
        let engine = try context.engine()
        let environment = RunEnvironment(engine: engine)
        let trace = try arguments.choice("trace", ["stage", "tensor", "operation"])
        let explicit = arguments.value("output")
        let directory = RunDirectory(path: explicit ?? ".repro/\(experiment.name)")
        let replacing = explicit == nil || arguments.has("force")
        try context.interruption.protected { try directory.verifyPlace(replacing: replacing) }
        if let path = arguments.value("export") {
            try Paths.verifyPlace(path, replacing: arguments.has("force"), in: directory.path)
        }
        if arguments.has("contrast") && (experiment.task == .inspection || !experiment.model.bidirectional) {
            throw CommandLineError.usage(
                "--contrast is for training with two directions; '\(experiment.name)' has none")
        }

        for option in ["contrast", "export"] where arguments.has(option) && arguments.has("stage") {
            throw CommandLineError.usage("--\(option) is for a whole run, and --stage ends it before")
        }
        for remark in experiment.ineffectiveOptions { context.messages.remark("without effect: " + remark) }
        let report = RunText(context: context)
        let isText = context.format == .text
        if isText { try report.head(experiment, seed: seed, environment: environment) }
        let progress = context.messages.runProgress(experiment.name)
        let log = try operationLog(arguments, directory, trace: trace)
        let options = RunOptions(
            detail: trace == "tensor" ? .tensor : .stage, perturbation: fault, operations: log?.sink,
            lastStage: arguments.value("stage"), resolve: { Paths.resolve($0, against: base) },
            onProgress: { event in
                progress(event)
                if isText { try report.progress(event, trace: trace, operations: log) }
            })
        let result = try experiment.run(seed: seed, engine: engine, options: options)
        context.messages.clear()

        var contrast: RunResult?
        if arguments.has("contrast") {
            var oneDirection = experiment
            oneDirection.model.bidirectional = false
            contrast = try oneDirection.run(
                seed: seed, engine: engine, options: RunOptions(resolve: options.resolve, onProgress: progress))
            context.messages.clear()
        }
        try context.interruption.protected {
            try directory.write(
                result, environment: environment, operations: log, replacing: replacing)
            if let path = arguments.value("export") { try result.export(to: path) }
        }
        if let log, arguments.has("keep"), log.keptCount == 0 {
            context.messages.remark(
                "--keep matched nothing; `repro run --trace operation` lists what there is in trace.tsv")
        }
        if isText {
            try report.tail(result, contrast: contrast, directory: directory)
        } else {
            var members = result.json(environment: environment).members!
            if let contrast {
                members.append(
                    .init("contrast", .object(contrast.metrics.map { .init($0.name, .number($0.value)) })))
            }
            try context.print(.object(members))
        }
        return .success
    }

    private static func operationLog(
        _ arguments: Arguments, _ directory: RunDirectory, trace: String?
    ) throws -> OperationLog? {
        let patterns = arguments.allValues("keep").map(NamePattern.init)
        guard trace == "operation" || !patterns.isEmpty else { return nil }
        return try OperationLog(
            for: directory, stage: arguments.value("stage"), writesTrace: trace == "operation", keep: patterns)
    }

    static func choose(_ context: Context) throws -> (experiment: Experiment, seed: UInt64, base: String) {
        let arguments = context.arguments
        guard arguments.operands.count <= 1 else { throw CommandLineError.usage("one experiment at a time") }
        if let path = arguments.value("config") {
            guard arguments.operands.isEmpty else {
                throw CommandLineError.usage("name an experiment or --config FILE, not both")
            }
            let (experiment, configured, base) = try Context.configuration(path)
            guard let seed = try arguments.seed() ?? configured else { throw missingSeed }
            return (experiment, seed, base)
        }
        guard let seed = try arguments.seed() else { throw missingSeed }
        return (try context.shippedExperiment(arguments.operands.first ?? "roman"), seed, ".")
    }

    private static let missingSeed = CommandLineError.usage(
        "a seed is needed, and there is no default one: repro run --seed 42")

    static func perturbation(_ arguments: Arguments) throws -> Perturbation? {
        guard let text = arguments.value("perturb") else { return nil }
        guard let fault = Perturbation(text) else {
            throw CommandLineError.usage(
                "--perturb is '\(text)'; it has to be STAGE/TENSOR[:ELEMENT[:BIT]] with a BIT of 0 … 31 or ulp, for example 'step 000001/grad.linear.weight:0:0'"
            )
        }
        return fault
    }
}
