import ReproNN
import ReproNumerics
import ReproRandom
import Testing

/// What holds for every recurrent module, whatever its numbers are.
@Suite struct RecurrentPropertyTests {
    /// Modules of every cell, batch first, with all that a batch can have.
    private static let configurations: [RecurrentConfiguration] = [
        RecurrentConfiguration(
            cell: .lstm, inputSize: 3, hiddenSize: 19, layers: 2, batchFirst: true, bidirectional: true),
        RecurrentConfiguration(
            cell: .lstm, inputSize: 3, hiddenSize: 7, layers: 2, batchFirst: true, bidirectional: true,
            projectionSize: 4),
        RecurrentConfiguration(
            cell: .gru, inputSize: 4, hiddenSize: 18, layers: 2, batchFirst: true, bidirectional: true),
        RecurrentConfiguration(cell: .gru, inputSize: 4, hiddenSize: 35, batchFirst: true),
        RecurrentConfiguration(
            cell: .rnn, inputSize: 2, hiddenSize: 17, layers: 3, batchFirst: true, bidirectional: true),
        RecurrentConfiguration(
            cell: .rnn, inputSize: 2, hiddenSize: 33, bias: false, batchFirst: true, bidirectional: true,
            nonlinearity: .relu),
    ]

    /// A module's results and gradients on a batch, batch first.
    private struct Results {
        let output: RecurrentOutput
        let gradients: RecurrentGradients
        /// Everything that belongs to sequences, with the axis that they are on.
        var bySequence: [(name: String, value: Tensor, axis: Int)] {
            var tensors = [
                ("output", output.output, 0), ("h_n", output.hidden, 1), ("grad.input", gradients.input, 0),
                ("grad.h_0", gradients.hidden, 1),
            ]
            if let cell = output.cell { tensors.append(("c_n", cell, 1)) }
            if let cell = gradients.cell { tensors.append(("grad.c_0", cell, 1)) }
            return tensors
        }
        var all: [(name: String, value: Tensor)] {
            bySequence.map { ($0.name, $0.value) } + gradients.parameters.enumerated().map { ("parameter \($0)", $1) }
        }
    }

    /// A batch with everything that a module reads and every incoming gradient.
    private struct Batch {
        var input: Tensor
        var lengths: [Int]
        var initial: (hidden: Tensor, cell: Tensor)
        var incoming: (output: Tensor, hidden: Tensor, cell: Tensor)

        init(_ c: RecurrentConfiguration, lengths: [Int], steps: Int) {
            let (batch, count) = (lengths.count, c.layers * c.directions)
            self.lengths = lengths
            input = random([batch, steps, c.inputSize], "input")
            initial = (random([count, batch, c.stateSize], "h_0"), random([count, batch, c.hiddenSize], "c_0"))
            incoming = (
                random([batch, steps, c.outputSize], "d.output"), random([count, batch, c.stateSize], "d.h_n"),
                random([count, batch, c.hiddenSize], "d.c_n")
            )
        }

        func choosing(_ sequences: [Int]) -> Batch {
            var batch = self
            batch.input = input.choosing(sequences, axis: 0)
            batch.lengths = sequences.map { lengths[$0] }
            batch.initial = (initial.hidden.choosing(sequences, axis: 1), initial.cell.choosing(sequences, axis: 1))
            batch.incoming = (
                incoming.output.choosing(sequences, axis: 0), incoming.hidden.choosing(sequences, axis: 1),
                incoming.cell.choosing(sequences, axis: 1)
            )
            return batch
        }
    }

    private func module(_ configuration: RecurrentConfiguration) -> Recurrent {
        Recurrent(configuration, streams: RandomStreams(seed: 5))
    }

    private func results(
        _ module: Recurrent, _ batch: Batch, _ engine: Engine, weights: RecurrentWeights? = nil
    ) throws -> Results {
        let lstm = module.configuration.cell == .lstm
        let (output, tape) = try Recurrent.forwardForTraining(
            batch.input, lengths: batch.lengths, initial: (batch.initial.hidden, lstm ? batch.initial.cell : nil),
            weights: weights ?? module.weights(for: engine, backward: true), engine: engine)
        let gradients = try Recurrent.backward(
            tape, output: batch.incoming.output, hidden: batch.incoming.hidden,
            cell: lstm ? batch.incoming.cell : nil, engine: engine)
        return Results(output: output, gradients: gradients)
    }

