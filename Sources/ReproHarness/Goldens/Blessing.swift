// How a run of this build becomes a golden.

import ReproFormats
import ReproNumerics
import ReproTrace
import ReproTraining
import ReproVerification

/// How a golden becomes an experiment again.
extension GoldenFolder {
    /// The experiment of a golden; its data paths are relative to the folder.
    ///
    /// - Throws: as `Experiment.decode`.
    public func experiment(_ json: JSONValue, named name: String) throws -> Experiment {
        try Experiment.decode(json, path: path + "/" + name + ".json").experiment
    }
}

/// Makes a golden of what this build gives, once it gave it twice.
public struct Blessing: Sendable {
    /// What would be written, beside what stands there.
    public struct Proposal: Sendable {
        /// What would be written.
        public let golden: Golden
        /// The tensors to keep beside it; nil where they are not small and nobody asked for them.
        public let tensors: [KeptTensor]?
        /// The golden that it replaces; nil where there is none, or one that cannot be read.
        public let previous: Golden?
        /// Why that cannot be read; nil where it can, or there is none.
        public let previousFault: GoldenFault?
        /// Nil where nothing moved, or there is nothing to compare with.
        public let drift: Drift?

        /// The proposal as a change of the folder, refused where that is no longer what was compared with.
        public var change: GoldenChange { GoldenChange(golden, tensors: tensors, replacing: .shown(previous)) }

        /// Whether there is something to write: what stands there says less than this, or something else, or nobody has
        /// reviewed it.
        public var isChange: Bool {
            guard let previous, !previous.isUnreviewed else { return true }
            return previous.blessed(by: golden.blessedBy, reason: golden.reason) != golden
        }
    }

    /// Two runs of this very build disagree, so that there is nothing to vouch for.
    public struct NotReproducible: Error, CustomStringConvertible {
        /// The experiment.
        public let name: String
        /// Where the two runs part.
        public let drift: Drift

        public var description: String {
            "'\(name)' is not reproducible here: two runs of this build disagree from stage '\(drift.stage)' on; "
                + "nothing was written"
        }
    }

    /// Where the goldens lie.
    public let folder: GoldenFolder
    /// What computes the runs.
    public let engine: Engine
    /// Who vouches for the goldens.
    public let by: String
    /// Why they are made, for the golden.
    public let reason: String
    /// How an experiment is carried out.
    public var runner: ExperimentRunner = { try $0.run(seed: $1, engine: $2, options: $3) }

    public init(folder: GoldenFolder, engine: Engine, by: String, reason: String) {
        self.folder = folder
        self.engine = engine
        self.by = by
        self.reason = reason
    }

    /// Runs an experiment without a file of its own twice and proposes what both gave.
    ///
    /// - Parameter base: the folder that the experiment's data paths are relative to.
    /// - Throws: ``NotReproducible``, and what a run throws.
    public func proposal(for experiment: Experiment, seed: UInt64, base: String) throws -> Proposal {
        try proposal(for: ExperimentDefinition(experiment, base: base), seed: seed)
    }

    /// Runs an experiment twice and proposes what both gave. The golden names the config file of the definition.
    ///
    /// - Throws: ``NotReproducible``, `FileSnapshot.Changed`, and what a run throws.
    public func proposal(
        for definition: ExperimentDefinition, seed: UInt64, onProgress: @escaping (RunProgress) -> Void = { _ in }
    ) throws -> Proposal {
        let experiment = definition.experiment
        // Opened by the paths that were given: the folder may not be there yet.
        let data = try DataSnapshot(
            zip(definition.experiment(in: folder).paths, experiment.paths).map {
                ($0, Paths.resolve($1, against: definition.base))
            })
        var options = RunOptions(
            resolve: { Paths.resolve($0, against: definition.base) }, onProgress: onProgress)
        options.readData = data.read
        let first = try runner(experiment, seed, engine, options)
        let golden = try golden(of: definition, data.files, seed: seed, giving: first)
        var previous: Golden?
        var previousFault: GoldenFault?
        do { previous = try folder.predecessor(golden.name) } catch { previousFault = error }
        var drift = previous.flatMap {
            Drift(expected: $0, found: golden) ?? Drift(asked: ConditionComparison([$0.conditions, golden.conditions]))
        }
        let second = try Repetition(of: first.trace.stages, moved: drift?.tensor, options: options) {
            try runner(experiment, seed, engine, $0).trace
        }
        if let drift = Drift(expected: first.trace, found: second.trace) {
            throw NotReproducible(name: experiment.name, drift: drift)
        }
        try data.verify()
        if let previous, let tensors = try? folder.tensors(of: previous) {
            drift = try drift?.explained(by: tensors, second.tensors)
        }
        return Proposal(
            golden: golden, tensors: folder.keepsTensors(of: golden) ? second.goldenTensors : nil, previous: previous,
            previousFault: previousFault, drift: drift)
    }

    /// The golden with its paths relative to the folder.
    private func golden(
        of definition: ExperimentDefinition, _ data: [Golden.DataFile], seed: UInt64, giving result: RunResult
    ) throws -> Golden {
        let experiment = definition.experiment(in: folder)
        let name = try GoldenName(experiment: experiment.name)
        return Golden(
            name: name, config: definition.recordedConfig(in: folder), experiment: experiment.json, data: data,
            seed: seed, metrics: result.goldenMetrics, trace: result.trace, blessedBy: by, reason: reason)
    }
}
