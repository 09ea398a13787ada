import ReproNN
import ReproNumerics
import ReproRandom
import ReproTestSupport
import Testing

/// `LSTM`, `GRU` and `RNN`: the driver's results under PyTorch's names, and errors in words for what does not fit.
@Suite struct ModuleTests {
    private static var streams: RandomStreams { RandomStreams(seed: 12) }

    @Test func defaultsArePyTorchs() throws {
        for module in [
            try LSTM(inputSize: 4, hiddenSize: 3, streams: Self.streams),
            try GRU(inputSize: 4, hiddenSize: 3, streams: Self.streams),
            try RNN(inputSize: 4, hiddenSize: 3, streams: Self.streams),
        ] as [any RecurrentModule] {
            let configuration = module.configuration
            #expect(configuration.layers == 1 && configuration.bias && !configuration.batchFirst)
            #expect(configuration.dropout == 0 && !configuration.bidirectional && configuration.projectionSize == 0)
            #expect(configuration.nonlinearity == .tanh)
            #expect(module.parameters.map(\.name) == ["weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"])
        }
    }

    @Test func aModuleGivesTheBitsOfTheDriver() throws {
        let engine = try Engine(threads: 1)
        let modules: [any RecurrentModule] = [
            try LSTM(
                inputSize: 4, hiddenSize: 3, layers: 2, bias: false, batchFirst: true, dropout: 0.5,
                bidirectional: true,
                projSize: 2, prefix: "lstm.", streams: Self.streams),
            try GRU(inputSize: 4, hiddenSize: 3, layers: 2, dropout: 0.5, bidirectional: true, streams: Self.streams),
            try RNN(inputSize: 4, hiddenSize: 3, layers: 2, nonlinearity: .relu, dropout: 0.5, streams: Self.streams),
        ]
        for module in modules {
            let configuration = module.configuration
            let count = 2 * configuration.directions
            let input = random(configuration.batchFirst ? [3, 5, 4] : [5, 3, 4], "x")
            let h = random([count, 3, configuration.stateSize], "h")
            let c = configuration.cell.hasCellState ? random([count, 3, 3], "c") : nil
            let lengths = [2, 5, 1]
            let driver = module.recurrent
            let initial = InitialStates(hidden: h, cell: c)
            let weights = try driver.weights(for: engine, backward: true)
            let plain = try driver.forward(input, lengths: lengths, initial: initial, weights: weights, engine: engine)
            let called = try call(module, input, h, c, lengths, engine)
            #expect(called.output.isBitwiseEqual(to: plain.output) && called.hidden.isBitwiseEqual(to: plain.hidden))
            #expect(called.cell == plain.cell && (called.cell == nil) == (c == nil))

            let stream = PCG64(seed: 12, .dropout, key: 7)
            let (result, tape) = try module.forwardForTraining(
                input, hidden: h, cell: c, lengths: lengths, dropout: stream, engine: engine)
            let (expected, plainTape) = try driver.forwardForTraining(
                input, lengths: lengths, initial: initial, weights: weights, engine: engine, dropout: stream)
            #expect(result.output.isBitwiseEqual(to: expected.output))
            #expect(!result.output.isBitwiseEqual(to: plain.output), "dropout dropped nothing")
            let d = random(result.output.shape, "d")
            let found = try module.backward(tape, output: d, hidden: h, cell: c, engine: engine)
            let wanted = try driver.backward(plainTape, output: d, hidden: h, cell: c, engine: engine)
            #expect(found.input!.isBitwiseEqual(to: wanted.input!) && found.hidden.isBitwiseEqual(to: wanted.hidden))
            #expect(found.cell == wanted.cell && found.parameters == wanted.parameters)
            #expect(found.parameters.map(\.shape) == module.parameters.map(\.value.shape))
        }
    }

    private func call(
        _ module: some RecurrentModule, _ input: Tensor, _ h: Tensor?, _ c: Tensor?, _ lengths: [Int]?, _ engine: Engine
    ) throws -> RecurrentOutput {
        try module(input, hidden: h, cell: c, lengths: lengths, engine: engine)
    }

    /// Lengths need no order: sorted sequences give each sequence the same bits.
    @Test func unsortedLengthsGiveWhatSortedOnesGive() throws {
        let engine = try Engine(threads: 1)
        let module = try GRU(
            inputSize: 4, hiddenSize: 3, layers: 2, batchFirst: true, bidirectional: true, streams: Self.streams)
        let input = random([3, 5, 4], "x")
        let order = [1, 0, 2]
        let lengths = [3, 5, 1]
        let sorted = Tensor(shape: [3, 5, 4], elements: order.flatMap { input.slice($0).elements })
        let a = try module(input, lengths: lengths, engine: engine)
        let b = try module(sorted, lengths: order.map { lengths[$0] }, engine: engine)
        for (place, sequence) in order.enumerated() {
            #expect(b.output.slice(place).isBitwiseEqual(to: a.output.slice(sequence)))
            #expect(try b.final().slice(place).isBitwiseEqual(to: try a.final().slice(sequence)))
        }
    }

