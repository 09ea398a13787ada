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

    /// Four steps per epoch, with everything that a step draws or keeps.
    private func small(_ name: String) throws -> Experiment {
        var experiment = try shortened(name, epochs: 2)
        let sizes = GeneratedSequences(minimumLength: 2, maximumLength: 4, train: 60, test: 10)
        experiment.data = name == "classifier" ? .ends(sizes, classes: 3, letters: 4) : .balance(sizes, features: 2)
        experiment.model.hidden = 5
        experiment.model.layers = 2
        experiment.model.dropout = 0.3
        experiment.training?.batchSize = 16
        experiment.training?.schedule = .exponential(factor: 0.5)
        return experiment
    }

    @Test(arguments: ["classifier", "sigmoid-classifier"]) func everyStateLeadsToTheSameRun(_ name: String) throws {
        let experiment = try small(name)
        let engine = try Engine(threads: 1)
        let whole = try experiment.run(seed: 42, engine: engine)
        let states = try states(experiment, seed: 42, engine: engine)
        #expect(states.count == whole.losses.count)
        let other = try Engine(path: .reference, threads: 2)
        for index in states.indices {
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
        let experiment = try small("classifier")
        var options = RunOptions()
        options.start = try #require(try states(experiment, seed: 42, engine: engine).first)
        #expect(throws: ResumptionError.self) { try experiment.run(seed: 43, engine: engine, options: options) }
    }
}
