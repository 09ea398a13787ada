import ReproNN
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
