import ReproFormats
import ReproNN
import ReproNumerics
import ReproRandom
import ReproTrace
import ReproTraining
import ReproVerification

/// Carries out an experiment. The checks call it wherever they run one, so that a build that cannot repeat itself can be
/// imitated.
public typealias ExperimentRunner = @Sendable (Experiment, UInt64, Engine, RunOptions) throws -> RunResult

/// Runs goldens again and judges what comes out.
public struct GoldenCheck: Sendable {
    /// One case's answer.
    public struct Outcome: Sendable {
        /// The case: a name that need not be a golden's.
        public let name: String
        /// What the check came to.
        public let verdict: Verdict
        /// What it was held against; nil where none could be read.
        public let golden: Golden?
        /// What the experiment ran as, where it ran: its trace and its metrics.
        public var trace: Trace?
        /// Those of the run that are numbers; none where nothing ran.
        public var metrics: [JSONValue.Member] = []
        /// Options that call a data file otherwise than the golden, where its bytes are the same.
        public var renamed: [Condition] = []
        /// Why the tensors beside the golden explain nothing, where they should: never a reason for the verdict.
        public var tensorsFault: GoldenTensorsFault?
        /// Where the run drifted: the golden as this build would bless it, marked as unreviewed, and its tensors.
        public var successor: GoldenChange?

        public init(name: String, verdict: Verdict, golden: Golden?) {
            self.name = name
            self.verdict = verdict
            self.golden = golden
        }
    }

    /// Where the goldens lie.
    public let folder: GoldenFolder
    /// What computes the runs.
    public let engine: Engine
    /// The goldens of another revision, which this one has to have too.
    public var baseline: GoldenBaseline?
    /// A fault to plant in every run; for showing that the check catches it.
    public var perturbation: Perturbation?
    /// Whether what is asked for is run although it is not what was blessed, for a successor that can be reviewed.
    public var makesSuccessors = false
    /// How an experiment is carried out.
    public var runner: ExperimentRunner = { try $0.run(seed: $1, engine: $2, options: $3) }

    public init(folder: GoldenFolder, engine: Engine, perturbation: Perturbation? = nil) {
        self.folder = folder
        self.engine = engine
        self.perturbation = perturbation
    }

    /// Every case of the folder: what its index names, what lies there unnamed, and what the baseline has, in the order of
    /// bytes.
    ///
    /// - Throws: ``GoldenFault`` for an index or a folder that cannot be read.
    public func caseNames() throws -> [String] {
        var names = try folder.claimedNames().map(\.text)
        let more = try folder.fileNames() + (baseline?.goldens.map(\.name.text) ?? [])
        for name in more where !names.contains(where: { Text.areSame($0, name) }) { names.append(name) }
        return names.sorted { Text.precedes($0.utf8, $1.utf8) }
    }

    /// Some of the cases, and those that the baseline has and this folder lacks, whichever were asked for.
    ///
    /// - Throws: ``GoldenFault``, as ``caseNames()``.
    public func withLost(_ names: [String]) throws -> [String] {
        guard let baseline else { return names }
        let present = try folder.claimedNames().map(\.text) + folder.fileNames() + names
        return names + baseline.goldens.map(\.name.text).filter { !present.contains($0) }
    }

    /// Judges a case: what is asked for now against what was blessed, before anything runs; then what a run gives. A run that
    /// does not give the golden's root is repeated, to tell drift from a build that cannot repeat itself.
    ///
    /// - Parameter definition: what the experiment is now, where that is not to be looked up.
    /// - Throws: `PerturbationError` where the planted fault found no place.
    public func check(
        _ name: String, against definition: ExperimentDefinition? = nil,
        onProgress: @escaping (RunProgress) -> Void = { _ in }
    ) throws(PerturbationError) -> Outcome {
        let golden: Golden
        do {
            golden = try folder.golden(named: name)
            try verifyData(of: golden)
            if let fault = baseline?.fault(of: golden, in: folder) { throw fault }
        } catch {
            let fault = baseline?.fault(error, of: name, in: folder) ?? absence(error, of: name, definition) ?? error
            return Outcome(name: name, verdict: .notJudged("\(fault)"), golden: nil)
        }
        if golden.isUnreviewed {
            let fault = UnreviewedGoldens.Unreviewed(path: folder.path(of: golden.name), folder: folder.path)
            return Outcome(name: name, verdict: .notJudged("\(fault)"), golden: golden)
        }
        var drift: Drift?
        do {
            let asked = try AskedRun(golden, in: folder, against: definition)
            drift = Drift(asked: asked.conditions)
            if let drift, !makesSuccessors || asked.experiment.name != golden.name.text {
                try asked.data?.verify()
                return Outcome(name: name, verdict: .drift(drift), golden: golden)
            }
            var options = options(onProgress)
            if let data = asked.data { options.readData = data.read }
            let outcome = try run(asked, golden, options)
            try asked.data?.verify()
            return outcome
        } catch let error as PerturbationError {
            throw error
        } catch let error as FileSnapshot.Changed {
            // Nobody knows which data a drift would be one from.
            return Outcome(name: name, verdict: .notJudged("\(error)"), golden: golden)
        } catch {
            // What is asked for differs, whatever becomes of a run of it.
            let verdict =
                drift.map { Verdict.drift($0) }
                ?? (error is NotFiniteError ? .notFinite("\(error)") : .notJudged("\(error)"))
            return Outcome(name: name, verdict: verdict, golden: golden)
        }
    }

