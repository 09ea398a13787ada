import Repro

/// `repro matrix`: one experiment over everything that must not show in its result.
enum MatrixCommand: Command {
    static let specification = CommandSpecification(
        name: "matrix",
        summary: "Runs one experiment over builds × kernels × threads × batch placement: one digest, or not",
        operands: "[EXPERIMENT]",
        options: [
            OptionSpecification(name: "seed", value: "N", help: "0 … 2^64−1; needed unless the config has one"),
            OptionSpecification(name: "config", value: "FILE", help: "an experiment of your own, as JSON"),
            OptionSpecification(
                name: "builds", value: "PATH[,PATH…]", help: "other builds of repro to run beside this one"),
        ],
        notes: [
            "--threads takes a list here (default 1,2,3,7), and so does --kernels (default: all that run here but reference,",
            "which is slow). Placement is how many sequences an evaluation takes at a time: 256, 7 or 1; another build uses its",
            "own number. It is asked by `PATH run … --format json`; one that fails, or computes by another version of the",
            "numerical contract, is named and not compared.",
            "Exit code: 0 one digest, 1 builds disagree, 2 a build could not be compared, 3 one build disagrees with itself.",
            "Without EXPERIMENT: roman.",
        ], formats: ServiceReport.formats)

    private static let placements = [256, 7, 1]

    static func run(_ context: Context) throws -> ExitCode {
        let (experiment, seed, base) = try RunCommand.choose(context)
        let arguments = context.arguments
        let paths = try kernelPaths(arguments)
        let counts = try threadCounts(arguments)
        let others = try otherBuilds(context)
        let width = others.isEmpty ? 0 : max(10, others.map(\.path.count).max() ?? 0) + 2
        var matrix = Matrix()
        func note(_ combination: Matrix.Combination) throws {
            context.messages.clear()
            matrix.append(combination)
            if context.format == .text { try write(combination, expected: matrix.roots.first, width: width, context) }
        }
        for path in paths {
            for threads in counts {
                let engine = try Engine(path: path, threads: threads)
                for placement in experiment.task == .inspection ? [1] : placements {
                    let options = RunOptions(
                        evaluationBatchSize: placement, resolve: { Paths.resolve($0, against: base) },
                        onProgress: context.messages.runProgress("\(path.rawValue), \(threads) threads"))
                    let root = try experiment.run(seed: seed, engine: engine, options: options).trace.root
                    try note(
                        Matrix.Combination(
                            build: nil, kernels: path, threads: threads, placement: placement, result: .success(root)))
                }
            }
        }
        let words =
            (arguments.value("config").map { ["--config", $0] } ?? [experiment.name]) + ["--seed", String(seed)]
        for build in others {
            for path in paths {
                for threads in counts {
                    context.messages.progress("\(build.path)  \(path.rawValue), \(threads) threads")
                    let result = Result { () throws(BuildProcess.Failure) in
                        try build.root(words + ["--kernels", path.rawValue, "--threads", String(threads)])
                    }
                    try note(
                        Matrix.Combination(
                            build: build.path, kernels: path, threads: threads, placement: nil, result: result))
                }
            }
        }
        switch context.format {
        case .json: try context.print(matrix.json(experiment, seed: seed))
        case .text:
            try Output.line("\n" + (matrix.exitCode == .success ? matrix.summary : context.palette.bad(matrix.summary)))
        default: try matrix.report.write(context)
        }
        return matrix.exitCode
    }

    private static func otherBuilds(_ context: Context) throws -> [BuildProcess] {
        guard let list = context.arguments.value("builds") else { return [] }
        let paths = list.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        guard !paths.contains("") else {
            throw CommandLineError.usage("--builds is '\(list)'; it has to be paths with a comma between two")
        }
        return try paths.map { try BuildProcess(path: $0, option: "--builds", running: context.interruption.builds) }
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

    private static func write(
        _ combination: Matrix.Combination, expected: Digest?, width: Int, _ context: Context
    ) throws {
        let palette = context.palette
        let result =
            combination.root.map { $0 == expected ? palette.good($0.abbreviated) : palette.bad($0.abbreviated) }
            ?? palette.bad(combination.failure ?? "")
        let build = width == 0 ? "" : (combination.build ?? "this build").padded(width)
        try Output.line(
            build + combination.kernels.rawValue.padded(12) + combination.threadText.padded(14)
                + combination.placementText.padded(10) + result)
    }
}
