import ReproFormats
import ReproNN
import ReproNumerics
import ReproRandom
import ReproTrace
import ReproTraining
import ReproVerification

/// Carries out an experiment. The checks call it wherever they run one, so that a build that cannot repeat itself can be
/// imitated.
public typealias ExperimentRunner = @Sendable (Experiment, UInt64, Engine, RunOptions) throws -> Trace

/// Runs goldens again and judges what comes out.
public struct GoldenCheck: Sendable {
    /// One case's answer.
    public struct Outcome: Sendable {
        public let name: String
        public let verdict: Verdict
        public let golden: Golden?
        /// The run's trace, where it ran.
        public let trace: Trace?
        /// Why the tensors beside the golden explain nothing, where they should: never a reason for the verdict.
        public let tensorsFault: GoldenTensorsFault?
        /// Where the run drifted: the golden as this build would bless it, marked as unreviewed, and its tensors.
        public let successor: (golden: Golden, tensors: [KeptTensor]?)?
    }

    public let folder: GoldenFolder
    public let engine: Engine
    /// The goldens of another revision, which this one has to have too.
    public var baseline: GoldenBaseline?
    /// A fault to plant in every run; for showing that the check catches it.
    public var perturbation: Perturbation?
    public var runner: ExperimentRunner = { try $0.run(seed: $1, engine: $2, options: $3).trace }

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
        let more = try folder.fileNames() + (baseline?.names.map(\.text) ?? [])
        for name in more where !names.contains(where: { Text.areSame($0, name) }) { names.append(name) }
        return names.sorted { Text.precedes($0.utf8, $1.utf8) }
    }

    /// Runs a case and judges it. A run that does not give the golden's root is repeated, to tell drift from a build that
    /// cannot repeat itself.
    ///
    /// - Throws: `PerturbationError` where the planted fault found no place.
    public func check(
        _ name: String, onProgress: @escaping (RunProgress) -> Void = { _ in }
    ) throws(PerturbationError) -> Outcome {
        let golden: Golden
        let experiment: Experiment
        do {
            golden = try folder.golden(named: name)
            experiment = try folder.experiment(golden.experiment, named: name)
            try verifyData(of: golden, experiment)
        } catch {
            let fault = baseline?.fault(error, of: name, in: folder) ?? error
            return Outcome(
                name: name, verdict: .notJudged("\(fault)"), golden: nil, trace: nil, tensorsFault: nil,
                successor: nil)
        }
        var tensors: GoldenTensors?
        var tensorsFault: GoldenTensorsFault?
        do { tensors = try folder.tensors(of: golden) } catch { tensorsFault = error }
        let options = options(onProgress)
        func outcome(
            _ verdict: Verdict, _ trace: Trace? = nil, successor: (golden: Golden, tensors: [KeptTensor]?)? = nil
        ) -> Outcome {
            Outcome(
                name: name, verdict: verdict, golden: golden, trace: trace, tensorsFault: tensorsFault,
                successor: successor)
        }
        do {
            let first = try runner(experiment, golden.seed, engine, options)
            if let problem = golden.contradiction(by: first) {
                return outcome(.notJudged("\(malformed(golden, problem))"), first)
            }
            let successor = first.root == golden.root ? nil : successor(of: golden, giving: first)
            guard let successor, let drift = Drift(expected: golden, found: successor) else {
                return outcome(.reproduced, first)
            }
            let second = try Repetition(of: first.stages, moved: drift.tensor, options: options) {
                try runner(experiment, golden.seed, engine, $0)
            }
            if let unstable = Drift(expected: first, found: second.trace) {
                return outcome(.notReproducible(unstable), first)
            }
            // A file that cannot be read any more leaves the drift unexplained, and a drift.
            let explained = (try? tensors.map { try drift.explained(by: $0, second.tensors) }) ?? drift
            return outcome(.drift(explained), first, successor: (successor, second.goldenTensors))
        } catch let error as PerturbationError {
            throw error
        } catch let error as NotFiniteError {
            return outcome(.notFinite("\(error)"))
        } catch {
            return outcome(.notJudged("\(error)"))
        }
    }

    /// Holds the data files that a golden vouches for against those that its experiment reads.
    private func verifyData(of golden: Golden, _ experiment: Experiment) throws(GoldenFault) {
        let paths = experiment.data.paths
        guard paths.count == golden.data.count, zip(paths, golden.data).allSatisfy({ Text.areSame($0, $1.path) }) else {
            throw malformed(golden, "'data' lists other files than those that its experiment reads")
        }
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
            try runner(experiment, golden.seed, engine, $0)
        }
        guard run.trace.root == golden.root else { throw NotReproduced(name: name) }
        return (golden, run.goldenTensors)
    }

    /// This build does not give the golden, so that its tensors are not the golden's.
    public struct NotReproduced: Error, CustomStringConvertible {
        public let name: String

        public var description: String {
            "'\(name)' is not reproduced by this build, so its tensors are not the golden's and nothing was written; "
                + "`repro check \(name)` shows where it drifts"
        }
    }

    /// What this build would bless: the trace, and the data files with the digests that they have now; of no bytes, where one
    /// cannot be read.
    ///
    /// A changed file can change the vocabulary, and with it `init`, which comes before the data: only the files' own digests
    /// tell that from a change of the arithmetic.
    private func successor(of golden: Golden, giving trace: Trace) -> Golden {
        let data = golden.data.map { file in
            let bytes = try? ByteFile.contents(of: Paths.resolve(file.path, against: folder.path))
            return Golden.DataFile(path: file.path, digest: Hashing().digest(of: bytes ?? []))
        }
        return Golden(
            name: golden.name, config: golden.config, experiment: golden.experiment, data: data, seed: golden.seed,
            trace: trace, blessedBy: "nobody", reason: UnreviewedGoldens.reason)
    }
}
