import ReproFormats
import ReproTrace

/// The digest tree of a run as its `run.json` recorded it.
public struct RecordedRun: Sendable {
    /// The path of `run.json`.
    public let path: String
    /// The experiment's name.
    public let experiment: String
    /// The run's seed.
    public let seed: UInt64
    /// The digest of the whole run.
    public let root: Digest
    /// The fault that was planted in it, and the stage that it was ended after; nil in a whole and clean run.
    public let perturbation: String?
    /// The stage that the run was ended after; nil for a whole run.
    public let lastStage: String?
    /// With the leaves that the run kept.
    public let stages: [Stage]
    /// What the file tells beside the tree; objects, empty where it tells nothing. None of it is in a digest.
    public let metrics, options, environment: [JSONValue.Member]

    /// - Throws: `FormatError` where the file is no `run.json`, or its tree does not hash up.
    public init(path: String) throws(FormatError) {
        let document = try JSONValue.read(path: path)
        func malformed(_ problem: String) -> FormatError {
            FormatError(.badData, path: path, problem: problem, remedy: "name a run directory that `repro run` wrote")
        }
        guard let experiment = document["experiment"]?.string, let seed = document["seed"]?.uint64,
            let root = document["digest"]?.string.flatMap({ Digest(hexadecimal: $0) }),
            let list = document["stages"]?.elements
        else { throw malformed("no run: experiment, seed, digest and stages are needed") }
        var stages: [Stage] = []
        for value in list {
            do { stages.append(try StageCoding.stage(value)) } catch { throw malformed(error.problem) }
        }
        if let node = Trace.firstInconsistency(stages: stages, claimed: root) {
            throw malformed("\(node) does not hash up from what is below it")
        }
        self.path = path
        self.experiment = experiment
        self.seed = seed
        perturbation = document["perturbation"]?.string
        lastStage = document["lastStage"]?.string
        self.root = root
        self.stages = stages
        metrics = document["metrics"]?.members ?? []
        options = document["options"]?.members ?? []
        environment = document["environment"]?.members ?? []
    }

    /// How many tensors the file keeps.
    public var leafCount: Int { stages.reduce(0) { $0 + ($1.leaves?.count ?? 0) } }
}
