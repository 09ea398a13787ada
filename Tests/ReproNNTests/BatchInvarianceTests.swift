import ReproNN
import ReproNumerics
import ReproRandom
import ReproTestSupport
import Testing

/// A sequence's results have the same bits alone, padded, among others and in any order: layers and whole models, each kernel path
/// and number of workers.
struct BatchInvarianceTests {
    @Test(arguments: KernelPath.supported, Cell.allCases)
    func aSequencesLayersDoNotSeeTheBatch(path: KernelPath, cell: Cell) throws {
        var stream = SplitMix64(seed: UInt64(cell.gateCount))
        for trial in 0..<12 {
            let hidden = 2 + stream.below(20)
            let configuration = RecurrentConfiguration(
                cell: cell, inputSize: 1 + stream.below(9), hiddenSize: hidden, layers: 1 + stream.below(3),
                batchFirst: true, bidirectional: stream.below(4) > 0,
                projectionSize: cell == .lstm && trial % 3 == 0 ? hidden / 2 : 0)
            let module = try Recurrent(configuration, streams: RandomStreams(seed: UInt64(trial)))
            let engine = try engine(path, workers: 1 + stream.below(3))
            let weights = try module.weights(for: engine)
            let (batch, steps) = (1 + stream.below(9), 1 + stream.below(12))
            let lengths = (0..<batch).map { _ in 1 + stream.below(steps) }
            let elements = (0..<(batch * steps * configuration.inputSize)).map { _ in
                Float(stream.below(2001)) / 500 - 2
            }
            let input = Tensor(shape: [batch, steps, configuration.inputSize], elements: elements)
            let together = try module.forward(input, lengths: lengths, weights: weights, engine: engine)
            let order = Array((0..<batch).reversed())
            let turned = try module.forward(
                input.choosing(order, axis: 0), lengths: order.map { lengths[$0] }, weights: weights, engine: engine)
            for (place, sequence) in order.enumerated() {
                let length = lengths[sequence]
                let own = input.slice(sequence).part(0..<length, axis: 0)
                let alone = try module.forward(own, weights: weights, engine: engine)
                let what = "trial \(trial), \(configuration), sequence \(sequence)"
                for (result, index) in [(together, sequence), (turned, place)] {
                    let output = result.output.slice(index)
                    expectSameBits(output.part(0..<length, axis: 0), alone.output, what)
                    #expect(output.part(length..<output.shape[0], axis: 0).elements.allSatisfy { $0.bitPattern == 0 })
                    expectSameBits(
                        result.hidden.part(index..<(index + 1), axis: 1).reshaped(alone.hidden.shape), alone.hidden,
                        what)
                    if let cells = alone.cell {
                        expectSameBits(
                            result.cell!.part(index..<(index + 1), axis: 1).reshaped(cells.shape), cells, what)
                    }
                }
            }
        }
    }

    @Test func aTextsLogitsDoNotSeeTheBatch() throws {
        for (trial, readout) in [SequenceModelConfiguration.Readout.finalStates(.concat), .positions].enumerated() {
            let configuration = SequenceModelConfiguration(
                input: .tokens(vocabulary: 40, embedding: 6),
                recurrent: RecurrentConfiguration(
                    cell: .lstm, inputSize: 6, hiddenSize: 9, layers: 2, batchFirst: true, bidirectional: true),
                readout: readout, head: .softmax, classes: 5)
            let model = try SequenceModel(configuration, streams: RandomStreams(seed: UInt64(trial)))
            var stream = SplitMix64(seed: 3)
            let sequences = (0..<70).map { _ in (0..<(1 + stream.below(30))).map { _ in stream.below(40) } }
            let engine = try engine(.best, workers: 2)
            let weights = try model.weights(for: engine, backward: false)
            func logits(_ sequences: ArraySlice<[Int]>) throws -> [Float] {
                let batch = SequenceBatch(
                    inputs: .tokens(Array(sequences.joined())), lengths: sequences.map(\.count), targets: [])
                return Array(try model.logits(batch, weights: weights, engine: engine).elements)
            }
            let together = try logits(sequences[...])
            for size in [1, 3, 32] {
                var parts: [Float] = []
                for first in stride(from: 0, to: 70, by: size) {
                    parts += try logits(sequences[first..<min(70, first + size)])
                }
                #expect(parts.map(\.bitPattern) == together.map(\.bitPattern), "\(readout), \(size) together")
            }
        }
    }
}
