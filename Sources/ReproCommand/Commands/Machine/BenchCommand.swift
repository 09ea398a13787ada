import Repro

/// `repro bench`: how fast the engine is here, against what the processor could do and against the reference loop.
enum BenchCommand: Command {
    private static let largest = 1 << 20

    static let specification = CommandSpecification(
        name: "bench", summary: "Times the engine, against the reference loop and the machine's FMA peak", operands: "",
        options: [
            OptionSpecification(name: "cell", value: "lstm|gru|rnn", help: "default lstm"),
            OptionSpecification(name: "batch", value: "B", help: "sequences (default 1)"),
            OptionSpecification(name: "steps", value: "T", help: "steps of each (default 1)"),
            OptionSpecification(name: "input", value: "I", help: "features of a step (default 1)"),
            OptionSpecification(name: "hidden", value: "H", help: "units of a direction (default 1)"),
            OptionSpecification(name: "layers", value: "L", help: "layers (default 1)"),
            OptionSpecification(name: "unidirectional", value: nil, help: "one direction; else both"),
            OptionSpecification(name: "mode", value: "inference|training", help: "default inference"),
        ],
        notes: [
            "Without a shape: a table of shapes. Training is laying out new weights, forward, and backward into every",
            "parameter and the input. peakFraction is of all threads' peak, one thread's being measured.",
        ])

    static func run(_ context: Context) throws -> ExitCode {
        let shape = ["cell", "batch", "steps", "input", "hidden", "layers", "unidirectional", "mode"]
        if shape.contains(where: context.arguments.has) {
            try one(context)
        } else {
            try table(context)
        }
        return .success
    }

    private static func one(_ context: Context) throws {
        let arguments = context.arguments
        func size(_ name: String) throws -> Int { try arguments.integer(name, in: 1...largest) ?? 1 }
        let cell = try arguments.choice("cell", Cell.allCases.map(\.rawValue)).flatMap(Cell.init(rawValue:)) ?? .lstm
        let modes = EngineBenchmark.Mode.allCases.map(\.rawValue)
        let benchmark = EngineBenchmark(
            configuration: RecurrentConfiguration(
                cell: cell, inputSize: try size("input"), hiddenSize: try size("hidden"), layers: try size("layers"),
                batchFirst: true, bidirectional: !arguments.has("unidirectional")),
            batch: try size("batch"), steps: try size("steps"),
            mode: try arguments.choice("mode", modes).flatMap(EngineBenchmark.Mode.init(rawValue:)) ?? .inference)
        let engine = try context.engine()
        let result = Result(benchmark, try benchmark.run(engine: engine), engine, peak: try Timing.peak())
        if context.format == .json {
            try context.print(.object([.init("schema", .number(ReproVersion.schema))] + result.members(engine)))
        } else {
            for member in result.members(engine) {
                try Output.line(member.key.padded(16) + (member.value.string ?? member.value.text(.compact)))
            }
        }
    }

    private static func table(_ context: Context) throws {
        let engine = try context.engine()
        let reference = try Engine(path: .reference, threads: 1)
        let peak = try Timing.peak()
        let environment = RunEnvironment(engine: engine)
        let isText = context.format == .text
        if isText {
            try Output.line(
                "\(environment.processor), kernels \(environment.kernels), threads \(environment.threads), FMA peak of one "
                    + "thread \(decimal(peak * 1e-9, 1)) GFLOP/s")
            try Output.line()
            try Output.line(Result.heading)
        }
        var rows: [JSONValue] = []
        func row(_ benchmark: EngineBenchmark, _ engine: Engine) throws {
            context.messages.progress(Result.title(benchmark))
            let result = Result(benchmark, try benchmark.run(engine: engine), engine, peak: peak)
            context.messages.clear()
            if isText { try Output.line(result.line(engine)) } else { rows.append(.object(result.members(engine))) }
        }
        for benchmark in shapes { try row(benchmark, engine) }
        for benchmark in shapes where benchmark.operations < 1e8 && benchmark.operations > 1e7 {
            try row(benchmark, reference)
        }
        let alone = try HashingBenchmark.gigabytesPerSecond(Hashing(kernels: engine.kernels))
        let shared = try HashingBenchmark.gigabytesPerSecond(Hashing(engine: engine))
        if isText {
            try Output.line()
            try Output.line(
                "SHA-256 of pieces: \(decimal(alone, 2)) GB/s on one thread, \(decimal(shared, 2)) on \(engine.workers.count)"
            )
        } else {
            try context.print(
                .object([
                    .init("schema", .number(ReproVersion.schema)), .init("environment", environment.json),
                    .init("gigaflopsPeak", .number(peak * 1e-9)), .init("results", .array(rows)),
                    .init("hashingOneThread", .number(alone)), .init("hashingAllThreads", .number(shared)),
                ]))
        }
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

        func members(_ engine: Engine) -> [JSONValue.Member] {
            let configuration = benchmark.configuration
            return [
                .init("cell", .string(configuration.cell.rawValue)), .init("batch", .number(benchmark.batch)),
                .init("steps", .number(benchmark.steps)), .init("input", .number(configuration.inputSize)),
                .init("hidden", .number(configuration.hiddenSize)), .init("layers", .number(configuration.layers)),
                .init("bidirectional", .bool(configuration.bidirectional)),
                .init("mode", .string(benchmark.mode.rawValue)), .init("threads", .number(engine.workers.count)),
                .init("kernels", .string(engine.kernels.path.rawValue)), .init("runs", .number(timing.runs)),
                .init("secondsMin", .number(timing.secondsMin)), .init("secondsMedian", .number(timing.secondsMedian)),
                .init("gigaflops", .number(gigaflops)), .init("peakFraction", .number(peakFraction)),
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
                + decimal(timing.secondsMin * 1e3, 4).leftPadded(11)
                + decimal(timing.secondsMedian * 1e3, 4).leftPadded(11) + decimal(gigaflops, 1).leftPadded(9)
                + (decimal(peakFraction * 100, 1) + " %").leftPadded(9)
        }
    }

    /// A number with so many digits after the point.
    private static func decimal(_ number: Double, _ digits: Int) -> String {
        let scale = (0..<digits).reduce(1.0) { power, _ in power * 10 }
        let scaled = Int((number * scale).rounded())
        if digits == 0 { return String(scaled) }
        return "\(scaled / Int(scale))." + padded(scaled % Int(scale), to: digits)
    }

    private static func padded(_ number: Int, to digits: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: digits - text.count) + text
    }
}
