import ReproNN
import ReproNumerics
import ReproRandom
import ReproTestSupport
import Testing

/// The one reading of a recurrent module's axes: what it says of a shape that fits, and in words why another does not.
@Suite struct SequenceShapeTests {
    @Test func theAxesOfEveryLayoutAreRead() throws {
        for (shape, batchFirst, steps, batch) in [
            ([5, 3, 4], false, 5, 3), ([3, 5, 4], true, 5, 3), ([5, 4], false, 5, 1), ([5, 4], true, 5, 1),
        ] {
            let sequences = try SequenceShape(shape, batchFirst: batchFirst, features: 4, module: "LSTM")
            #expect(sequences.steps == steps && sequences.batch == batch && sequences.features == 4, "\(shape)")
            #expect(sequences.isBatchless == (shape.count == 2))
            #expect(sequences.batchFirst == (batchFirst && shape.count == 3), "no first axis without a batch")
            #expect(sequences.rows(width: 7) == shape.dropLast() + [7])
            #expect(sequences.states(blocks: 6, width: 7) == (shape.count == 2 ? [6, 7] : [6, batch, 7]))
            #expect((0..<batch).map(sequences.length) == [Int](repeating: steps, count: batch))
            let rows = (0..<batch).flatMap { b in (0..<steps).map { sequences.row(sequence: b, step: $0) } }
            #expect(rows.sorted() == Array(0..<(batch * steps)), "\(shape): every row once")
            #expect(sequences.row(sequence: batch - 1, step: 0) == (sequences.batchFirst ? 2 * steps : batch - 1))
        }
    }

    @Test func lengthsAreKeptInTheirOrder() throws {
        let sequences = try SequenceShape([3, 5, 4], batchFirst: true, lengths: [2, 5, 1], module: "GRU")
        #expect((0..<3).map(sequences.length) == [2, 5, 1])
        #expect(try SequenceShape([5, 4], batchFirst: true, lengths: [3], module: "GRU").length(0) == 3)
        #expect(sequences != (try SequenceShape([3, 5, 4], batchFirst: true, module: "GRU")))
    }

    /// Packed rows are those that layers run over: step by step, sequences by descending length, equal ones in their order.
    @Test func packedRowsHaveTheBitsOfPaddedOnes() throws {
        let engine = try engine(.best, workers: 1)
        for cell in Cell.allCases {
            let configuration = RecurrentConfiguration(
                cell: cell, inputSize: 3, hiddenSize: 4, layers: 2, bidirectional: true)
            let module = try Recurrent(configuration, streams: RandomStreams(seed: 3))
            let lengths = [2, 4, 1, 4]
            let padded = random([4, 4, 3], "packed/input")
            // Ranks: sequences 1 and 3, then 0, then 2.
            let places = [(0, 1), (0, 3), (0, 0), (0, 2), (1, 1), (1, 3), (1, 0), (2, 1), (2, 3), (3, 1), (3, 3)]
            func packed(_ tensor: Tensor) -> Tensor {
                let rows = places.flatMap { step, sequence in (0..<tensor.shape[2]).map { tensor[step, sequence, $0] } }
                return Tensor(shape: [11, tensor.shape[2]], elements: rows)
            }
            let weights = try module.weights(for: engine, backward: true)
            let sequences = try SequenceShape(packed: [11, 3], lengths: lengths, features: 3, module: "test")
            let (one, oneTape) = try module.forwardForTraining(
                padded, lengths: lengths, weights: weights, engine: engine)
            let (two, twoTape) = try module.forwardForTraining(
                packed(padded), over: sequences, initial: InitialStates(), weights: weights, engine: engine,
                dropout: nil)
            #expect(packed(one.output).isBitwiseEqual(to: two.output))
            #expect(one.hidden.isBitwiseEqual(to: two.hidden))
            let gradient = random([4, 4, 8], "packed/gradient")
            let (a, b) = (
                try module.backward(oneTape, output: gradient, engine: engine),
                try module.backward(twoTape, output: packed(gradient), engine: engine)
            )
            for (x, y) in zip(a.parameters, b.parameters) { #expect(x.isBitwiseEqual(to: y)) }
            #expect(packed(try #require(a.input)).isBitwiseEqual(to: try #require(b.input)))
        }
        for (shape, lengths) in [
            ([10, 3], [2, 4, 1, 4]), ([11, 2], [2, 4, 1, 4]), ([11, 3], [2, 4, 0, 5]), ([0, 3], []),
        ] {
            #expect(throws: ShapeError.self) {
                try SequenceShape(packed: shape, lengths: lengths, features: 3, module: "test")
            }
        }
    }

    @Test(
        arguments: [
            ([], false, nil), ([4], false, nil), ([1, 2, 5, 4], true, nil), ([2, 5, 3], true, 4), ([5, 3], false, 4),
            ([0, 3, 4], false, nil), ([5, 0, 4], false, nil), ([0, 5, 4], true, nil), ([3, 0, 4], true, nil),
            ([0, 4], false, nil), ([5, 0], false, nil), ([5, 3, 0], false, nil), ([5, 3, 0], false, 0),
        ] as [([Int], Bool, Int?)])
    func aShapeThatDoesNotFitIsNamed(_ shape: [Int], _ batchFirst: Bool, _ features: Int?) {
        let wanted = features.map(String.init) ?? "features"
        let axes = batchFirst ? "[sequences, steps, \(wanted)]" : "[steps, sequences, \(wanted)]"
        #expect(
            throws: ShapeError(
                module: "RNN", tensor: "rows", found: "of shape \(shape)",
                expected: "\(axes) or [steps, \(wanted)], none of them 0")
        ) { try SequenceShape(shape, batchFirst: batchFirst, features: features, module: "RNN", tensor: "rows") }
    }

    @Test(
        arguments: [
            ([4, 3, 2], [], "lengths", "a list of 0", "3, one per sequence"),
            ([4, 3, 2], [1, 2], "lengths", "a list of 2", "3, one per sequence"),
            ([4, 3, 2], [1, 2, 3, 4], "lengths", "a list of 4", "3, one per sequence"),
            ([4, 2], [4, 4], "lengths", "a list of 2", "1, one per sequence"),
            ([4, 3, 2], [0, 9, 9], "lengths[0]", "0", "1 … 4, the input's steps"),
            ([4, 3, 2], [4, -1, 9], "lengths[1]", "-1", "1 … 4, the input's steps"),
            ([4, 3, 2], [4, 1, 5], "lengths[2]", "5", "1 … 4, the input's steps"),
            ([4, 2], [5], "lengths[0]", "5", "1 … 4, the input's steps"),
        ] as [([Int], [Int], String, String, String)])
    func theFirstLengthThatDoesNotFitIsNamed(
        _ shape: [Int], _ lengths: [Int], _ tensor: String, _ found: String, _ expected: String
    ) {
        #expect(throws: ShapeError(module: "LSTM", tensor: tensor, found: found, expected: expected)) {
            try SequenceShape(shape, batchFirst: false, lengths: lengths, module: "LSTM")
        }
    }
}
