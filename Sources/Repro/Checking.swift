import ReproFormats
import ReproNN
import ReproNumerics
import ReproRandom
import ReproTrace
import ReproTraining
import ReproVerification

/// Runs goldens again and judges what comes out.
public struct GoldenCheck: Sendable {
    /// One case's answer.
    public struct Outcome: Sendable {
        public let name: String
        public let verdict: Verdict
        public let golden: Golden?
        /// The run's trace, where it ran.
        public let trace: Trace?
    }

    public let folder: GoldenFolder
    public let engine: Engine
    /// A fault to plant in every run; for showing that the check catches it.
    public var perturbation: Perturbation?

    public init(folder: GoldenFolder, engine: Engine, perturbation: Perturbation? = nil) {
        self.folder = folder
        self.engine = engine
        self.perturbation = perturbation
    }

    /// Every case of the folder: what its index names and what lies there unnamed, in the order of bytes.
    ///
    /// - Throws: ``GoldenFault`` for an index that cannot be read.
    public func caseNames() throws -> [String] {
        var names = try folder.index().map(\.name)
        for name in folder.fileNames() where !names.contains(where: { Text.areSame($0, name) }) { names.append(name) }
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
            experiment = try Experiment.decode(golden.experiment, path: folder.path(of: name)).experiment
        } catch {
            return Outcome(name: name, verdict: .notJudged("\(error)"), golden: nil, trace: nil)
        }
        let options = RunOptions(
            perturbation: perturbation, resolve: { [folder] in Paths.resolve($0, against: folder.path) },
            onProgress: onProgress)
        func trace() throws -> Trace { try experiment.run(seed: golden.seed, engine: engine, options: options).trace }
        func outcome(_ verdict: Verdict, _ trace: Trace? = nil) -> Outcome {
            Outcome(name: name, verdict: verdict, golden: golden, trace: trace)
        }
        do {
            let first = try trace()
            guard let drift = Drift(expected: (golden.root, golden.stages), found: first) else {
                return outcome(.reproduced, first)
            }
            let second = try trace()
            if let unstable = Drift(expected: (first.root, first.stages), found: second) {
                return outcome(.notReproducible(unstable), first)
            }
            return outcome(.drift(drift), first)
        } catch let error as PerturbationError {
            throw error
        } catch let error as NotFiniteError {
            return outcome(.notFinite("\(error)"))
        } catch {
            return outcome(.notJudged("\(error)"))
        }
    }
}
