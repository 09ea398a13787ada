import ReproFormats
import ReproTrace

/// What a run gave when somebody vouched for it: the experiment in full, its seed, and its digest tree.
///
/// Self-contained, so that any checkout can run it again. Holds no time, host or path of a machine.
public struct Golden: Sendable, Equatable {
    /// The version of the layout of goldens, of their index and of traces of operations: stated here alone.
    public static let format = 2
    /// The version of the numerical contract that this build computes by: stated here alone.
    public static let contract = 2

    /// A data file: its path relative to the golden's folder, and the SHA-256 of its bytes.
    public struct DataFile: Sendable, Equatable, JSONRepresentable {
        public let path: String
        public let digest: Digest

        public init(path: String, digest: Digest) {
            self.path = path
            self.digest = digest
        }

        public var json: JSONValue { ["path": path, "sha256": digest] }
    }

    public let name: String
    /// The experiment as its options; data paths are relative to the golden's folder.
    public let experiment: JSONValue
    public let data: [DataFile]
    public let seed: UInt64
    public let root: Digest
    /// Leaves for init, data, the first and the last step, evaluation and final; digests alone for the others.
    public let stages: [Stage]
    public let blessedBy: String
    public let reason: String

    public init(
        name: String, experiment: JSONValue, data: [DataFile], seed: UInt64, trace: Trace, blessedBy: String,
        reason: String
    ) {
        self.init(
            name: name, experiment: experiment, data: data, seed: seed, root: trace.root,
            stages: Golden.abridged(trace.stages), blessedBy: blessedBy, reason: reason)
    }

    init(
        name: String, experiment: JSONValue, data: [DataFile], seed: UInt64, root: Digest, stages: [Stage],
        blessedBy: String, reason: String
    ) {
        self.name = name
        self.experiment = experiment
        self.data = data
        self.seed = seed
        self.root = root
        self.stages = stages
        self.blessedBy = blessedBy
        self.reason = reason
    }

    /// The stages whose leaves a golden keeps, the others without.
    package static func abridged(_ stages: [Stage]) -> [Stage] {
        let first = stages.firstIndex(where: \.isStep)
        let last = stages.lastIndex(where: \.isStep)
        return stages.enumerated().map { index, stage in
            let isKept = stage.isStep ? index == first || index == last : !stage.id.isEpoch
            return isKept ? stage : stage.withoutLeaves()
        }
    }
}
