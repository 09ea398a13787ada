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

    /// A data file as it was when the golden was made.
    public struct DataFile: Sendable, Equatable, JSONRepresentable {
        /// Relative to the golden's folder.
        public let path: String
        /// The SHA-256 of its bytes.
        public let digest: Digest
        /// The first 6 hexadecimal digits of each line's SHA-256, one after another, which tell the lines that changed; nil
        /// for a file that is no text, or has more than ``greatestLineCount`` lines.
        public let lines: String?
        /// The digest of the same text with the other line endings; nil where only a file tells of it. No golden keeps it.
        let turned: Digest?

        /// Files of more lines are told apart by their digest alone.
        public static let greatestLineCount = 16_384
        /// How many hexadecimal digits of a line's digest are kept.
        public static let digitsPerLine = 6

        public init(path: String, digest: Digest, lines: String? = nil) {
            self.init(path: path, digest: digest, lines: lines, turned: nil)
        }

        init(path: String, digest: Digest, lines: String?, turned: Digest?) {
            self.path = path
            self.digest = digest
            self.lines = lines
            self.turned = turned
        }

        /// Whether two say the same of a file, however they came to know it.
        public static func == (left: DataFile, right: DataFile) -> Bool {
            left.path == right.path && left.digest == right.digest && left.lines == right.lines
        }

        public var json: JSONValue {
            var json: JSONValue = ["path": path, "sha256": digest]
            json.add("lines", ifPresent: lines)
            return json
        }
    }

    /// The same in the file's name, in the manifest and in the experiment.
    public let name: GoldenName
    /// The file that the experiment was read from, relative to the golden's folder; nil for one without a file.
    public let config: String?
    /// The experiment as its options; data paths are relative to the golden's folder.
    public let experiment: JSONValue
    /// The files that the run read, in the order in which the experiment names them.
    public let data: [DataFile]
    /// The seed of the run.
    public let seed: UInt64
    /// The run's metrics under their names, in its order; none where none are known.
    public let metrics: [JSONValue.Member]
    /// The digest of the whole run.
    public let root: Digest
    /// Leaves for init, data, the first and the last step, evaluation and final; digests alone for the others.
    public let stages: [Stage]
    /// Who vouched for the golden.
    public let blessedBy: String
    /// Why it was blessed, in their words.
    public let reason: String

    /// - Precondition: `experiment` calls itself `name`.
    public init(
        name: GoldenName, config: String? = nil, experiment: JSONValue, data: [DataFile], seed: UInt64,
        metrics: [JSONValue.Member] = [], trace: Trace, blessedBy: String, reason: String
    ) {
        precondition(
            experiment["name"]?.string == name.text,
            "the experiment of the golden '\(name)' calls itself \(experiment["name"]?.text(.compact) ?? "nothing")")
        self.init(
            name: name, config: config, experiment: experiment, data: data, seed: seed, metrics: metrics,
            root: trace.root, stages: Golden.abridged(trace.stages), blessedBy: blessedBy, reason: reason)
    }

    init(
        name: GoldenName, config: String?, experiment: JSONValue, data: [DataFile], seed: UInt64,
        metrics: [JSONValue.Member], root: Digest, stages: [Stage], blessedBy: String, reason: String
    ) {
        self.name = name
        self.config = config
        self.experiment = experiment
        self.data = data
        self.seed = seed
        self.metrics = metrics
        self.root = root
        self.stages = stages
        self.blessedBy = blessedBy
        self.reason = reason
    }

    /// A golden that says the same, vouched for by somebody else.
    public init(copying golden: Golden, blessedBy: String, reason: String) {
        self.init(
            name: golden.name, config: golden.config, experiment: golden.experiment, data: golden.data,
            seed: golden.seed, metrics: golden.metrics, root: golden.root, stages: golden.stages, blessedBy: blessedBy,
            reason: reason)
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
