import CReproKernels
import ReproNN
import ReproNumerics
import ReproRandom
import ReproTestSupport
import ReproTraining
import Testing

/// Every public entry that computes refuses a thread whose floating-point environment was changed.
@Suite struct EnvironmentTests {
    /// Runs `body` with this thread rounding towards zero; nothing but `body` sees it.
    private func fault(_ body: () throws -> Void) -> (any Error)? {
        repro_set_floating_point_faults(1)
        defer { repro_set_floating_point_faults(0) }
        do {
            try body()
            return nil
        } catch { return error }
    }

    private func expectRefusals(_ entries: [(name: String, body: () throws -> Void)]) {
        let expected = FloatingPointFault(faults: ["rounding is not to nearest"])
        for (name, body) in entries {
            #expect(fault(body) as? FloatingPointFault == expected, "\(name) computes in a changed environment")
            #expect(throws: Never.self, "\(name) in the contract's environment") { try body() }
        }
    }

    @Test func recurrentModulesRefuse() throws {
        let engine = try engine(.best, workers: 2)
        for configuration in everyModule {
            let module = try module(configuration)
            let batch = ModuleBatch(configuration, lengths: [3, 2], steps: 3)
            let weights = try module.weights(for: engine, backward: true)
            func train() throws -> RecurrentTape {
                try module.forwardForTraining(
                    batch.input, lengths: batch.lengths, weights: weights, engine: engine
                ).tape
            }
            let tape = try train()
            expectRefusals([
                ("weights(for:)", { _ = try module.weights(for: engine) }),
                ("forward", { _ = try module.forward(batch.input, weights: weights, engine: engine) }),
                ("forwardForTraining", { _ = try train() }),
                ("backward", { _ = try module.backward(tape, output: batch.incoming.output, engine: engine) }),
            ])
        }
        let lstm = try LSTM(inputSize: 3, hiddenSize: 4, streams: RandomStreams(seed: 1))
        let (input, tape) = (
            random([5, 3], "x"), try lstm.forwardForTraining(random([5, 3], "x"), engine: engine).tape
        )
        let configuration = RecurrentConfiguration(cell: .gru, inputSize: 3, hiddenSize: 4)
        let output = try lstm(input, engine: engine)
        var torch = MersenneTwister(seed: 1)
        expectRefusals([
            ("Recurrent(streams:)", { _ = try Recurrent(configuration, streams: RandomStreams(seed: 1)) }),
            ("Recurrent(torch:)", { _ = try Recurrent(configuration, torch: &torch) }),
            ("LSTM(streams:)", { _ = try LSTM(inputSize: 3, hiddenSize: 4, streams: RandomStreams(seed: 1)) }),
            ("GRU(streams:)", { _ = try GRU(inputSize: 3, hiddenSize: 4, streams: RandomStreams(seed: 1)) }),
            ("RNN(streams:)", { _ = try RNN(inputSize: 3, hiddenSize: 4, streams: RandomStreams(seed: 1)) }),
            ("RecurrentOutput.final", { _ = try output.final() }),
            ("RecurrentOutput.merged", { _ = try output.merged(.sum) }),
            ("LSTM()", { _ = try lstm(input, engine: engine) }),
            ("LSTM.forwardForTraining", { _ = try lstm.forwardForTraining(input, engine: engine) }),
            ("LSTM.backward", { _ = try lstm.backward(tape, engine: engine) }),
        ])
    }