    private func expectSame(_ found: Results, _ expected: Results, _ context: String) {
        for (a, b) in zip(found.all, expected.all) { expectSameBits(a.value, b.value, "\(context): \(a.name)") }
    }

    // MARK: Shapes and where the states stand in the output

    @Test func fourStepsOfFiveFeaturesIntoSixUnits() throws {
        let configuration = RecurrentConfiguration(
            cell: .lstm, inputSize: 5, hiddenSize: 6, batchFirst: true, bidirectional: true)
        let engine = try engine(.best, workers: 1)
        let input = Tensor(
            shape: [1, 4, 5],
            elements: [
                0.1360, 0.4574, 0.4842, 0.6409, 0.1980, 0.0364, 0.4133, 0.0836, 0.2871, 0.3542,
                0.7796, 0.7209, 0.1754, 0.0147, 0.6572, 0.1504, 0.1003, 0.6787, 0.1602, 0.6571,
            ])
        let module = module(configuration)
        let result = try Recurrent.forward(input, weights: module.weights(for: engine), engine: engine)
        #expect(result.output.shape == [1, 4, 12])
        #expect(result.hidden.shape == [2, 1, 6])
        #expect(result.cell?.shape == [2, 1, 6])
        expectStatesInOutput(result, configuration)
    }

    @Test func sixStepsOfThreeFeaturesThroughTwoLayersOfFourUnits() throws {
        let configuration = RecurrentConfiguration(
            cell: .lstm, inputSize: 3, hiddenSize: 4, layers: 2, batchFirst: true, bidirectional: true)
        let engine = try engine(.best, workers: 1)
        let module = module(configuration)
        let result = try Recurrent.forward(
            random([1, 6, 3], "input"), weights: module.weights(for: engine), engine: engine)
        #expect(result.output.shape == [1, 6, 8])
        #expect(result.hidden.shape == [4, 1, 4])
        #expect(result.cell?.shape == [4, 1, 4])
        expectStatesInOutput(result, configuration)
    }

    /// output[:, −1, :H] is the last layer's forward h_n, output[:, 0, H:] its reverse one, bit for bit; the other halves
    /// are not.
    private func expectStatesInOutput(_ result: RecurrentOutput, _ configuration: RecurrentConfiguration) {
        let (steps, size) = (result.output.shape[1], configuration.stateSize)
        let last = configuration.layers * configuration.directions - 1
        func step(_ step: Int, _ half: Range<Int>) -> Tensor {
            result.output.part(step..<(step + 1), axis: 1).part(half, axis: 2).reshaped([1, size])
        }
        let (forward, reverse) = (result.hidden.slice(last - 1), result.hidden.slice(last))
        expectSameBits(step(steps - 1, 0..<size), forward, "output[:, -1, :H]")
        expectSameBits(step(0, size..<(2 * size)), reverse, "output[:, 0, H:]")
        #expect(difference(step(0, 0..<size), forward) != nil)
        #expect(difference(step(steps - 1, size..<(2 * size)), reverse) != nil)
    }

    @Test func withAProjectionTheHiddenStateShrinksAndTheCellDoesNot() throws {
        let configuration = RecurrentConfiguration(
            cell: .lstm, inputSize: 3, hiddenSize: 5, batchFirst: true, bidirectional: true, projectionSize: 2)
        let engine = try engine(.best, workers: 1)
        let result = try Recurrent.forward(
            random([3, 4, 3], "input"), weights: module(configuration).weights(for: engine), engine: engine)
        #expect(result.output.shape == [3, 4, 4])
        #expect(result.hidden.shape == [2, 3, 2])
        #expect(result.cell?.shape == [2, 3, 5])
    }

