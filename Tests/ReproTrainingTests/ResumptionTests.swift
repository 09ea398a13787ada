import ReproNN
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
        // Before the first step, after each, and once for each split that is evaluated.
        #expect(states.map(\.optimizer.step) == [0] + Array(1...whole.losses.count) + [whole.losses.count])
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

    /// A state that lacks any of its parts leads to another run, or is refused: none of them is there in vain.
    @Test func nothingOfAStateIsThereInVain() throws {
        let experiment = try small("classifier")
        let training = try #require(experiment.training)
        let engine = try Engine(threads: 1)
        let whole = try experiment.run(seed: 42, engine: engine)
        let state = try states(experiment, seed: 42, engine: engine)[6]
        let (tensors, steps) = (state.optimizer.tensors, state.optimizer.step)
        func optimizer(_ tensors: [NamedTensor], step: Int) throws -> Optimizer {
            try #require(Optimizer(training, parameters: state.parameters, tensors: tensors, step: step))
        }
        let faults: [(String, (inout TrainingState) throws -> Void)] = [
            ("parameters", { $0.parameters[0].value[offset: 9] = $0.parameters[0].value[offset: 9].nextUp }),
            (
                "moments",
                {
                    $0.optimizer = try optimizer(
                        tensors.map { .init($0.name, $0.value.combined($0.value, -)) }, step: steps)
                }
            ),
            ("steps", { $0.optimizer = try optimizer(tensors, step: steps - 1) }),
            ("epoch", { $0.epoch -= 1 }), ("batch", { $0.batch -= 1 }),
            ("sum of losses", { $0.lossSum.loss += 1 }), ("rows", { $0.lossSum.rows += 1 }),
            ("losses", { $0.losses.removeLast() }), ("stages", { $0.stages.removeLast() }),
        ]
        for (name, fault) in faults {
            var options = RunOptions()
            var start = state
            try fault(&start)
            options.start = start
            do {
                let found = try experiment.run(seed: 42, engine: engine, options: options)
                let isSame =
                    found.trace == whole.trace && found.losses == whole.losses
                    && found.metrics.map(\.value) == whole.metrics.map(\.value)
                #expect(!isSame, "without its \(name) the state leads to the same run")
            } catch let error as ResumptionError {
                #expect(error.stage == nil, "\(name): \(error)")
            }
        }
    }

    @Test func aStateOfAnotherRunIsRefused() throws {
        let engine = try Engine(threads: 1)
        let experiment = try small("classifier")
        var options = RunOptions()
        options.start = try states(experiment, seed: 42, engine: engine)[0]
        #expect(throws: ResumptionError.self) { try experiment.run(seed: 43, engine: engine, options: options) }
    }
}
