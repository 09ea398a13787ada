import Foundation
import ReproFormats
import ReproTraining
import ReproVerification

/// What an experiment is now, to hold a golden against: as its config file says, or as it ships.
public struct ExperimentDefinition: Sendable {
    /// The options, data paths relative to ``base``.
    public let experiment: Experiment
    /// Nil where the file leaves it to the golden.
    public let seed: UInt64?
    /// The folder that the experiment's data paths are relative to.
    public let base: String
    /// The path of the config file; nil for an experiment without one.
    public let config: String?

    /// - Throws: `FormatError` for a file that is gone, unreadable or malformed.
    public init(config path: String) throws(FormatError) {
        (experiment, seed) = try Experiment.read(path: path)
        base = Paths.folder(of: path)
        config = path
    }

    public init(_ experiment: Experiment, seed: UInt64? = nil, base: String = ".") {
        self.experiment = experiment
        self.seed = seed
        self.base = base
        config = nil
    }

    /// The path that a golden in a folder records for the config file; nil where there is none, or one that cannot be read
    /// twice, such as a pipe.
    func recordedConfig(in folder: GoldenFolder) -> String? {
        config.flatMap { Paths.isRegularFile($0) ? Paths.relative($0, from: folder.path) : nil }
    }

    /// The experiment with its data paths relative to a folder of goldens.
    func experiment(in folder: GoldenFolder) -> Experiment {
        experiment.mappingPaths { Paths.relative($0, against: base, from: folder.path) }
    }
}

extension GoldenFolder {
    /// What a golden's experiment is now; nil where nothing but the golden itself says it.
    ///
    /// - Throws: `FormatError` for a config file that is gone, unreadable or malformed.
    public func definition(of golden: Golden) throws(FormatError) -> ExperimentDefinition? {
        if let config = golden.config {
            let file = Paths.resolve(config, against: path)
            do { return try ExperimentDefinition(config: file) } catch {
                guard error.isMissingFile else { throw error }
                throw FormatError(
                    .noInput, path: file, problem: "no such file, and the golden '\(golden.name)' was made of it",
                    remedy: "restore it, or bless the golden with --config from where it is now")
            }
        }
        return Experiment.shipped(named: golden.name.text).map { ExperimentDefinition($0) }
    }

    /// Reads the data files of an experiment whose paths are relative to the folder.
    ///
    /// - Throws: `FormatError` for one that cannot be read; `FileSnapshot.Changed`.
    func data(of experiment: Experiment) throws -> DataSnapshot {
        try DataSnapshot(experiment.paths.map { ($0, Paths.resolve($0, against: path)) })
    }
}

/// What a golden's experiment would be run with now, beside what was blessed.
struct AskedRun {
    /// Its data paths are relative to the folder.
    let experiment: Experiment
    let seed: UInt64
    /// Nil where options differ and the files of the present ones cannot be read.
    let data: DataSnapshot?
    /// What was blessed, and what is asked for now.
    let conditions: ConditionComparison

    /// - Throws: `FormatError` for a config or data file that cannot be read, `FileSnapshot.Changed` for one that is being written;
    ///   where options differ, those are told instead.
    init(_ golden: Golden, in folder: GoldenFolder, against given: ExperimentDefinition?) throws {
        let definition = try given ?? folder.definition(of: golden)
        let own = try folder.experiment(golden.experiment, named: golden.name.text)
        experiment = definition?.experiment(in: folder) ?? own
        seed = definition?.seed ?? golden.seed
        let options = RunConditions(options: experiment.json, seed: seed, data: golden.data)
        do {
            data = try folder.data(of: experiment)
        } catch {
            let asked = ConditionComparison([golden.conditions, options])
            if Cause(asked: asked) == .none { throw error }
            data = nil
            conditions = asked
            return
        }
        conditions = ConditionComparison([
            golden.conditions, RunConditions(options: experiment.json, seed: seed, data: data?.files ?? []),
        ])
    }
}