    /// Batch first, time first and without a batch are layouts of the same numbers; h_n has the batch in the second
    /// place in both.
    @Test func layoutsHoldTheSameNumbers() throws {
        let engine = try engine(.best, workers: 2)
        for configuration in Self.configurations {
            var timeFirst = configuration
            timeFirst.batchFirst = false
            let module = module(configuration)
            let input = random([3, 5, configuration.inputSize], "input")
            let lengths = [5, 2, 4]
            let weights = module.weights(for: engine)
            let turned = Recurrent(timeFirst, parameters: module.parameters).weights(for: engine)
            let a = try Recurrent.forward(input, lengths: lengths, weights: weights, engine: engine)
            let b = try Recurrent.forward(input.swappingAxes, lengths: lengths, weights: turned, engine: engine)
            expectSameBits(b.output.swappingAxes, a.output, "\(configuration.cell) output")
            expectSameBits(b.hidden, a.hidden, "\(configuration.cell) h_n")
            let alone = try Recurrent.forward(input.slice(0), weights: weights, engine: engine)
            expectSameBits(alone.output, a.output.slice(0), "\(configuration.cell) output without a batch")
            expectSameBits(
                alone.hidden, a.hidden.part(0..<1, axis: 1).reshaped(alone.hidden.shape), "h_n without a batch")
        }
    }

    /// The reverse direction is the forward direction, with the reverse weights, over the sequence turned round.
    @Test func theReverseDirectionReadsTheSequenceBackwards() throws {
        let engine = try engine(.best, workers: 1)
        for cell in Cell.allCases {
            let two = RecurrentConfiguration(
                cell: cell, inputSize: 3, hiddenSize: 5, batchFirst: true, bidirectional: true)
            var one = two
            one.bidirectional = false
            let both = module(two)
            let half = both.parameters.count / 2
            let reverse = Recurrent(
                one, parameters: both.parameters[half...].map { Parameter(name: $0.name, value: $0.value) })
            let input = random([1, 6, 3], "input")
            // Four valid steps of six: the reverse direction starts at the fourth.
            let a = try Recurrent.forward(input, lengths: [4], weights: both.weights(for: engine), engine: engine)
            let b = try Recurrent.forward(
                input.choosing([3, 2, 1, 0], axis: 1), weights: reverse.weights(for: engine), engine: engine)
            let turned = b.output.choosing([3, 2, 1, 0], axis: 1)
            expectSameBits(a.output.part(0..<4, axis: 1).part(5..<10, axis: 2), turned, "\(cell)")
            expectSameBits(a.hidden.slice(1), b.hidden.slice(0), "\(cell) h_n")
        }
    }

    // MARK: What a result does not depend on

    @Test(arguments: KernelPath.supported)
    func aSequenceDoesNotDependOnItsBatchOrItsPlace(_ path: KernelPath) throws {
        let engine = try engine(path, workers: 2)
        for configuration in Self.configurations {
            let module = module(configuration)
            let batch = Batch(configuration, lengths: [4, 6, 1, 6, 3, 5, 2], steps: 6)
            let whole = try results(module, batch, engine)
            for sequences in [[0], [2], [6, 5, 4, 3, 2, 1, 0], [3, 1], [1, 3, 0, 2], [5, 5, 2, 5]] {
                let found = try results(module, batch.choosing(sequences), engine)
                for (a, b) in zip(found.bySequence, whole.bySequence) {
                    expectSameBits(
                        a.value, b.value.choosing(sequences, axis: b.axis),
                        "\(configuration.cell) \(a.name), sequences \(sequences), \(path.rawValue)")
                }
            }
        }
    }

    /// Every path and every division of the work gives the bits of the reference loops on one worker.
    @Test func theEngineDoesNotShow() throws {
        for configuration in Self.configurations {
            let module = module(configuration)
            let batch = Batch(configuration, lengths: [4, 6, 1, 6, 3], steps: 7)
            let expected = try results(module, batch, try engine(.reference, workers: 1))
            try forEachEngine { engine, context in
                let found = try results(module, batch, engine)
                expectSame(found, expected, "\(configuration.cell) \(configuration.hiddenSize), \(context)")
            }
        }
    }

    /// Units are divided over more workers than two: 81 units make six parts.
    @Test(arguments: [Cell.lstm, .gru, .rnn], [false, true])
    func manyPartsGiveTheBitsOfOne(_ cell: Cell, _ bidirectional: Bool) throws {
        let configuration = RecurrentConfiguration(
            cell: cell, inputSize: 9, hiddenSize: 81, batchFirst: true, bidirectional: bidirectional)
        let module = module(configuration)
        let batch = Batch(configuration, lengths: [3, 5, 5, 1, 4, 2, 5, 3, 3], steps: 5)
        let expected = try results(module, batch, try engine(.best, workers: 1))
        for workers in [2, 3, 4, 5, 7, 12] {
            let found = try results(module, batch, try engine(.best, workers: workers))
            expectSame(found, expected, "\(cell), \(workers) workers")
        }
    }

