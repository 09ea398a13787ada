import ReproNN
import ReproNumerics

/// The sequences of one split, in their order.
public struct SequenceSet: Sendable {
    /// The whole split as one batch, which a planted fault may change.
    public internal(set) var all: SequenceBatch
    /// The first position of each sequence, and the number of positions at the end.
    private let offsets: [Int]
    /// Whether there is one target per position, not one per sequence.
    private let tagging: Bool

    /// - Precondition: at least one sequence, each of at least one position; as many targets as the task needs, or numbers.
    public init(_ all: SequenceBatch, tagging: Bool) {
        require(!all.lengths.isEmpty && all.lengths.allSatisfy { $0 > 0 }, "an empty split or sequence")
        self.all = all
        self.tagging = tagging
        var offsets = [0]
        for length in all.lengths { offsets.append(offsets[offsets.count - 1] + length) }
        self.offsets = offsets
        require(
            all.targetCount == (tagging ? offsets[offsets.count - 1] : all.lengths.count)
                && (all.targets.isEmpty || all.numbers.isEmpty) && all.affixes.allSatisfy { $0.count == all.positions },
            "\(all.targets.count) targets, \(all.numbers.count) numbers, \(all.affixes.map(\.count)) affixes")
    }

    /// How many sequences there are.
    public var count: Int { all.lengths.count }

    /// The sequences at these indices, in this order.
    public func batch(_ indices: some Collection<Int>) -> SequenceBatch {
        let inputs: SequenceBatch.Inputs
        switch all.inputs {
        case .tokens(let tokens):
            inputs = .tokens(indices.flatMap { tokens[offsets[$0]..<offsets[$0 + 1]] })
        case .features(let features):
            let width = features.shape[1]
            let elements = indices.flatMap { features.elements[(offsets[$0] * width)..<(offsets[$0 + 1] * width)] }
            inputs = .features(Tensor(shape: [elements.count / width, width], elements: elements))
        }
        let targets: [Int]
        switch (tagging, all.targets.isEmpty) {
        case (_, true): targets = []
        case (true, _): targets = indices.flatMap { all.targets[offsets[$0]..<offsets[$0 + 1]] }
        case (false, _): targets = indices.map { all.targets[$0] }
        }
        return SequenceBatch(
            inputs: inputs, lengths: indices.map { all.lengths[$0] }, targets: targets,
            numbers: all.numbers.isEmpty ? [] : indices.map { all.numbers[$0] },
            affixes: all.affixes.map { column in indices.flatMap { column[offsets[$0]..<offsets[$0 + 1]] } })
    }
}