    @Test func layersAndLossesRefuse() throws {
        let engine = try engine(.best, workers: 1)
        let (x, d) = (random([4, 3], "x"), random([4, 3], "d"))
        let (linear, embedding) = (
            Linear(weight: random([3, 3], "weight")), Embedding(weight: random([5, 3], "table"))
        )
        var (stream, torch) = (PCG64(seed: 1, .dropout, key: 0), MersenneTwister(seed: 1))
        let tape = try LayerNorm().forward(x).tape
        let head = SequenceModelConfiguration.Head.softmax
        let dropped = try Dropout.forward(x, from: &stream)
        let initialization = Initialization.linear(fanIn: 3)
        expectRefusals([
            ("Merging.merge", { _ = try Merging.mean.merge(forward: x, reverse: d) }),
            ("Merging.backward", { _ = try Merging.mean.backward(x, forward: x, reverse: d) }),
            ("Dropout.forward", { _ = try Dropout.forward(x, from: &stream) }),
            ("Dropout.backward", { _ = try Dropout.backward(d, dropped) }),
            ("Initialization.tensor, PCG64", { _ = try initialization.tensor(shape: [3], from: &stream) }),
            ("Initialization.tensor, MT19937", { _ = try initialization.tensor(shape: [3], from: &torch) }),
            ("Head.predictions", { _ = try head.predictions(x) }),
            ("Schedule.rate", { _ = try Schedule.exponential(factor: 0.9).rate(0.1, epoch: 1) }),
            ("Linear.forward", { _ = try linear.forward(x, engine: engine) }),
            ("Linear.backward", { _ = try linear.backward(d, input: x, engine: engine) }),
            ("Embedding.backward", { _ = try embedding.backward(d, tokens: [1, 2, 0, 1]) }),
            ("LayerNorm.forward", { _ = try LayerNorm().forward(x) }),
            ("LayerNorm.backward", { _ = try LayerNorm().backward(d, tape) }),
            ("LogSoftmax.forward", { _ = try LogSoftmax().forward(x, engine: engine) }),
            ("LogSoftmax.backward", { _ = try LogSoftmax().backward(d, output: x, engine: engine) }),
            ("Sigmoid.forward", { _ = try Sigmoid().forward(x, engine: engine) }),
            ("Sigmoid.backward", { _ = try Sigmoid().backward(d, output: x) }),
            ("Loss.nll", { _ = try Loss.nll(x, targets: [0, 1, 2, 0]) }),
            ("Loss.crossEntropy", { _ = try Loss.crossEntropy(x, targets: [0, 1, 2, 0], engine: engine) }),
            ("Head.loss", { _ = try head.loss(x, targets: [0, 1, 2, 0], engine: engine) }),
            (
                "Loss.binaryCrossEntropyWithLogits",
                { _ = try Loss.binaryCrossEntropyWithLogits(x, targets: d, engine: engine) }
            ),
        ])
    }

    @Test func theModelAndTheOptimisersRefuse() throws {
        let engine = try engine(.best, workers: 2)
        let configuration = SequenceModelConfiguration(
            input: .tokens(vocabulary: 5, embedding: 3),
            recurrent: RecurrentConfiguration(cell: .gru, inputSize: 3, hiddenSize: 4), readout: .positions,
            head: .softmax, classes: 2)
        let model = try SequenceModel(configuration, streams: RandomStreams(seed: 1))
        let batch = SequenceBatch(inputs: .tokens([1, 2, 3]), lengths: [2, 1], targets: [0, 1, 1])
        let weights = try model.weights(for: engine, backward: true)
        let (logits, tape) = try model.forwardForTraining(batch, weights: weights, engine: engine, dropout: nil)
        let featured = SequenceModelConfiguration(
            input: .features(3), recurrent: configuration.recurrent, readout: .positions, head: .softmax, classes: 2)
        var torch = MersenneTwister(seed: 1)
        expectRefusals([
            ("SequenceModel(streams:)", { _ = try SequenceModel(configuration, streams: RandomStreams(seed: 1)) }),
            ("SequenceModel(torch:)", { _ = try SequenceModel(featured, torch: &torch) }),
            ("SequenceModel.weights", { _ = try model.weights(for: engine, backward: false) }),
            ("SequenceModel.logits", { _ = try model.logits(batch, weights: weights, engine: engine) }),
            (
                "SequenceModel.forwardForTraining",
                { _ = try model.forwardForTraining(batch, weights: weights, engine: engine, dropout: nil) }
            ),
            ("SequenceModel.backward", { _ = try model.backward(tape, logitsGradient: logits, engine: engine) }),
        ])
        for name in TrainingOptions.OptimizerName.allCases {
            let options = TrainingOptions(
                optimizer: name, learningRate: 0.1, momentum: 0, beta1: 0.9, beta2: 0.999, epsilon: 1e-8,
                weightDecay: 0, clipNorm: nil, batchSize: 1, epochs: 1)
            var (optimizer, parameters) = (Optimizer(options, parameters: model.parameters), model.parameters)
            let gradients = parameters.map(\.value)
            expectRefusals([
                ("\(name)", { try optimizer.apply(gradients, to: &parameters, engine: engine) })
            ])
            #expect(optimizer.step == 1, "the refused step does not count")
        }
    }
}
