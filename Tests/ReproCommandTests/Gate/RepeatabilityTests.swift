import Foundation
import Repro
import Synchronization
import Testing

/// A build whose runs disagree with each other cannot be had from outside, so its runs are imitated: the second one, and
/// every second after it, has a flipped bit.
private func unsteady() -> ExperimentRunner {
    let count = Counter()
    return { experiment, seed, engine, options in
        var options = options
        if count.next().isMultiple(of: 2) {
            options.perturbation = Perturbation("step 000000/grad.linear.weight:0:0")
        }
        return try experiment.run(seed: seed, engine: engine, options: options)
    }
}

private final class Counter: Sendable {
    private let value = Mutex(0)
    func next() -> Int {
        value.withLock {
            $0 += 1
            return $0
        }
    }
}

@Suite struct RepeatabilityTests {
    private let engine: Engine
    init() throws { engine = try Engine(threads: 1) }

    private func withGolden(_ body: (GoldenFolder, Blessing, Experiment) throws -> Void) throws {
        try withWorkplace { place in
            try place.writeMood("m")
            let folder = GoldenFolder(path: place("m/Goldens"))
            try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: false)
            let blessing = Blessing(folder: folder, engine: engine, by: "tester", reason: "x")
            let experiment = try Experiment.read(path: place("m/mood.json")).experiment
            try folder.commit([try blessing.proposal(for: experiment, seed: 7, base: place("m")).change])
            try body(folder, blessing, experiment)
        }
    }

    @Test func runsThatDisagreeAreToldApartFromDrift() throws {
        try withGolden { folder, _, _ in
            var check = GoldenCheck(folder: folder, engine: engine)
            #expect(try check.check("mood").verdict.exitCode.rawValue == 0)
            // The first run drifts, the second does not.
            let runner = unsteady()
            check.runner = { experiment, seed, engine, options in
                var options = options
                options.perturbation = nil
                return try runner(experiment, seed, engine, options)
            }
            #expect(try check.check("mood").verdict.exitCode.rawValue == 0, "one steady run reproduces")
            let verdict = try check.check("mood").verdict
            guard case .notReproducible(let drift) = verdict else {
                Issue.record("\(verdict)")
                return
            }
            #expect(verdict.exitCode.rawValue == 3)
            #expect(drift.stage == "step 000000")
            #expect(drift.tensor?.name == "grad.linear.weight")
        }
    }

    @Test func aFaultInEveryRunIsDrift() throws {
        try withGolden { folder, _, _ in
            let fault = Perturbation("step 000000/grad.linear.weight:0:0")
            let verdict = try GoldenCheck(folder: folder, engine: engine, perturbation: fault).check("mood").verdict
            guard case .drift(let drift) = verdict else {
                Issue.record("\(verdict)")
                return
            }
            #expect(drift.stage == "step 000000")
        }
    }

    @Test func arithmeticThatLeavesTheFiniteNumbersIsAVerdict() throws {
        try withGolden { folder, _, _ in
            // The highest bit of the exponent: about 2^128 times as much.
            let fault = Perturbation("step 000000/grad.linear.weight:0:30")
            var check = GoldenCheck(folder: folder, engine: engine)
            check.runner = { experiment, seed, engine, options in
                var options = options
                options.perturbation = fault
                var wild = experiment
                wild.training?.learningRate = 1e30
                wild.training?.weightDecay = 1e30
                return try wild.run(seed: seed, engine: engine, options: options)
            }
            let verdict = try check.check("mood").verdict
            #expect(verdict.exitCode.rawValue == 4, "\(verdict)")
        }
    }

    @Test func aRunThatCannotBeCarriedOutIsNotJudged() throws {
        struct Broken: Error {}
        try withGolden { folder, _, _ in
            var check = GoldenCheck(folder: folder, engine: engine)
            check.runner = { _, _, _, _ in throw Broken() }
            let verdict = try check.check("mood").verdict
            #expect(verdict.exitCode.rawValue == 2)
        }
    }

    @Test func whatDoesNotRepeatItselfIsNotBlessed() throws {
        try withGolden { folder, blessing, experiment in
            var blessing = blessing
            blessing.runner = unsteady()
            #expect(throws: Blessing.NotReproducible.self) {
                _ = try blessing.proposal(for: experiment, seed: 7, base: folder.path + "/..")
            }
        }
    }
}
