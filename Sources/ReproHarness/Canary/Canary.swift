import Dispatch
import ReproFormats
import ReproNumerics
import ReproRandom
import ReproTrace
import ReproTraining
import ReproVerification
import Synchronization

/// Plants faults by the hundred and looks whether a comparison of operations locates each: the proof that the gate can fail,
/// and that it points where the fault is. As many clean runs show that it does not fail by itself.
public struct Canary: Sendable {
    private struct Case: Sendable {
        let name: String
        let experiment: Experiment
        let seed: UInt64
        let operations: [TracedOperation]
        let root: Digest
    }

    private struct Plan: Sendable {
        let index: Int
        let phase: CanaryPhase
        let kernels: KernelPath
        let fault: Perturbation
    }

    private struct Observation: Sendable {
        var location: Location?
        var values: [Float] = []
        var ending = Ending.reachedRoot
    }

    /// Runs take one worker each; so many run beside one another.
    private let concurrency: Int
    private let paths: [KernelPath]
    private let resolve: @Sendable (String) -> String
    private var cases: [Case] = []

    /// Runs every case once, cleanly.
    ///
    /// - Parameter paths: the kernels that the runs take in turns.
    /// - Throws: as `Experiment.run`.
    public init(
        _ experiments: [(name: String, experiment: Experiment, seed: UInt64)], paths: [KernelPath], concurrency: Int,
        resolve: @escaping @Sendable (String) -> String = { $0 }
    ) throws {
        precondition(!paths.isEmpty && concurrency > 0, "no kernels, or no runs at a time")
        self.paths = paths
        self.concurrency = concurrency
        self.resolve = resolve
        for (name, experiment, seed) in experiments {
            nonisolated(unsafe) var operations: [TracedOperation] = []
            let sink = OperationSink { operation, _ in operations.append(operation) }
            let options = RunOptions(operations: sink, resolve: resolve)
            let result = try experiment.run(
                seed: seed, engine: try Engine(path: paths[0], threads: 1), options: options)
            cases.append(
                Case(
                    name: name, experiment: experiment, seed: seed, operations: operations, root: result.trace.root))
        }
    }

    /// What the clean runs gave.
    public var roots: [(name: String, root: Digest)] { cases.map { ($0.name, $0.root) } }

    /// Plants `count` faults, the phases in turns, and makes as many clean runs.
    ///
    /// - Parameters:
    ///   - seed: of the generator that draws the faults.
    ///   - onProgress: told, from any thread, how many runs are done of how many.
    /// - Throws: what a run throws beyond `NotFiniteError`.
    public func run(
        count: Int, seed: UInt64, onProgress: @escaping @Sendable (Int, Int) -> Void = { _, _ in }
    ) throws -> Report {
        let plans = draw(count: count, seed: seed)
        let done = Mutex(0)
        @Sendable func advance() {
            let number = done.withLock { done in
                done += 1
                return done
            }
            onProgress(number, plans.count + count)
        }
        let observations = try concurrently(plans.count) { index in
            defer { advance() }
            return try observe(plans[index])
        }
        let falsePositives = try concurrently(count) { index in
            defer { advance() }
            return try falsePositive(of: index)
        }
        return Report(
            outcomes: try outcomes(plans, observations), cleanRuns: count,
            falsePositives: falsePositives.compactMap { $0 })
    }

    private func draw(count: Int, seed: UInt64) -> [Plan] {
        let fields = cases.map { CanaryField($0.operations) }
        var stream = PCG64(SeedSequence(seed: seed))
        var plans: [Plan] = []
        while plans.count < count {
            let phase = CanaryPhase.allCases[plans.count % CanaryPhase.allCases.count]
            let index = Int(stream.next32()) % cases.count
            guard let fault = fields[index].fault(phase, from: &stream) else {
                // An inspection does not train; without any training there is only a forward pass.
                if cases.contains(where: { $0.experiment.training != nil }) || phase == .forward { continue }
                let forward = fields[index].fault(.forward, from: &stream)!
                plans.append(
                    Plan(index: index, phase: .forward, kernels: paths[plans.count % paths.count], fault: forward))
                continue
            }
            plans.append(Plan(index: index, phase: phase, kernels: paths[plans.count % paths.count], fault: fault))
        }
        return plans
    }