    private func run(_ asked: AskedRun, _ golden: Golden, _ options: RunOptions) throws -> Outcome {
        var tensors: GoldenTensors?
        var tensorsFault: GoldenTensorsFault?
        do { tensors = try folder.tensors(of: golden) } catch { tensorsFault = error }
        let first = try runner(asked.experiment, asked.seed, engine, options)
        func outcome(_ verdict: Verdict) -> Outcome {
            var outcome = Outcome(name: golden.name.text, verdict: verdict, golden: golden)
            outcome.trace = first.trace
            outcome.metrics = first.goldenMetrics
            outcome.tensorsFault = tensorsFault
            outcome.renamed = asked.conditions.renamed
            return outcome
        }
        if let problem = golden.contradiction(
            by: first.trace, metrics: first.goldenMetrics, data: asked.data?.files ?? [])
        {
            return outcome(.notJudged("\(malformed(golden, problem))"))
        }
        let successor = try successor(of: golden, asked, giving: first)
        guard let drift = Drift(expected: golden, found: successor) ?? Drift(asked: asked.conditions) else {
            return outcome(.reproduced)
        }
        let second = try Repetition(of: first.trace.stages, moved: drift.tensor, options: options) {
            try runner(asked.experiment, asked.seed, engine, $0).trace
        }
        if let unstable = Drift(expected: first.trace, found: second.trace) {
            return outcome(.notReproducible(unstable))
        }
        // A file that cannot be read any more leaves the drift unexplained, and a drift.
        let explained = (try? tensors.map { try drift.explained(by: $0, second.tensors) }) ?? drift
        var judged = outcome(.drift(explained))
        judged.successor = GoldenChange(successor, tensors: second.goldenTensors)
        return judged
    }

    /// Holds the data files that a golden vouches for against those that its experiment reads.
    private func verifyData(of golden: Golden) throws {
        let paths = try folder.experiment(golden.experiment, named: golden.name.text).paths
        guard paths.count == golden.data.count, zip(paths, golden.data).allSatisfy({ Text.areSame($0, $1.path) }) else {
            throw malformed(golden, "'data' lists other files than those that its experiment reads")
        }
    }

    /// What to say of a golden that nobody has blessed yet: the command that does.
    private func absence(_ error: any Error, of name: String, _ definition: ExperimentDefinition?) -> GoldenFault? {
        guard case GoldenFault.missing(let path) = error, let names = try? folder.claimedNames(),
            !names.contains(where: { $0.text == name })
        else { return nil }
        let experiment = definition?.config.map { "--config " + Text.shellWord($0) } ?? Text.shellWord(name)
        let seed = definition?.seed == nil ? " --seed N" : ""
        return .absent(path: path, command: "repro bless \(experiment)\(seed)\(folder.option) --reason TEXT")
    }

    private func malformed(_ golden: Golden, _ problem: String) -> GoldenFault {
        .malformed(path: folder.path(of: golden.name), line: nil, problem: problem)
    }

    private func options(_ onProgress: @escaping (RunProgress) -> Void) -> RunOptions {
        RunOptions(
            perturbation: perturbation, resolve: { [folder] in Paths.resolve($0, against: folder.path) },
            onProgress: onProgress)
    }

    /// A golden, and the tensors of a run that reproduced it, which explain a later drift; nil where they are too large to be
    /// kept.
    ///
    /// - Throws: ``GoldenFault``, ``NotReproduced``, and what a run throws.
    public func tensors(
        of name: String, onProgress: @escaping (RunProgress) -> Void = { _ in }
    ) throws -> (golden: Golden, tensors: [KeptTensor]?) {
        let golden = try folder.golden(named: name)
        let experiment = try folder.experiment(golden.experiment, named: name)
        let run = try Repetition(of: golden.stages, moved: nil, options: options(onProgress)) {
            try runner(experiment, golden.seed, engine, $0).trace
        }
        guard run.trace.root == golden.root else { throw NotReproduced(name: name, option: folder.option) }
        return (golden, run.goldenTensors)
    }

    /// This build does not give the golden, so that its tensors are not the golden's.
    public struct NotReproduced: Error, CustomStringConvertible {
        /// The golden.
        public let name: String
        /// Names the folder of goldens to a command.
        let option: String

        public var description: String {
            "'\(name)' is not reproduced by this build, so its tensors are not the golden's and nothing was written; "
                + "`repro check \(name)\(option)` shows where it drifts"
        }
    }

    /// What this build would bless.
    private func successor(of golden: Golden, _ asked: AskedRun, giving result: RunResult) throws -> Golden {
        Golden(
            name: golden.name, config: golden.config, experiment: asked.experiment.json,
            data: try (asked.data ?? folder.data(of: asked.experiment)).files, seed: asked.seed,
            metrics: result.goldenMetrics,
            trace: result.trace, blessedBy: "nobody", reason: UnreviewedGoldens.reason)
    }
}

extension RunResult {
    /// The metrics as a golden keeps them: those that are numbers.
    var goldenMetrics: [JSONValue.Member] {
        metrics.filter(\.value.isFinite).map { JSONValue.Member($0.name, $0.value.json) }
    }
}