    /// Weights laid out for one engine serve another: their parts are dealt out to the workers that there are.
    @Test func weightsOfAnotherEngineGiveTheSameBits() throws {
        let engines = try workerCounts.map { try engine(.best, workers: $0) }
        for configuration in Self.configurations {
            let module = module(configuration)
            let batch = Batch(configuration, lengths: [4, 6, 1], steps: 6)
            let expected = try results(module, batch, engines[0])
            for (made, used) in engines.flatMap({ made in engines.map { (made, $0) } }) {
                let weights = module.weights(for: made, backward: true)
                expectSame(
                    try results(module, batch, used, weights: weights), expected,
                    "\(configuration.cell), made for \(made.workers.count) workers, used by \(used.workers.count)")
            }
        }
    }

    @Test func paddingIsNeverRead() throws {
        let engine = try engine(.best, workers: 2)
        for configuration in Self.configurations {
            let module = module(configuration)
            let batch = Batch(configuration, lengths: [2, 5, 1, 4], steps: 6)
            let expected = try results(module, batch, engine)
            var poisoned = batch
            for (sequence, length) in batch.lengths.enumerated() {
                for step in length..<6 {
                    for feature in 0..<configuration.inputSize { poisoned.input[sequence, step, feature] = .nan }
                    for feature in 0..<configuration.outputSize {
                        poisoned.incoming.output[sequence, step, feature] = .infinity
                    }
                }
            }
            let found = try results(module, poisoned, engine)
            expectSame(found, expected, "\(configuration.cell)")
            let evaluated = try Recurrent.forward(
                poisoned.input, lengths: batch.lengths,
                initial: (batch.initial.hidden, configuration.cell == .lstm ? batch.initial.cell : nil),
                weights: module.weights(for: engine), engine: engine)
            expectSameBits(evaluated.output, expected.output.output, "\(configuration.cell) evaluated")
            // Past a length, outputs and the input's gradients are +0.
            for (sequence, length) in batch.lengths.enumerated() {
                for tensor in [found.output.output, found.gradients.input] {
                    let past = tensor.slice(sequence).part(length..<6, axis: 0)
                    #expect(past.elements.allSatisfy { $0.bitPattern == 0 }, "sequence \(sequence)")
                }
            }
        }
    }

    @Test func aStateOfZerosIsTheAbsentOne() throws {
        let engine = try engine(.best, workers: 1)
        for configuration in Self.configurations {
            let weights = module(configuration).weights(for: engine)
            let input = random([2, 4, configuration.inputSize], "input")
            let count = configuration.layers * configuration.directions
            let absent = try Recurrent.forward(input, weights: weights, engine: engine)
            let zeros = try Recurrent.forward(
                input,
                initial: (
                    Tensor(zeros: [count, 2, configuration.stateSize]),
                    configuration.cell == .lstm ? Tensor(zeros: [count, 2, configuration.hiddenSize]) : nil
                ), weights: weights, engine: engine)
            expectSameBits(zeros.output, absent.output, "\(configuration.cell)")
            expectSameBits(zeros.hidden, absent.hidden, "\(configuration.cell)")
        }
    }

    @Test func everythingOfAnEarlierBatchIsForgotten() throws {
        let engine = try engine(.best, workers: 2)
        for configuration in Self.configurations {
            let module = module(configuration)
            let weights = module.weights(for: engine, backward: true)
            let batch = Batch(configuration, lengths: [4, 2], steps: 4)
            let first = try results(module, batch, engine, weights: weights)
            _ = try results(module, Batch(configuration, lengths: [9, 9, 9], steps: 9), engine, weights: weights)
            expectSame(try results(module, batch, engine, weights: weights), first, "\(configuration.cell)")
        }
    }
}

extension Tensor {
    /// The first two of three axes exchanged.
    fileprivate var swappingAxes: Tensor {
        var turned = Tensor(zeros: [shape[1], shape[0], shape[2]])
        for a in 0..<shape[0] {
            for b in 0..<shape[1] {
                for c in 0..<shape[2] { turned[b, a, c] = self[a, b, c] }
            }
        }
        return turned
    }
}
