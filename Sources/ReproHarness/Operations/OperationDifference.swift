import ReproFormats
import ReproTrace
import ReproVerification

/// Where the operations of two runs part.
public struct OperationDifference: Sendable, Equatable {
    /// The first operation that differs, as either side has it; nil where that side has ended.
    public let before: TracedOperation?
    public let after: TracedOperation?
    /// How many operations differ, and how many the longer side has, of the stages that both traced.
    public let differingCount: Int
    public let count: Int

    /// Compares the stages that both traced, operation by operation; nil where they are equal. A trace of one stage can so be
    /// held against that of a whole run.
    ///
    /// - Throws: `FormatError` where a file is no trace.
    public init?(_ a: String, _ b: String) throws(FormatError) {
        let common = Set(try OperationTrace.stages(of: a)).intersection(try OperationTrace.stages(of: b))
        var (left, right) = (try OperationTrace(path: a), try OperationTrace(path: b))
        var first: (before: TracedOperation?, after: TracedOperation?)?
        var (differing, count) = (0, 0)
        while true {
            let (x, y) = (try left.next(in: common), try right.next(in: common))
            if x == nil && y == nil { break }
            count += 1
            if x == y { continue }
            differing += 1
            first = first ?? (x, y)
        }
        guard !common.isEmpty else {
            throw FormatError(
                .badData, path: b, problem: "no stage of it is in \(a)", remedy: "trace a stage that both runs have")
        }
        guard let first else { return nil }
        (before, after) = first
        differingCount = differing
        self.count = count
    }

    /// Where it begins: `STAGE/OPERATION`.
    public var place: String { (before ?? after).map { $0.stage + "/" + $0.name } ?? "" }

    /// What is not the same structure; nil where the same operation has other numbers.
    public var structure: Drift.Structure? {
        guard let before, let after, before.stage == after.stage, before.name == after.name else {
            return before == nil ? .unexpected(place) : .missing(place)
        }
        if before.elementType != after.elementType {
            return .elementType(expected: before.elementType, found: after.elementType)
        }
        return before.shape == after.shape ? nil : .shape(expected: before.shape, found: after.shape)
    }
}
