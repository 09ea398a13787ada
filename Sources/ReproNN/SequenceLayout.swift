/// Where the positions of a batch stand in memory while a layer runs over them.
///
/// Rows are time-major and hold valid positions alone: step 0 of all sequences, then step 1 of those longer than 1, and
/// so on. Sequences are ranked by descending length, equal ones in batch order, so that the sequences still running at a
/// step are the first ranks. This order is one of memory; reductions follow `positionRows`, which is the contract's.
public struct SequenceLayout: Sendable, Equatable {
    /// Steps of the input, valid or not.
    public let steps: Int
    /// Valid steps of each sequence, in batch order.
    public let lengths: [Int]
    /// The sequence at each rank.
    let sequences: [Int]
    /// The rank of each sequence.
    let ranks: [Int]
    /// The row where each step begins, and the number of rows at the end.
    let offsets: [Int]

    /// - Precondition: every length is within 1 … `steps`.
    public init(lengths: [Int], steps: Int) {
        precondition(
            lengths.allSatisfy { $0 >= 1 && $0 <= steps },
            "lengths \(lengths) outside 1 … \(steps)")
        self.steps = steps
        self.lengths = lengths
        sequences = lengths.indices.sorted { (lengths[$0], $1) > (lengths[$1], $0) }
        var ranks = [Int](repeating: 0, count: lengths.count)
        for (rank, sequence) in sequences.enumerated() { ranks[sequence] = rank }
        self.ranks = ranks
        var offsets = [0]
        var running = lengths.count
        for step in 0..<(lengths.max() ?? 0) {
            while running > 0 && lengths[sequences[running - 1]] <= step { running -= 1 }
            offsets.append(offsets[step] + running)
        }
        self.offsets = offsets
    }

    /// Sequences in the batch.
    public var batch: Int { lengths.count }
    /// The longest sequence's length.
    public var longest: Int { offsets.count - 1 }
    /// Valid positions.
    public var positions: Int { offsets[offsets.count - 1] }

    /// How many sequences are running at a step; 0 past the longest.
    func running(_ step: Int) -> Int { step < longest ? offsets[step + 1] - offsets[step] : 0 }

    func row(sequence: Int, step: Int) -> Int { offsets[step] + ranks[sequence] }

    /// The row of every position in the contract's order: sequence by sequence, time ascending.
    var positionRows: [Int] {
        var rows: [Int] = []
        rows.reserveCapacity(positions)
        for sequence in 0..<batch {
            for step in 0..<lengths[sequence] { rows.append(offsets[step] + ranks[sequence]) }
        }
        return rows
    }
}
