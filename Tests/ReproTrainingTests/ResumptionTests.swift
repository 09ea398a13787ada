import ReproNumerics
import ReproTestSupport
import ReproTrace
import ReproTraining
import Testing

/// A run that goes on from a state is the run that was never stopped.
@Suite struct ResumptionTests {
    /// The states of a run after each of its steps.
    private func states(_ experiment: Experiment, seed: UInt64, engine: Engine) throws -> [TrainingState] {
        nonisolated(unsafe) var states: [TrainingState] = []
        var options = RunOptions()
        options.onState = { states.append($0) }
        _ = try experiment.run(seed: seed, engine: engine, options: options)
        return states
    }

    @Test(arguments: ["classifier", "sigmoid-classifier"]) func everyStateLeadsToTheSameRun(_ name: String) throws {
        var experiment = try shortened(name, epochs: 2)
        experiment.model.layers = 2
        experiment.model.dropout = 0.3
        experiment.training?.schedule = .exponential(factor: 0.5)
        let engine = try Engine(threads: 1)
        let whole = try experiment.run(seed: 42, engine: engine)
        let states = try states(experiment, seed: 42, engine: engine)
        #expect(states.count == whole.losses.count)
        let other = try Engine(path: .reference, threads: 2)
        // Two in the first epoch, the epoch's end, two in the second and the last.
        let perEpoch = states.count / 2
        for index in [0, perEpoch / 2, perEpoch - 1, perEpoch, states.count - 2, states.count - 1] {
            var options = RunOptions()
            options.start = states[index]
            let resumed = try experiment.run(seed: 42, engine: other, options: options)
            #expect(resumed.trace == whole.trace, "\(name) from step \(index)")
            #expect(resumed.losses == whole.losses)
            #expect(resumed.metrics.map(\.name) == whole.metrics.map(\.name))
            #expect(resumed.metrics.map(\.value) == whole.metrics.map(\.value))
            for (a, b) in zip(resumed.parameters, whole.parameters) { #expect(a.value.isBitwiseEqual(to: b.value)) }
        }
    }

    @Test func aStateOfAnotherRunIsRefused() throws {
        let engine = try Engine(threads: 1)
        let experiment = try shortened("classifier", epochs: 1)
        var options = RunOptions()
        options.start = try #require(try states(experiment, seed: 42, engine: engine).first)
        #expect(throws: ResumptionError.self) { try experiment.run(seed: 43, engine: engine, options: options) }
    }
}
