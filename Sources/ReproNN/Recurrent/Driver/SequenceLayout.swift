import ReproNumerics

/// Where the positions of a batch stand in memory while a layer runs over them.
///
/// Rows are time-major and hold valid positions alone: step 0 of all sequences, then step 1 of those longer than 1, and
/// so on. Sequences are ranked by descending length, equal ones in batch order, so that the sequences still running at a
/// step are the first ranks. This order is one of memory; reductions follow `forEachPosition`, which is the contract's.
public struct SequenceLayout: Sendable, Equatable {
    /// Steps of the input, valid or not.
    public let steps: Int
    /// Sequences in the batch.
    public let batch: Int
    /// The longest sequence's length.
    public let longest: Int
    /// Valid positions.
    public let positions: Int
    /// What differs between sequences; nil where all are equally long, and ranks are the batch's order.
    private let order: Order?

    private final class Order: Sendable {
        let lengths: [Int]
        /// The sequence at each rank, and the rank of each sequence.
        let sequences: [Int]
        let ranks: [Int]
        /// The row where each step begins, and the number of rows at the end.
        let offsets: [Int]

        init(lengths: [Int]) {
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
    }

    /// - Precondition: every length is within 1 … `steps`.
    public init(lengths: [Int], steps: Int) {
        require(
            lengths.allSatisfy { $0 >= 1 && $0 <= steps },
            "lengths \(lengths) outside 1 … \(steps)")
        self.steps = steps
        batch = lengths.count
        if let first = lengths.first, lengths.contains(where: { $0 != first }) {
            let order = Order(lengths: lengths)
            longest = order.offsets.count - 1
            positions = order.offsets[longest]
            self.order = order
        } else {
            longest = lengths.first ?? 0
            positions = batch * longest
            order = nil
        }
    }

    /// Every sequence runs over all steps.
    public init(batch: Int, steps: Int) {
        self.steps = steps
        self.batch = batch
        longest = batch > 0 ? steps : 0
        positions = batch * longest
        order = nil
    }

    public static func == (a: SequenceLayout, b: SequenceLayout) -> Bool {
        a.steps == b.steps && a.batch == b.batch && a.longest == b.longest && a.order?.lengths == b.order?.lengths
    }

    /// Whether all sequences are equally long: ranks are then the batch's order.
    var isUniform: Bool { order == nil }

    @inline(__always)
    func length(_ sequence: Int) -> Int { order.map { $0.lengths[sequence] } ?? longest }
    @inline(__always)
    func sequence(rank: Int) -> Int { order.map { $0.sequences[rank] } ?? rank }
    @inline(__always)
    func rank(sequence: Int) -> Int { order.map { $0.ranks[sequence] } ?? sequence }
    /// The row where a step begins.
    @inline(__always)
    func offset(_ step: Int) -> Int { order.map { $0.offsets[step] } ?? step * batch }
    /// How many sequences are running at a step; 0 past the longest.
    @inline(__always)
    func running(_ step: Int) -> Int {
        guard let order else { return step < longest ? batch : 0 }
        return step < longest ? order.offsets[step + 1] - order.offsets[step] : 0
    }

    func row(sequence: Int, step: Int) -> Int { offset(step) + rank(sequence: sequence) }

    /// Visits every position in the contract's order: sequence by sequence, time ascending.
    @inline(__always)
    func forEachPosition(_ body: (_ sequence: Int, _ step: Int, _ row: Int) -> Void) {
        for sequence in 0..<batch {
            let rank = rank(sequence: sequence)
            for step in 0..<length(sequence) { body(sequence, step, offset(step) + rank) }
        }
    }

    /// The row of every position, in the contract's order.
    var rowsByPosition: [Int] {
        var rows: [Int] = []
        rows.reserveCapacity(positions)
        forEachPosition { _, _, row in rows.append(row) }
        return rows
    }
}
