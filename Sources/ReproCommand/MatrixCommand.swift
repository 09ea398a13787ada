import Repro

/// `repro matrix`: one experiment over everything that must not show in its result.
enum MatrixCommand: Command {
    static let specification = CommandSpecification(
        name: "matrix", summary: "Runs one experiment over threads × kernels × batch placement: one digest, or not",
        operands: "[EXPERIMENT]",
        options: [
            OptionSpecification(name: "seed", value: "N", help: "0 … 2^64−1; needed unless the config has one"),
            OptionSpecification(name: "config", value: "FILE", help: "an experiment of your own, as JSON"),
        ],
        notes: [
            "--threads takes a list here (default 1,2,3,7), and so does --kernels (default: all that run here but reference,",
            "which is slow). Placement is how many sequences an evaluation takes at a time: 256, 7 or 1.",
            "Exit code: 0 one digest, 3 several. Without EXPERIMENT: roman.",
        ])

    /// One way of computing, and the root that it gave.
    private struct Combination {
        let kernels: KernelPath
        let threads: Int
        let placement: Int
        let root: Digest
    }

    private static let placements = [256, 7, 1]

    static func run(_ context: Context) throws -> Int32 {
        let (experiment, seed, base) = try RunCommand.choose(context)
        let paths = try kernelPaths(context.arguments)
        let counts = try threadCounts(context.arguments)
        var combinations: [Combination] = []
        for path in paths {
            for threads in counts {
                let engine = try Engine(path: path, threads: threads)
                for placement in experiment.task == .inspection ? [1] : placements {
                    let options = RunOptions(
                        evaluationBatchSize: placement, resolve: { Paths.resolve($0, against: base) },
                        onProgress: context.messages.runProgress("\(path.rawValue), \(threads) threads"))
                    let root = try experiment.run(seed: seed, engine: engine, options: options).trace.root
                    context.messages.clear()
                    let combination = Combination(kernels: path, threads: threads, placement: placement, root: root)
                    combinations.append(combination)
                    if context.format == .text { try write(combination, expected: combinations[0].root, context) }
                }
            }
        }
        var roots: [Digest] = []
        for combination in combinations where !roots.contains(combination.root) { roots.append(combination.root) }
        if context.format == .json {
            try context.print(json(experiment, seed, combinations, roots))
        } else {
            try Output.line()
            try Output.line(
                roots.count == 1
                    ? "one digest over \(combinations.count) combinations: \(roots[0])"
                    : context.palette.bad("\(roots.count) digests over \(combinations.count) combinations"))
        }
        return roots.count == 1 ? ExitCode.success : 3
    }

    private static func kernelPaths(_ arguments: Arguments) throws -> [KernelPath] {
        guard let list = arguments.value("kernels"), list != "auto" else {
            return KernelPath.supported.filter { $0 != .reference }
        }
        return try list.split(separator: ",", omittingEmptySubsequences: false).map { name in
            guard let path = KernelPath(rawValue: String(name)) else {
                throw CommandLineError.usage(
                    "--kernels names '\(name)'; valid: \(KernelPath.allCases.map(\.rawValue).joined(separator: ", "))")
            }
            return path
        }
    }

    private static func threadCounts(_ arguments: Arguments) throws -> [Int] {
        guard let list = arguments.value("threads") else { return [1, 2, 3, 7] }
        return try list.split(separator: ",", omittingEmptySubsequences: false).map {
            try Arguments.integer(String($0), "--threads", in: 1...Context.greatestThreadCount)
        }
    }

    private static func write(_ combination: Combination, expected: Digest, _ context: Context) throws {
        let digest =
            combination.root == expected
            ? context.palette.good(combination.root.abbreviated) : context.palette.bad(combination.root.abbreviated)
        let threads = combination.threads == 1 ? "1 thread" : "\(combination.threads) threads"
        try Output.line(
            combination.kernels.rawValue.padded(12) + threads.padded(14) + "by \(combination.placement)".padded(10)
                + digest)
    }

    private static func json(
        _ experiment: Experiment, _ seed: UInt64, _ combinations: [Combination], _ roots: [Digest]
    ) -> JSONValue {
        .object([
            .init("schema", .number(ReproVersion.schema)), .init("experiment", .string(experiment.name)),
            .init("seed", .number(seed)), .init("distinctDigests", .number(roots.count)),
            .init(
                "combinations",
                .array(
                    combinations.map {
                        .object([
                            .init("kernels", .string($0.kernels.rawValue)), .init("threads", .number($0.threads)),
                            .init("placement", .number($0.placement)), .init("digest", .string($0.root.hexadecimal)),
                        ])
                    })),
        ])
    }
}
