import Repro

/// `repro matrix`: one experiment over everything that must not show in its result.
enum MatrixCommand: Command {
    static let specification = CommandSpecification(
        name: "matrix",
        summary: "Runs one experiment over builds × kernels × threads × batch placement: one digest, or not",
        operands: "[EXPERIMENT]",
        options: [
            .seed,
            .config,
            .goldens,
            .option("threads", "N[,N…]", "thread counts (default 1,2,3,7; or REPRO_THREADS)"),
            .option("kernels", "PATH[,PATH…]", "kernels (default all that run here but reference; or REPRO_KERNELS)"),
            .option("builds", "PATH[,PATH…]", "other builds of repro to run beside this one"),
        ],
        notes: [
            "The reference loops are slow. Placement is how many sequences an evaluation takes at a time: 256, 7 or 1; another",
            "build uses its own number. It is asked by `PATH run … --format json`; one that fails, or computes by another version",
            "of the numerical contract, is named and not compared.",
            "Exit code: 0 one digest, 1 builds disagree, 2 a build could not be compared, 3 one build disagrees with itself.",
            "Without EXPERIMENT: roman.",
        ], formats: Format.allCases)

    static func run(_ context: Context) throws -> ExitCode {
        let (experiment, seed, base) = try context.chooseExperiment()
        let arguments = context.arguments
        let paths = try kernelPaths(context)
        let counts = try threadCounts(context)
        let others = try otherBuilds(context)
        let width = others.isEmpty ? 0 : max(10, others.map(\.path.count).max() ?? 0) + 2
        let words =
            (arguments.value("config").map { ["--config", $0] } ?? [experiment.name]) + ["--seed", String(seed)]
            + (arguments.value("goldens").map { ["--goldens", $0] } ?? [])
        let rendering = MatrixFindings(width: width)
        let messages = context.messages
        var cases: [Finding] = []
        let count = RunMatrix.count(
            of: experiment, kernels: paths.count, threads: counts.count, builds: others.count)
        let matrix = try RunMatrix(
            experiment, seed: seed, kernels: paths, threads: counts, builds: others, words: words,
            resolve: { Paths.resolve($0, against: base) },
            onProgress: { title, event in
                if let event { messages.runProgress(title)(event) } else { messages.progress(title) }
            },
            onCombination: { combination, first in
                messages.clear()
                cases.append(rendering.finding(combination, expected: first))
                try context.show(cases, of: count)
            })
        try context.finish(MatrixFindings.findings(cases, matrix, experiment, seed: seed))
        return matrix.exitCode
    }

    private static func otherBuilds(_ context: Context) throws -> [BuildProcess] {
        guard let list = context.arguments.value("builds") else { return [] }
        let paths = list.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        guard !paths.contains("") else {
            throw usage("--builds is '\(list)'; it has to be paths with a comma between two")
        }
        return try paths.map { try BuildProcess(path: $0, option: "--builds", running: context.interruption.processes) }
    }

    private static func kernelPaths(_ context: Context) throws -> [KernelPath] {
        let (list, option) = context.setting("kernels", variable: "REPRO_KERNELS")
        guard let list, list != "auto" else {
            return KernelPath.supported.filter { $0 != .reference }
        }
        return try list.split(separator: ",", omittingEmptySubsequences: false).map { name in
            guard let path = KernelPath(rawValue: String(name)) else {
                throw usage(
                    "\(option) names '\(name)'; valid: \(KernelPath.allCases.map(\.rawValue).joined(separator: ", "))")
            }
            return path
        }
    }

    private static func threadCounts(_ context: Context) throws -> [Int] {
        let (list, option) = context.setting("threads", variable: "REPRO_THREADS")
        guard let list else { return [1, 2, 3, 7] }
        return try list.split(separator: ",", omittingEmptySubsequences: false).map {
            try Arguments.integer(String($0), option, in: 1...Context.greatestThreadCount)
        }
    }
}
