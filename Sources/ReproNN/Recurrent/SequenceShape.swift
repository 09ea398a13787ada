/// What the axes of a recurrent module's input mean: the one reading of `[T, B, I]`, `[B, T, I]`, `[T, I]` and `[P, I]`.
public struct SequenceShape: Sendable, Equatable {
    /// `T`: steps of the tensor, valid or not.
    public let steps: Int
    /// `B`: sequences; 1 where there is no axis of them.
    public let batch: Int
    /// Features of the last axis.
    public let features: Int
    /// Whether there is no axis of sequences.
    public let isBatchless: Bool
    /// Whether sequences are the first axis; false without a batch.
    public let batchFirst: Bool
    /// Valid steps of each sequence; nil for all of them.
    public let lengths: [Int]?
    /// Whether rows are valid positions alone, in the order in which layers run over them.
    public let isPacked: Bool

    /// - Parameters:
    ///   - shape: `[T, B, I]`, `[B, T, I]` batch first, or `[T, I]`.
    ///   - features: what the last axis has to be; nil for any size.
    ///   - module: the name in errors.
    /// - Throws: ``ShapeError`` for another rank, other features, no steps or no sequences; for a length of zero or beyond
    ///   the steps, and another number of lengths than of sequences.
    public init(
        _ shape: [Int], batchFirst: Bool, lengths: [Int]? = nil, features: Int? = nil, module: String,
        tensor: String = "input"
    ) throws(ShapeError) {
        guard shape.count == 2 || shape.count == 3, features == nil || shape[shape.count - 1] == features,
            shape.allSatisfy({ $0 > 0 })
        else {
            let wanted = features.map(String.init) ?? "features"
            let axes = batchFirst ? "[sequences, steps, \(wanted)]" : "[steps, sequences, \(wanted)]"
            throw ShapeError(
                module: module, tensor: tensor, found: "of shape \(shape)",
                expected: "\(axes) or [steps, \(wanted)], none of them 0")
        }
        isBatchless = shape.count == 2
        self.batchFirst = batchFirst && !isBatchless
        self.features = shape[shape.count - 1]
        steps = shape[self.batchFirst ? 1 : 0]
        batch = isBatchless ? 1 : shape[batchFirst ? 0 : 1]
        self.lengths = lengths
        isPacked = false
        guard let lengths else { return }
        guard lengths.count == batch else {
            throw ShapeError(
                module: module, tensor: "lengths", found: "a list of \(lengths.count)",
                expected: "\(batch), one per sequence")
        }
        try SequenceShape.verify(lengths, steps: steps, "the input's steps", module: module)
    }

    /// Rows of valid positions alone, `[P, I]`: step by step, and within a step sequences by descending length, equal ones in
    /// the batch's order. PyTorch's `PackedSequence`, where what sorted it was stable.
    ///
    /// - Throws: ``ShapeError`` for other rows than the lengths make, other features, no sequence, and a length below 1.
    public init(packed shape: [Int], lengths: [Int], features: Int, module: String) throws(ShapeError) {
        let steps = lengths.max() ?? 0
        try SequenceShape.verify(lengths, steps: max(steps, 1), "the longest", module: module)
        let positions = lengths.reduce(0, +)
        guard shape == [positions, features], positions > 0 else {
            throw ShapeError(
                module: module, tensor: "input", found: "of shape \(shape)",
                expected: "[\(positions), \(features)], the sum of the lengths")
        }
        (self.steps, batch, self.features, self.lengths) = (steps, lengths.count, features, lengths)
        (isBatchless, batchFirst, isPacked) = (false, false, true)
    }

    private static func verify(
        _ lengths: [Int], steps: Int, _ what: String, module: String
    ) throws(ShapeError) {
        for (index, length) in lengths.enumerated() where length < 1 || length > steps {
            throw ShapeError(
                module: module, tensor: "lengths[\(index)]", found: "\(length)", expected: "1 … \(steps), \(what)")
        }
    }

    /// A shape that the caller vouches for.
    ///
    /// - Precondition: ``init(_:batchFirst:lengths:features:module:tensor:)`` accepts it.
    init(trusting shape: [Int], batchFirst: Bool, lengths: [Int]? = nil) {
        do {
            try self.init(shape, batchFirst: batchFirst, lengths: lengths, module: "a sequence", tensor: "tensor")
        } catch {
            fatalError("\(error)")
        }
    }

    /// The shape of a tensor of `width` features over the same steps and sequences.
    public func rows(width: Int) -> [Int] {
        if isPacked { return [rowCount, width] }
        if isBatchless { return [steps, width] }
        return batchFirst ? [batch, steps, width] : [steps, batch, width]
    }

    /// The shape of states: `blocks` is layers × directions.
    public func states(blocks: Int, width: Int) -> [Int] { isBatchless ? [blocks, width] : [blocks, batch, width] }

    /// The tensor's rows of features.
    var rowCount: Int { isPacked ? lengths!.reduce(0, +) : batch * steps }

    /// The row of a step of a sequence, unless packed, among the tensor's rows of features.
    public func row(sequence: Int, step: Int) -> Int { batchFirst ? sequence * steps + step : step * batch + sequence }

    /// Valid steps of a sequence.
    public func length(_ sequence: Int) -> Int { lengths?[sequence] ?? steps }

    /// Where the valid positions stand in memory while layers run over them.
    var layout: SequenceLayout {
        lengths.map { SequenceLayout(lengths: $0, steps: steps) } ?? SequenceLayout(batch: batch, steps: steps)
    }
}
