import ReproFormats
import ReproNumerics
import ReproTrace
import ReproTraining

/// What one experiment gave over builds, kernels, threads and placements.
public struct RunMatrix: Sendable {
    /// One way of computing, and what it gave.
    public struct Combination: Sendable {
        /// The path of another build; nil for this one.
        public let build: String?
        /// The kernels that computed.
        public let kernels: KernelPath
        /// How many threads computed.
        public let threads: Int
        /// How many sequences an evaluation takes at a time; nil for another build, which uses its own number.
        public let placement: Int?
        /// The root, or why there is none that could be compared.
        public let result: Result<Digest, BuildProcess.Failure>

        /// The run's digest; nil where the run failed.
        public var root: Digest? { try? result.get() }
        /// Why the run failed; nil where it did not.
        public var failure: String? {
            if case .failure(let failure) = result { failure.reason } else { nil }
        }
    }

    /// How many sequences an evaluation takes at a time.
    private static func placements(of experiment: Experiment) -> [Int] {
        experiment.task == .inspection ? [1] : [256, 7, 1]
    }

    /// How many combinations there are of so many kernels, threads and other builds.
    public static func count(of experiment: Experiment, kernels: Int, threads: Int, builds: Int) -> Int {
        kernels * threads * (placements(of: experiment).count + builds)
    }

    /// What was run so far, in order.
    public private(set) var combinations: [Combination] = []
    /// The distinct roots in the order in which they came.
    public private(set) var roots: [Digest] = []

    /// Runs an experiment with every kernel path and thread count: in this build for every placement, then in the others.
    ///
    /// - Parameters:
    ///   - resolve: makes a path of the experiment one that can be opened.
    ///   - words: what the others are given to run the same experiment with the same seed.
    ///   - onProgress: told which combination runs, and how far its run is; nil where that cannot be told.
    ///   - onCombination: told of each combination as it comes, and of the first root.
    /// - Throws: as `Experiment.run`; `KernelUnavailable` for a path that does not run here.
    public init(
        _ experiment: Experiment, seed: UInt64, kernels: [KernelPath], threads: [Int], builds: [BuildProcess],
        words: [String], resolve: @escaping (String) -> String, onProgress: @escaping (String, RunProgress?) -> Void,
        onCombination: (Combination, _ first: Digest?) throws -> Void
    ) throws {
        let ways = kernels.flatMap { path in threads.map { (path: path, threads: $0) } }
        func note(_ combination: Combination) throws {
            combinations.append(combination)
            if let root = combination.root, !roots.contains(root) { roots.append(root) }
            try onCombination(combination, roots.first)
        }
        for (path, threads) in ways {
            let engine = try Engine(path: path, threads: threads)
            for placement in RunMatrix.placements(of: experiment) {
                let options = RunOptions(
                    evaluationBatchSize: placement, resolve: resolve,
                    onProgress: { onProgress("\(path.rawValue), \(threads) threads", $0) })
                let root = try experiment.run(seed: seed, engine: engine, options: options).trace.root
                try note(
                    Combination(
                        build: nil, kernels: path, threads: threads, placement: placement, result: .success(root)))
            }
        }
        for build in builds {
            for (path, threads) in ways {
                onProgress("\(build.path)  \(path.rawValue), \(threads) threads", nil)
                let result = Result { () throws(BuildProcess.Failure) in
                    try build.root(words + ["--kernels", path.rawValue, "--threads", String(threads)])
                }
                try note(
                    Combination(build: build.path, kernels: path, threads: threads, placement: nil, result: result))
            }
        }
    }

    /// 3 where one build disagrees with itself, 1 where builds disagree with each other, 2 where one gave nothing to compare.
    public var exitCode: ExitCode {
        var first: [(build: String?, root: Digest)] = []
        return .ofSeveral(
            combinations.map { combination in
                guard let root = combination.root else { return .notJudged }
                guard let known = first.first(where: { $0.build == combination.build }) else {
                    first.append((combination.build, root))
                    return root == roots[0] ? .success : .drift
                }
                return known.root == root ? .success : .notReproducible
            })
    }
}
