import ReproNN
import ReproNumerics
import ReproRandom
import ReproTestSupport
import Testing

#if compiler(>=6.3)
    /// A caller's mistake ends the program with what is wrong, before a wrong number or memory of others is read.
    @Suite(.serialized) struct PreconditionTests {
        @Test(arguments: breaches.indices) func aBrokenPreconditionIsSaid(_ index: Int) async throws {
            let ending = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [index] in
                try breaches[index].body()
            }
            let words = try #require(ending?.words)
            #expect(words.contains("Fatal error: \(breaches[index].says)"), "\(words)")
        }
    }

    private func reference() throws -> Engine { try Engine(path: .reference, threads: 1) }
    private func portable() throws -> Engine { try Engine(path: .portable, threads: 1) }
    private let small = RecurrentConfiguration(cell: .gru, inputSize: 3, hiddenSize: 4)
    private let large = RecurrentConfiguration(cell: .gru, inputSize: 3, hiddenSize: 5)
    private let rows = Tensor(zeros: [2, 3])

    private func sequenceModel(_ input: SequenceModelConfiguration.Input) throws -> SequenceModel {
        try SequenceModel(
            SequenceModelConfiguration(input: input, recurrent: small, readout: .positions, head: .softmax, classes: 2),
            streams: RandomStreams(seed: 1))
    }

    private let tokens = SequenceModelConfiguration.Input.tokens(vocabulary: 5, embedding: 3)

    private func logits(
        _ input: SequenceModelConfiguration.Input, _ inputs: SequenceBatch.Inputs, lengths: [Int]
    ) throws {
        let (model, engine) = (try sequenceModel(input), try portable())
        _ = try model.logits(
            SequenceBatch(inputs: inputs, lengths: lengths, targets: []),
            weights: model.weights(for: engine, backward: false), engine: engine)
    }

    private let weightBreaches = [
        Breach("weights of ") {
            let (used, other, engine) = (try module(small), try module(large), try portable())
            _ = try used.forward(rows, weights: other.weights(for: engine), engine: engine)
        },
        Breach("weights laid out for 'reference' kernels in a pass by 'portable'") {
            let module = try module(small)
            _ = try module.forward(rows, weights: module.weights(for: reference()), engine: portable())
        },
        Breach("weights without what training needs: make them with 'backward: true'") {
            let (module, engine) = (try module(small), try portable())
            _ = try module.forwardForTraining(rows, weights: module.weights(for: engine), engine: engine)
        },
        Breach("weights of ") {
            let (used, other, engine) = (try module(small), try module(large), try portable())
            let weights = try other.weights(for: engine, backward: true)
            let tape = try other.forwardForTraining(rows, weights: weights, engine: engine).tape
            _ = try used.backward(tape, engine: engine)
        },
        Breach("weights laid out for 'reference' kernels in a pass by 'portable'") {
            let (module, engine) = (try module(small), try reference())
            let weights = try module.weights(for: engine, backward: true)
            let tape = try module.forwardForTraining(rows, weights: weights, engine: engine).tape
            _ = try module.backward(tape, engine: portable())
        },
        Breach("weights of ") {
            let (model, other, engine) = (try sequenceModel(tokens), try module(large), try portable())
            let batch = SequenceBatch(inputs: .tokens([1, 2]), lengths: [2], targets: [0, 1])
            _ = try model.logits(batch, weights: other.weights(for: engine), engine: engine)
        },
    ]

    private let batchBreaches = [
        Breach("2 tokens for lengths that make 3 positions") { try logits(tokens, .tokens([1, 2]), lengths: [3]) },
        Breach("4 tokens for lengths that make 3 positions") {
            try logits(tokens, .tokens([1, 2, 3, 4]), lengths: [1, 2])
        },
        Breach("features of shape [2, 3] for 3 positions of 3") {
            try logits(.features(3), .features(rows), lengths: [3])
        },
        Breach("features of shape [2, 4] for 2 positions of 3") {
            try logits(.features(3), .features(Tensor(zeros: [2, 4])), lengths: [2])
        },
        Breach("features of shape [2, 1, 3] for 2 positions of 3") {
            try logits(.features(3), .features(Tensor(zeros: [2, 1, 3])), lengths: [2])
        },
        Breach("a batch of another kind than the model's input, features(3)") {
            try logits(.features(3), .tokens([1, 2]), lengths: [2])
        },
        Breach("a batch of another kind than the model's input, tokens(vocabulary: 5, embedding: 3)") {
            try logits(tokens, .features(rows), lengths: [2])
        },
    ]

    private let layerBreaches = [
        Breach("weight [0, 3]") { _ = Linear(weight: Tensor(zeros: [0, 3])) },
        Breach("weight [3, 0]") { _ = Linear(weight: Tensor(zeros: [3, 0])) },
        Breach("input [] for weight [4, 3]") {
            _ = try Linear(weight: Tensor(zeros: [4, 3])).forward(Tensor(zeros: []), engine: portable())
        },
        Breach("input [2, 5] for weight [4, 3]") {
            _ = try Linear(weight: Tensor(zeros: [4, 3])).backward(
                Tensor(zeros: [2, 4]), input: Tensor(zeros: [2, 5]), engine: portable())
        },
        Breach("gradient [3, 4] of [2, 4]") {
            _ = try Linear(weight: Tensor(zeros: [4, 3])).backward(
                Tensor(zeros: [3, 4]), input: rows, engine: portable())
        },
        Breach("a table of shape [5, 0]") { _ = Embedding(weight: Tensor(zeros: [5, 0])) },
        Breach("a gradient of shape [1, 3] for 2 tokens of 3 features") {
            _ = try Embedding(weight: Tensor(zeros: [5, 3])).backward(Tensor(zeros: [1, 3]), tokens: [1, 2])
        },
        Breach("logits of shape [2, 0]") {
            _ = try LogSoftmax().forward(Tensor(zeros: [2, 0]), engine: portable())
        },
        Breach("a gradient of shape [1, 6] for states of [2, 3] and [2, 3]") {
            _ = try Merging.concat.backward(Tensor(zeros: [1, 6]), forward: rows, reverse: rows)
        },
        Breach("a gradient of shape [2, 3] for states of [2, 3] and [1, 3]") {
            _ = try Merging.sum.backward(rows, forward: rows, reverse: Tensor(zeros: [1, 3]))
        },
    ]

    private func gather(_ lengths: [Int]) {
        let output = RecurrentOutput(Tensor(zeros: [3, 2, 4]), hidden: Tensor(zeros: [1, 2, 4]))
        _ = output.lastByGather(lengths: lengths)
    }

    private let lengthBreaches = [
        Breach("a sequence: lengths[1] is 4; expected 1 … 3") { gather([1, 4]) },
        Breach("a sequence: lengths[0] is 0; expected 1 … 3") { gather([0, 1]) },
        Breach("a sequence: lengths is a list of 1; expected 2") { gather([1]) },
        Breach("a sequence: lengths is a list of 3; expected 2") { gather([1, 2, 3]) },
    ]

    private let breaches = weightBreaches + batchBreaches + layerBreaches + lengthBreaches
#endif
