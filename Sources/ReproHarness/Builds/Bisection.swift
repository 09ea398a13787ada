import Foundation
import ReproFormats
import ReproProcesses
import ReproTrace
import ReproTraining
import ReproVerification

/// Two builds on one experiment: where their results part, from stage to tensor to operation to element.
public struct Bisection: Sendable {
    /// One level of the search.
    public struct Level: Sendable {
        /// What is compared on a level.
        public enum Kind: String, Sendable { case stages, tensors, operations }

        /// What is compared on the level.
        public let kind: Kind
        /// How many there are, and how many comparisons found the first that differs.
        public let count: Int
        /// How many digests were compared to find the first that differs.
        public let comparisons: Int
        /// The first that differs; nil where none does.
        public let first: String?
    }

    /// What the search in one experiment came to.
    public struct Result: Sendable {
        /// The experiment's name.
        public let experiment: String
        /// The seed of both runs.
        public let seed: UInt64
        /// The digests of both runs.
        public let roots: (baseline: Digest, present: Digest)
        /// The levels that were searched, from the coarsest on.
        public internal(set) var levels: [Level] = []
        /// The stage where the builds part.
        public internal(set) var stage: StageID?
        /// Random streams of that stage that ended elsewhere.
        public internal(set) var streams: [OperationID] = []
        /// Whether the stage's random streams agree.
        public internal(set) var streamsAgree: Bool?
        /// How the first operation's elements differ.
        public internal(set) var difference: TensorDifference?
        /// Why the search ended before an element.
        public internal(set) var remark: String?

        /// Whether both builds give the same digest.
        public var isEqual: Bool { roots.baseline == roots.present }
    }

    /// A build did not repeat itself between two levels.
    public struct NotRepeatable: Error, CustomStringConvertible {
        /// The build that disagrees with itself.
        public let path: String
        /// The first stage that it does not repeat.
        public let stage: StageID

        public var description: String {
            "\(path) does not repeat itself: two of its runs disagree in stage '\(stage)'; see `repro matrix` of that build"
        }
    }

    private let builds: [BuildProcess]
    /// Options that both are given, such as `--threads 2`.
    private let options: [String]
    private let onLevel: @Sendable (String) -> Void

    /// - Parameter onLevel: told what is being run.
    public init(
        baseline: BuildProcess, present: BuildProcess, options: [String],
        onLevel: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        builds = [baseline, present]
        self.options = options
        self.onLevel = onLevel
    }

    /// - Parameter base: the folder that the experiment's data paths are relative to.
    /// - Throws: `BuildProcess.Failure`, ``NotRepeatable``, `FormatError`.
    public func search(_ experiment: Experiment, seed: UInt64, base: String) throws -> Result {
        let scratch = try ScratchFolder(of: builds[0].running)
        let folder = FileManager.default.currentDirectoryPath
        let absolute = experiment.mappingPaths {
            Paths.resolve(Paths.resolve($0, against: base), against: folder)
        }
        let configuration = scratch.path("experiment.json")
        try AtomicFile.write(absolute.json.encoded(.pretty), to: configuration)
        let search = ExperimentSearch(
            builds: builds, words: ["--config", configuration, "--seed", String(seed)] + options,
            scratch: scratch, onLevel: { onLevel("\(experiment.name): \($0)") })
        return try search.result(experiment.name, seed)
    }
}
