import ReproTrace

/// Compares the operations of a run, as they come, with those of another.
public struct OperationComparison: Sendable {
    private let expected: [TracedOperation]
    private var position = 0
    /// The first operation that differs, in the order of the data flow, and the last.
    public private(set) var first: TracedOperation?
    public private(set) var last: TracedOperation?
    public private(set) var differingCount = 0

    public init(with expected: [TracedOperation]) {
        self.expected = expected
    }

    /// Takes the next operation. Returns whether it is the first that differs.
    public mutating func receive(_ operation: TracedOperation) -> Bool {
        defer { position += 1 }
        if position < expected.count, expected[position] == operation { return false }
        differingCount += 1
        last = operation
        guard first == nil else { return false }
        first = operation
        return true
    }

    /// How many operations are still expected.
    public var missingCount: Int { max(0, expected.count - position) }
}
