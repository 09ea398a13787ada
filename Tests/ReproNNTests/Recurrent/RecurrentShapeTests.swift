import ReproNN
import ReproNumerics
import ReproRandom
import ReproTestSupport
import Testing

/// Shapes of results, and where the states stand in the output.
@Suite struct RecurrentShapeTests {
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
        let module = try module(configuration)
        let result = try module.forward(input, weights: module.weights(for: engine), engine: engine)
        #expect(result.output.shape == [1, 4, 12])
        #expect(result.hidden.shape == [2, 1, 6])
        #expect(result.cell?.shape == [2, 1, 6])
        expectStatesInOutput(result, configuration)
    }

    @Test func sixStepsOfThreeFeaturesThroughTwoLayersOfFourUnits() throws {
        let configuration = RecurrentConfiguration(
            cell: .lstm, inputSize: 3, hiddenSize: 4, layers: 2, batchFirst: true, bidirectional: true)
        let engine = try engine(.best, workers: 1)
        let module = try module(configuration)
        let result = try module.forward(
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
        let module = try module(configuration)
        let result = try module.forward(
            random([3, 4, 3], "input"), weights: module.weights(for: engine), engine: engine)
        #expect(result.output.shape == [3, 4, 4])
        #expect(result.hidden.shape == [2, 3, 2])
        #expect(result.cell?.shape == [2, 3, 5])
    }

    /// Batch first, time first and without a batch are layouts of the same numbers; h_n has the batch in the second
    /// place in both.
    @Test func layoutsHoldTheSameNumbers() throws {
        let engine = try engine(.best, workers: 2)
        for configuration in everyModule {
            var timeFirst = configuration
            timeFirst.batchFirst = false
            let module = try module(configuration)
            let input = random([3, 5, configuration.inputSize], "input")
            let lengths = [5, 2, 4]
            let weights = try module.weights(for: engine)
            let turned = Recurrent(timeFirst, parameters: module.parameters)
            let a = try module.forward(input, lengths: lengths, weights: weights, engine: engine)
            let b = try turned.forward(
                input.swappingAxes, lengths: lengths, weights: turned.weights(for: engine), engine: engine)
            expectSameBits(b.output.swappingAxes, a.output, "\(configuration.cell) output")
            expectSameBits(b.hidden, a.hidden, "\(configuration.cell) h_n")
            let alone = try module.forward(input.slice(0), weights: weights, engine: engine)
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
            let both = try module(two)
            let half = both.parameters.count / 2
            let reverse = Recurrent(
                one, parameters: both.parameters[half...].map { Parameter(name: $0.name, value: $0.value) })
            let input = random([1, 6, 3], "input")
            // Four valid steps of six: the reverse direction starts at the fourth.
            let a = try both.forward(input, lengths: [4], weights: both.weights(for: engine), engine: engine)
            let b = try reverse.forward(
                input.choosing([3, 2, 1, 0], axis: 1), weights: reverse.weights(for: engine), engine: engine)
            let turned = b.output.choosing([3, 2, 1, 0], axis: 1)
            expectSameBits(a.output.part(0..<4, axis: 1).part(5..<10, axis: 2), turned, "\(cell)")
            expectSameBits(a.hidden.slice(1), b.hidden.slice(0), "\(cell) h_n")
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