    @Test func aSequenceWithoutABatchTrainsAsABatchOfOne() throws {
        let engine = try Engine(threads: 1)
        let module = try LSTM(inputSize: 4, hiddenSize: 3, batchFirst: true, bidirectional: true, streams: Self.streams)
        let input = random([5, 4], "x")
        let (h, c) = (random([2, 3], "h"), random([2, 3], "c"))
        let (a, aTape) = try module.forwardForTraining(input, hidden: h, cell: c, lengths: [4], engine: engine)
        let (b, bTape) = try module.forwardForTraining(
            input.reshaped([1, 5, 4]), hidden: h.reshaped([2, 1, 3]), cell: c.reshaped([2, 1, 3]), lengths: [4],
            engine: engine)
        #expect(a.output.shape == [5, 6] && a.hidden.shape == [2, 3] && a.cell?.shape == [2, 3])
        #expect(a.output.elements == b.output.elements && a.cell?.elements == b.cell?.elements)
        let d = random([5, 6], "d")
        let aGradients = try module.backward(aTape, output: d, engine: engine)
        let bGradients = try module.backward(bTape, output: d.reshaped([1, 5, 6]), engine: engine)
        #expect(aGradients.input?.shape == [5, 4] && aGradients.hidden.shape == [2, 3])
        #expect(aGradients.input?.elements == bGradients.input?.elements)
        #expect(aGradients.cell?.elements == bGradients.cell?.elements)
        #expect(aGradients.parameters == bGradients.parameters)
    }

    @Test func whatDoesNotFitIsNamed() throws {
        let engine = try Engine(threads: 1)
        let lstm = try LSTM(inputSize: 4, hiddenSize: 3, batchFirst: true, bidirectional: true, streams: Self.streams)
        let gru = try GRU(inputSize: 4, hiddenSize: 3, streams: Self.streams)
        let input = random([2, 5, 4], "x")
        func expect(_ tensor: String, _ text: String, _ body: () throws -> Void) {
            do {
                try body()
                Issue.record("\(text) was accepted")
            } catch let error as ShapeError {
                #expect(error.tensor == tensor)
                #expect(error.description == text)
            } catch {
                Issue.record("\(text): \(error)")
            }
        }
        expect("lengths[1]", "LSTM: lengths[1] is 0; expected 1 … 5, the input's steps") {
            _ = try lstm(input, lengths: [5, 0], engine: engine)
        }
        expect("lengths[0]", "LSTM: lengths[0] is 6; expected 1 … 5, the input's steps") {
            _ = try lstm(input, lengths: [6, 1], engine: engine)
        }
        expect("lengths[0]", "LSTM: lengths[0] is -1; expected 1 … 5, the input's steps") {
            _ = try lstm.forwardForTraining(input, lengths: [-1, 1], engine: engine)
        }
        expect("lengths", "LSTM: lengths is a list of 3; expected 2, one per sequence") {
            _ = try lstm(input, lengths: [1, 2, 3], engine: engine)
        }
        let axes = "[sequences, steps, 4] or [steps, 4], none of them 0"
        for shape in [[4], [2, 5, 3], [1, 2, 5, 4], [0, 5, 4], [2, 0, 4], [0, 4], []] {
            expect("input", "LSTM: input is of shape \(shape); expected \(axes)") {
                _ = try lstm(Tensor(zeros: shape), engine: engine)
            }
        }
        expect("h_0", "LSTM: h_0 is of shape [1, 2, 3]; expected [2, 2, 3]") {
            _ = try lstm(input, hidden: Tensor(zeros: [1, 2, 3]), engine: engine)
        }
        expect("c_0", "LSTM: c_0 is of shape [2, 3]; expected [2, 2, 3]") {
            _ = try lstm(input, cell: Tensor(zeros: [2, 3]), engine: engine)
        }
        expect("c_0", "GRU: c_0 is of shape [1, 2, 3]; expected none: this cell keeps h alone") {
            _ = try gru(random([5, 2, 4], "x"), cell: Tensor(zeros: [1, 2, 3]), engine: engine)
        }
        expect("the gradient of output", "LSTM: the gradient of output is of shape [5, 2, 6]; expected [2, 5, 6]") {
            let tape = try lstm.forwardForTraining(input, engine: engine).tape
            _ = try lstm.backward(tape, output: Tensor(zeros: [5, 2, 6]), engine: engine)
        }
        expect(
            "the gradient of c_n",
            "GRU: the gradient of c_n is of shape [1, 2, 3]; expected none: this cell keeps h alone"
        ) {
            let tape = try gru.forwardForTraining(random([5, 2, 4], "x"), engine: engine).tape
            _ = try gru.backward(tape, cell: Tensor(zeros: [1, 2, 3]), engine: engine)
        }
    }
}
