import ReproFormats
import ReproTraining
import ReproVerification

/// What a run was asked for, kept beside its checkpoints, so that the run can be gone on with: `experiment.json`.
public struct RunManifest: Sendable {
    /// The experiment, with every option.
    public let experiment: Experiment
    /// The seed.
    public let seed: UInt64
    /// The file that paths of the experiment are relative to; nil for one that ships.
    public let origin: String?
    /// The experiment as that file has it, where it is a configuration: it must not change while the run is stopped.
    public let configured: Experiment?
    /// Whether every step keeps its tensors' digests.
    public let keepsTensors: Bool
    /// When checkpoints are due; nil where they are written on a signal alone.
    public var schedule: CheckpointSchedule?
    /// How many checkpoints stay; ``all`` for every one.
    public var keeping: Int
    /// The folder that TensorBoard's events are written to; nil where they are not.
    public var events: String?

    /// More checkpoints than there can be.
    public static let all = Int.max

    public init(
        experiment: Experiment, seed: UInt64, origin: String?, configured: Experiment?, keepsTensors: Bool,
        schedule: CheckpointSchedule?, keeping: Int, events: String? = nil
    ) {
        self.experiment = experiment
        self.seed = seed
        self.origin = origin
        self.configured = configured
        self.keepsTensors = keepsTensors
        self.schedule = schedule
        self.keeping = keeping
        self.events = events
    }

    /// The folder that paths of the experiment are relative to.
    public var base: String { origin.map(Paths.folder(of:)) ?? "." }

    /// Refuses to go on where the configuration is another one now, and says in what.
    ///
    /// - Throws: `FormatError`.
    public func verifyConfiguration() throws(FormatError) {
        guard let configured, let origin else { return }
        let now: Experiment
        do { now = try Experiment.read(path: origin).experiment } catch {
            guard error.isMissingFile else { throw error }
            throw FormatError(
                .noInput, path: origin, problem: "the configuration that the run began with is gone",
                remedy: "put it back, or say where it is: repro resume DIR --config FILE")
        }
        let changes = Condition.all([configured.json.members ?? [], now.json.members ?? []]).filter(\.differs)
        guard let change = changes.first else { return }
        func text(_ index: Int) -> String { change.perRun[index]?.text(.compact) ?? "absent" }
        let more = changes.count > 1 ? ", and \(changes.count - 1) more changed" : ""
        throw FormatError(
            .badData, path: origin, key: change.name,
            problem: "was \(text(0)) when the run began, and is \(text(1)) now\(more)",
            remedy: "put it back as it was, or begin a new run with `repro run`")
    }
}

extension RunManifest {
    /// Reads the manifest of a run directory.
    ///
    /// - Parameter config: where the configuration is now; nil for where it was.
    /// - Throws: `FormatError`.
    init(path: String, directory: String, config: String?) throws(FormatError) {
        let document = try JSONValue.read(path: path)
        guard let options = document["options"], let seed = document["seed"]?.uint64,
            let keeping = document["keep"].flatMap({ $0.string == "all" ? RunManifest.all : $0.int }), keeping > 0,
            let tensors = document["tensors"]?.bool,
            let contract = document["contract"]?.int
        else {
            throw FormatError(
                .badData, path: path, problem: "options, seed, contract, keep and tensors are needed",
                remedy: "begin the run again")
        }
        guard contract == ReproVersion.contract else {
            throw FormatError(
                .badData, path: path,
                problem: "the run is of contract version \(contract), and this program's is \(ReproVersion.contract)",
                remedy: "go on with a release of that contract, or begin a new run")
        }
        var configured: Experiment?
        if let options = document["configured"] { configured = try Experiment.decode(options, path: path).experiment }
        self.init(
            experiment: try Experiment.decode(options, path: path).experiment, seed: seed,
            origin: config ?? document["origin"]?.string.map { Paths.resolve($0, against: directory) },
            configured: configured, keepsTensors: tensors,
            schedule: document["every"]?.string.flatMap(CheckpointSchedule.init), keeping: keeping,
            events: document["tensorboard"]?.string.map { Paths.resolve($0, against: directory) })
    }

    /// The manifest's JSON; its paths are relative to the run directory.
    func json(directory: String) -> JSONValue {
        var json: JSONValue = [
            "schema": ReproVersion.schema, "contract": ReproVersion.contract, "seed": seed, "options": experiment.json,
            "tensors": keepsTensors, "keep": keeping == RunManifest.all ? "all".json : keeping.json,
        ]
        json.add("every", ifPresent: schedule?.text)
        json.add("tensorboard", ifPresent: events.map { Paths.relative($0, from: directory) })
        json.add("origin", ifPresent: origin.map { Paths.relative($0, from: directory) })
        json.add("configured", ifPresent: configured?.json)
        return json
    }
}
