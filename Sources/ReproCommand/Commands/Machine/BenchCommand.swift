import Repro

/// `repro bench`: how fast the engine is here, against what the processor could do and against the reference loop.
enum BenchCommand: Command {
    private static let largest = 1 << 20

    static let specification = CommandSpecification(
        name: "bench", summary: "Times the engine, against the reference loop and the machine's FMA peak", operands: "",
        options: [
            .option("cell", Cell.allCases.map(\.rawValue).joined(separator: "|"), "default lstm"),
            .option("batch", "B", "sequences (default 1)"),
            .option("steps", "T", "steps of each (default 1)"),
            .option("input", "I", "features of a step (default 1)"),
            .option("hidden", "H", "units of a direction (default 1)"),
            .option("layers", "L", "layers (default 1)"),
            .flag("unidirectional", "one direction; else both"),
            .option("mode", "inference|training", "default inference"),
        ],
        notes: [
            "Without a shape: a table of shapes. Training is laying out new weights, forward, and backward into every",
            "parameter and the input. peakFraction is of all threads' peak, one thread's being measured.",
        ])

    static func run(_ context: Context) throws -> ExitCode {
        let hasShape = specification.options.contains { context.arguments.has($0.name) }
        try hasShape ? one(context) : table(context)
        return .success
    }

    private static func one(_ context: Context) throws {
        let arguments = context.arguments
        func size(_ name: String) throws -> Int { try arguments.integer(name, in: 1...largest) ?? 1 }
        let benchmark = EngineBenchmark(
            configuration: RecurrentConfiguration(
                cell: try arguments.choice("cell", of: Cell.self) ?? .lstm, inputSize: try size("input"),
                hiddenSize: try size("hidden"), layers: try size("layers"),
                batchFirst: true, bidirectional: !arguments.has("unidirectional")),
            batch: try size("batch"), steps: try size("steps"),
            mode: try arguments.choice("mode", of: EngineBenchmark.Mode.self) ?? .inference)
        let engine = try context.engine()
        let result = Result(benchmark, try benchmark.run(engine: engine), engine, peak: try Timing.peak())
        let json = result.json(engine)
        try context.answer(
            json, (json.members ?? []).map { "\($0.key.padded(16))\($0.value.string ?? $0.value.text(.compact))" })
    }

    private static func table(_ context: Context) throws {
        let engine = try context.engine()
        let reference = try Engine(path: .reference, threads: 1)
        let peak = try Timing.peak()
        let environment = RunEnvironment(engine: engine)
        let isText = context.format == .text
        if isText {
            let peak = decimal(peak * 1e-9, places: 1)
            let machine = "\(environment.processor), kernels \(environment.kernels), threads \(environment.threads)"
            try context.write(["\(machine), FMA peak of one thread \(peak) GFLOP/s", "", StyledText(Result.heading)])
        }
        var rows: [JSONValue] = []
        func row(_ benchmark: EngineBenchmark, _ engine: Engine) throws {
            context.messages.progress(Result.title(benchmark))
            let result = Result(benchmark, try benchmark.run(engine: engine), engine, peak: peak)
            context.messages.clear()
            if isText { try context.write([StyledText(result.line(engine))]) }
            rows.append(result.json(engine))
        }
        for benchmark in shapes { try row(benchmark, engine) }
        for benchmark in shapes where benchmark.operations < 1e8 && benchmark.operations > 1e7 {
            try row(benchmark, reference)
        }
        let alone = try HashingBenchmark.gigabytesPerSecond(Hashing(kernels: engine.kernels))
        let shared = try HashingBenchmark.gigabytesPerSecond(Hashing(engine: engine))
        let (one, all) = (decimal(alone, places: 2), decimal(shared, places: 2))
        try context.answer(
            [
                "environment": environment, "gigaflopsPeak": peak * 1e-9, "results": rows, "hashingOneThread": alone,
                "hashingAllThreads": shared,
            ], ["", "SHA-256 of pieces: \(one) GB/s on one thread, \(all) on \(engine.workers.count)"])
    }

    /// Batch × steps × input → hidden, layers; both directions, both modes.
    private static var shapes: [EngineBenchmark] {
        let sizes = [
            (1, 4, 5, 6, 1), (1, 6, 3, 4, 2), (1, 40, 64, 128, 1), (32, 50, 64, 128, 1), (32, 50, 256, 256, 2),
            (64, 100, 512, 512, 2),
        ]
        return [Cell.lstm, .gru].flatMap { cell in
            sizes.flatMap { batch, steps, input, hidden, layers in
                EngineBenchmark.Mode.allCases.map { mode in
                    EngineBenchmark(
                        configuration: RecurrentConfiguration(
                            cell: cell, inputSize: input, hiddenSize: hidden, layers: layers, batchFirst: true,
                            bidirectional: true),
                        batch: batch, steps: steps, mode: mode)
                }
            }
        }
    }

    /// A shape with its times, for people and for programs.
    private struct Result {
        let benchmark: EngineBenchmark
        let timing: Timing
        let gigaflops: Double
        let peakFraction: Double

        init(_ benchmark: EngineBenchmark, _ timing: Timing, _ engine: Engine, peak: Double) {
            self.benchmark = benchmark
            self.timing = timing
            gigaflops = benchmark.operations / timing.secondsMedian * 1e-9
            peakFraction = gigaflops * 1e9 / (peak * Double(engine.workers.count))
        }

        func json(_ engine: Engine) -> JSONValue {
            let configuration = benchmark.configuration
            return [
                "cell": configuration.cell.rawValue, "batch": benchmark.batch, "steps": benchmark.steps,
                "input": configuration.inputSize, "hidden": configuration.hiddenSize,
                "layers": configuration.layers, "bidirectional": configuration.bidirectional,
                "mode": benchmark.mode.rawValue, "threads": engine.workers.count,
                "kernels": engine.kernels.path.rawValue, "runs": timing.runs, "secondsMin": timing.secondsMin,
                "secondsMedian": timing.secondsMedian, "gigaflops": gigaflops, "peakFraction": peakFraction,
            ]
        }

        static func title(_ benchmark: EngineBenchmark) -> String {
            let configuration = benchmark.configuration
            return configuration.cell.rawValue.padded(5)
                + "\(benchmark.batch) × \(benchmark.steps) × \(configuration.inputSize) → \(configuration.hiddenSize), \(configuration.layers)"
                .padded(27) + benchmark.mode.rawValue.padded(11)
        }

        static let heading =
            "batch × steps × input → hidden, layers".padded(43) + "kernels".padded(11) + "min ms".leftPadded(11)
            + "median ms".leftPadded(11) + "GFLOP/s".leftPadded(9) + "of peak".leftPadded(9)

        func line(_ engine: Engine) -> String {
            Result.title(benchmark) + engine.kernels.path.rawValue.padded(11)
                + decimal(timing.secondsMin * 1e3, places: 4).leftPadded(11)
                + decimal(timing.secondsMedian * 1e3, places: 4).leftPadded(11)
                + decimal(gigaflops, places: 1).leftPadded(9)
                + (decimal(peakFraction * 100, places: 1) + " %").leftPadded(9)
        }
    }
}
