import Foundation
import ReproFormats
import ReproTrace
import ReproTraining
import ReproVerification

/// Two builds on one experiment: where their results part, from stage to tensor to operation to element.
public struct Bisection: Sendable {
    /// One level of the search.
    public struct Level: Sendable {
        public enum Kind: String, Sendable { case stages, tensors, operations }

        public let kind: Kind
        /// How many there are, and how many comparisons found the first that differs.
        public let count: Int
        public let comparisons: Int
        /// The first that differs; nil where none does.
        public let first: String?
    }

    public struct Result: Sendable {
        public let experiment: String
        public let seed: UInt64
        public let roots: (baseline: Digest, present: Digest)
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

        public var isEqual: Bool { roots.baseline == roots.present }
    }

    /// A build did not repeat itself between two levels.
    public struct NotRepeatable: Error, CustomStringConvertible {
        public let path: String
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
        var absolute = experiment
        let folder = FileManager.default.currentDirectoryPath
        absolute.data = experiment.data.mappingPaths {
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