    /// Carries out a faulty run and compares it with the clean one as it goes.
    private func observe(_ plan: Plan) throws -> Observation {
        let clean = cases[plan.index]
        nonisolated(unsafe) var comparison = OperationComparison()
        nonisolated(unsafe) var observation = Observation()
        let sink = OperationSink { operation, bytes in
            guard comparison.receive(operation, besides: clean.operations) else { return }
            observation.location = Location(stage: operation.stage, operation: operation.id, elements: [])
            if operation.elementType == .float32 { observation.values = bytes.array(of: Float.self) }
        }
        let options = RunOptions(perturbation: plan.fault, operations: sink, resolve: resolve)
        do {
            let engine = try Engine(path: plan.kernels, threads: 1)
            let root = try clean.experiment.run(seed: clean.seed, engine: engine, options: options).trace.root
            if root == clean.root {
                let last = comparison.last?.after?.place ?? ""
                observation.ending = .diedOut(differing: comparison.differingCount, last: last)
            }
        } catch let error as NotFiniteError {
            observation.ending = .notFinite
            if observation.location == nil, let stage = error.stage {
                // A recorded tensor is refused before it is sent anywhere.
                observation.location = Location(
                    stage: stage, operation: OperationID(error.tensor), elements: [error.element])
            }
        }
        return observation
    }

    /// A clean run once more, by other kernels; says where it differs.
    private func falsePositive(of index: Int) throws -> String? {
        let clean = cases[index % cases.count]
        nonisolated(unsafe) var comparison = OperationComparison()
        let sink = OperationSink { operation, _ in comparison.receive(operation, besides: clean.operations) }
        let path = paths[index / cases.count % paths.count]
        let result = try clean.experiment.run(
            seed: clean.seed, engine: try Engine(path: path, threads: 1),
            options: RunOptions(operations: sink, resolve: resolve))
        if comparison.first != nil { return "\(clean.name), \(path.rawValue): \(comparison.place)" }
        return result.trace.root == clean.root && comparison.count >= clean.operations.count
            ? nil : "\(clean.name), \(path.rawValue): the root"
    }

    /// Compares what differed, element by element, with the same operations of one more clean run for each case.
    private func outcomes(_ plans: [Plan], _ observations: [Observation]) throws -> [Outcome] {
        var observations = observations
        for (number, clean) in cases.enumerated() {
            let own = plans.indices.filter { plans[$0].index == number && !observations[$0].values.isEmpty }
            let byName = Dictionary(grouping: own) { index in
                observations[index].location.map { "\($0.stage)/\($0.operation)" } ?? ""
            }
            if byName.isEmpty { continue }
            nonisolated(unsafe) var compared: [(Int, [Int], UInt64?)] = []
            let values = observations.map(\.values)
            let sink = OperationSink { operation, bytes in
                for index in byName[operation.place] ?? [] {
                    let clean = bytes.array(of: Float.self)
                    let differing = zip(clean, values[index]).enumerated()
                        .filter { $1.0.bitPattern != $1.1.bitPattern }
                    let ulps = differing.first.flatMap { ULP.distance($1.0.bitPattern, $1.1.bitPattern) }
                    compared.append((index, differing.map(\.offset), ulps))
                }
            }
            _ = try clean.experiment.run(
                seed: clean.seed, engine: try Engine(path: paths[0], threads: 1),
                options: RunOptions(operations: sink, resolve: resolve))
            for (index, elements, ulps) in compared {
                observations[index].location?.elements = elements
                observations[index].location?.ulps = ulps
            }
        }
        return zip(plans, observations).map { plan, observation in
            Outcome(
                experiment: cases[plan.index].name, phase: plan.phase, kernels: plan.kernels, fault: plan.fault,
                found: observation.location, ending: observation.ending)
        }
    }

    /// The results of `count` calls in their order, some of them beside one another.
    private func concurrently<Result: Sendable>(
        _ count: Int, _ body: @Sendable (Int) throws -> Result
    ) throws -> [Result] {
        let results = Mutex([Int: Swift.Result<Result, any Error>]())
        let next = Mutex(0)
        DispatchQueue.concurrentPerform(iterations: concurrency) { _ in
            while true {
                let index = next.withLock { next in
                    defer { next += 1 }
                    return next
                }
                if index >= count { return }
                let result = Swift.Result { try body(index) }
                results.withLock { $0[index] = result }
            }
        }
        let found = results.withLock { $0 }
        return try (0..<count).map { try found[$0]!.get() }
    }
}
