import Foundation
import ReproFormats
import ReproNN
import ReproNumerics
import ReproTestSupport
import ReproTrace
import ReproTraining
import Testing

/// A run that goes on from a state is the run that was never stopped.
@Suite struct ResumptionTests {
    /// The states of a run after each of its steps.
    private func states(
        _ experiment: Experiment, seed: UInt64, engine: Engine, in folder: String = ""
    ) throws -> [TrainingState] {
        nonisolated(unsafe) var states: [TrainingState] = []
        var options = RunOptions(resolve: { folder + "/" + $0 })
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

    /// Validates after each epoch, with an embedding that stays as its file has it. The score is best in the third epoch, and
    /// training stops before its last one.
    private func stopping(in folder: String) throws -> Experiment {
        let lines = (0..<24).map { ["b\tso much rain \($0 % 5)", "a\ta fine day \($0 % 3)"][$0 * 5 % 3 % 2] }
        let files = [
            ("train.tsv", lines.joined(separator: "\n")), ("validation.tsv", "a\tfine rain 1\nb\tso grey\nb\tday 2\n"),
            ("vectors.txt", "rain 1 -1 0.5\nfine -1 2 0\nday 0.1 0.2 0.3\n"),
        ]
        for (name, text) in files { try Data(text.utf8).write(to: URL(fileURLWithPath: folder + "/" + name)) }
        var experiment = Experiment(
            name: "stopping", task: .classification,
            data: .tsv(TextFiles(train: "train.tsv", validation: "validation.tsv")),
            model: ModelOptions(embedding: 3, hidden: 4),
            training: TrainingOptions(optimizer: .adam, learningRate: 0.02, batchSize: 9, epochs: 9))
        experiment.model.additions.vectors = ModelAdditions.Vectors(file: "vectors.txt", isFrozen: true)
        experiment.model.additions.readoutDropout = 0.2
        experiment.training?.additions.lengthBuckets = 1
        experiment.training?.additions.validatesEachEpoch = true
        experiment.training?.additions.earlyStopping = EarlyStopping(metric: .loss, patience: 2)
        return experiment
    }

    /// What a run is told by: whether two of them came to the same.
    private func areSame(_ a: RunResult, _ b: RunResult) -> Bool {
        a.trace == b.trace && a.validations == b.validations && a.metrics.map(\.value) == b.metrics.map(\.value)
            && zip(a.parameters, b.parameters).allSatisfy { $0.value.isBitwiseEqual(to: $1.value) }
    }

    @Test func everyStateOfARunThatStopsEarlyLeadsToTheSameRun() throws {
        try withTemporaryDirectory { folder in
            let experiment = try stopping(in: folder)
            let engine = try Engine(threads: 1)
            var options = RunOptions(resolve: { folder + "/" + $0 })
            let whole = try experiment.run(seed: 42, engine: engine, options: options)
            #expect(whole.validations.count < 9 && whole.metric("bestEpoch") != Double(whole.validations.count))
            for (index, state) in try states(experiment, seed: 42, engine: engine, in: folder).enumerated() {
                options.start = state
                let resumed = try experiment.run(seed: 42, engine: engine, options: options)
                #expect(areSame(resumed, whole), "from state \(index)")
            }
        }
    }

    /// What a run keeps of its validations, each part in vain in no state.
    @Test func nothingOfAStateThatMayStopEarlyIsThereInVain() throws {
        try withTemporaryDirectory { folder in
            let experiment = try stopping(in: folder)
            let engine = try Engine(threads: 1)
            var options = RunOptions(resolve: { folder + "/" + $0 })
            let whole = try experiment.run(seed: 42, engine: engine, options: options)
            let states = try states(experiment, seed: 42, engine: engine, in: folder)
            let best = Int(try #require(whole.metric("bestEpoch"))) - 1
            // After the first epoch a better one follows; after the last nothing but the evaluation does.
            let first = try #require(states.first { $0.best != nil })
            let last = try #require(states.last)
            #expect(first.best?.epoch == 0 && best > 0 && last.best?.epoch == best)
            func changed(_ best: EarlyStopping.Best?, epoch: Int = 0, value: Double? = nil) -> EarlyStopping.Best? {
                best.map { .init(epoch: $0.epoch + epoch, value: value ?? $0.value, parameters: $0.parameters) }
            }
            let faults: [(String, TrainingState, (inout TrainingState) -> Void)] = [
                ("validations", last, { $0.validations.removeLast() }),
                ("best", last, { $0.best = nil }),
                ("epoch of the best", last, { $0.best = changed($0.best, epoch: 1) }),
                ("score of the best", first, { $0.best = changed($0.best, value: -1) }),
                (
                    "parameters of the best", last,
                    { state in
                        state.best = state.best.map {
                            .init(epoch: $0.epoch, value: $0.value, parameters: states[0].parameters)
                        }
                    }
                ),
            ]
            for (name, state, fault) in faults {
                var start = state
                fault(&start)
                options.start = start
                // A state that cannot be one of the run is refused.
                let found = try? experiment.run(seed: 42, engine: engine, options: options)
                #expect(
                    found.map { !areSame($0, whole) } ?? true, "without its \(name) the state leads to the same run")
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
