import ReproTrace

/// Compares the operations of two runs as they come, one beside the other, and keeps the first pair that differs.
public struct OperationComparison: Sendable, Equatable {
    /// The first pair that differs, in the order of the data flow, and the last.
    public private(set) var first, last: Pair<TracedOperation>?
    /// How many operations differ, and how many the longer side has so far.
    public private(set) var differingCount = 0
    /// How many operations there are.
    public private(set) var count = 0

    public init() {}

    /// Takes the next operation of either side, nil from one that has ended. Returns whether they are the first that differ.
    @discardableResult
    public mutating func receive(_ before: TracedOperation?, _ after: TracedOperation?) -> Bool {
        count += 1
        if before == after { return false }
        differingCount += 1
        last = Pair(before: before, after: after)
        guard first == nil else { return false }
        first = last
        return true
    }

    /// Takes the next operation, whose counterpart stands at the same place in a list.
    @discardableResult
    public mutating func receive(_ operation: TracedOperation, besides expected: [TracedOperation]) -> Bool {
        receive(count < expected.count ? expected[count] : nil, operation)
    }

    /// Where the difference begins: `STAGE/OPERATION`; empty where there is none.
    public var place: String { (first?.before ?? first?.after)?.place ?? "" }

    /// What is not the same structure; nil where the same operation has other numbers.
    public var structure: StructureDifference? {
        guard let first else { return nil }
        guard let before = first.before, let after = first.after, before.place == after.place else {
            return first.before == nil ? .unexpected(place) : .missing(place)
        }
        return StructureDifference(
            expected: (before.elementType, before.shape), found: (after.elementType, after.shape))
    }
}
