import Dispatch
import Foundation
import ReproFormats
import ReproTrace
import ReproVerification
import Synchronization

/// What the runs of a sweep gave.
public struct Sweep: Sendable {
    /// One run of the plan.
    public struct Outcome: Sendable {
        /// Its settings and seed.
        public let plan: SweepPlan.Case
        /// The run, or why there is none.
        public let result: Result<RecordedRun, BuildProcess.Failure>
        /// Whether it was there before.
        public let wasThere: Bool

        /// The run; nil where it failed.
        public var run: RecordedRun? { try? result.get() }
        /// Why there is no run; nil where there is one.
        public var failure: BuildProcess.Failure? {
            if case .failure(let failure) = result { failure } else { nil }
        }
    }

    /// What was to be run.
    public let plan: SweepPlan
    /// In the order of the plan.
    public let outcomes: [Outcome]

    /// Carries out every run that is not there yet, several at a time, each in a process of its own.
    ///
    /// - Parameters:
    ///   - words: what `repro run` is given for a case, beside its seed, settings and directory.
    ///   - jobs: how many processes at a time.
    ///   - onOutcome: told of each run, in the order of the plan, as soon as those before it are there too; by one thread at a
    ///     time.
    /// - Throws: what `onOutcome` throws; runs that go on are ended by `build.running`.
    public init(
        _ plan: SweepPlan, in directory: SweepDirectory, build: BuildProcess, words: [String], jobs: Int,
        onOutcome: @escaping @Sendable (Outcome) throws -> Void
    ) throws {
        self.plan = plan
        let state = Mutex(Progress(count: plan.cases.count))
        DispatchQueue.concurrentPerform(iterations: min(jobs, plan.cases.count)) { _ in
            while let index = state.withLock({ $0.take() }) {
                let outcome = Sweep.outcome(plan, index, in: directory, build: build, words: words)
                state.withLock { $0.add(outcome, at: index, onOutcome) }
            }
        }
        outcomes = try state.withLock { state in
            if let error = state.error { throw error }
            return state.outcomes.compactMap { $0 }
        }
    }

    private static func outcome(
        _ plan: SweepPlan, _ index: Int, in directory: SweepDirectory, build: BuildProcess, words: [String]
    ) -> Outcome {
        let item = plan.cases[index]
        let variant = plan.variants[item.variant]
        if let run = directory.finished(item.name, variant.experiment, seed: item.seed) {
            return Outcome(plan: item, result: .success(run), wasThere: true)
        }
        let settings = variant.settings.flatMap { ["--set", "\($0.key)=\($0.value.text(.compact))"] }
        let result = Result { () throws(BuildProcess.Failure) in
            try build.run(
                words + ["--seed", String(item.seed), "--force"] + settings, into: directory.path(of: item.name))
            guard let run = directory.finished(item.name, variant.experiment, seed: item.seed) else {
                throw BuildProcess.Failure(path: build.path, reason: "its run directory is not that of the case")
            }
            return run
        }
        return Outcome(plan: item, result: result, wasThere: false)
    }

    /// The values of a metric over the runs of a variant, in the order of the seeds; those of runs that failed are missing.
    public func values(of metric: String, variant: Int) -> [Double] {
        outcomes.filter { $0.plan.variant == variant }.compactMap { outcome in
            outcome.run?.metrics.first { Text.areSame($0.key, metric) }?.value.double
        }
    }

    /// The metrics that any run has, in the order of the runs.
    public var metrics: [String] {
        var names: [String] = []
        for outcome in outcomes {
            for metric in outcome.run?.metrics ?? [] where metric.value.double != nil && !names.contains(metric.key) {
                names.append(metric.key)
            }
        }
        return names
    }

    /// `digests.txt`: one line per run, its root, two spaces and its name, as `sha256sum` writes them. Nil where a run failed.
    public var digestLines: String? {
        guard outcomes.allSatisfy({ $0.run != nil }) else { return nil }
        return outcomes.map { "\($0.run?.root.hexadecimal ?? "")  \($0.plan.name)\n" }.joined()
    }

    /// The digest of the whole sweep, which is the SHA-256 of `digests.txt`; nil where a run failed.
    public var digest: Digest? { digestLines.map { Hashing().digest(of: Array($0.utf8)) } }

    /// Which cases are taken, which are done, and how far they were told.
    private struct Progress {
        private var taken = 0
        private(set) var outcomes: [Outcome?]
        private var told = 0
        private(set) var error: (any Error)?

        init(count: Int) { outcomes = [Outcome?](repeating: nil, count: count) }

        /// The next case; nil where there is none, or telling of one failed.
        mutating func take() -> Int? {
            guard taken < outcomes.count, error == nil else { return nil }
            defer { taken += 1 }
            return taken
        }

        mutating func add(_ outcome: Outcome, at index: Int, _ tell: (Outcome) throws -> Void) {
            outcomes[index] = outcome
            while error == nil, told < outcomes.count, let next = outcomes[told] {
                do { try tell(next) } catch { self.error = error }
                told += 1
            }
        }
    }
}
