import ReproFormats
import ReproTrace
import ReproVerification

/// The operations of a `trace.tsv`, one after another, so that traces larger than memory can be walked.
public struct OperationTrace {
    private let path: String
    private var lines: LineReader
    private var number = 2

    /// Opens a trace.
    ///
    /// - Throws: `FormatError` where the file is none.
    public init(path: String) throws(FormatError) {
        self.path = path
        lines = try LineReader(path: path)
        guard try lines.next() == OperationLog.header else {
            throw OperationTrace.malformed(path, 1, "the first line is not '\(OperationLog.header)'")
        }
        guard try lines.next() == OperationLog.columns.joined(separator: "\t") else {
            throw OperationTrace.malformed(path, 2, "the second line does not name the columns")
        }
    }

    /// The next operation; nil at the end.
    ///
    /// - Throws: `FormatError`, `.badData` with the line.
    public mutating func next() throws(FormatError) -> TracedOperation? {
        guard let line = try lines.next() else { return nil }
        number += 1
        let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
        guard fields.count == OperationLog.columns.count, let type = ElementType(rawValue: fields[2]),
            let digest = Digest(hexadecimal: fields[4])
        else { throw OperationTrace.malformed(path, number, "not a line of a trace") }
        let sizes = fields[3].split(separator: "x").map { Int($0) ?? -1 }
        guard sizes.allSatisfy({ $0 >= 0 }) else {
            throw OperationTrace.malformed(path, number, "the shape '\(fields[3])' is none")
        }
        return TracedOperation(stage: fields[0], name: fields[1], elementType: type, shape: sizes, digest: digest)
    }

    private static func malformed(_ path: String, _ line: Int, _ problem: String) -> FormatError {
        FormatError(
            .badData, path: path, line: line, problem: problem,
            remedy: "name a run directory that `repro run --trace operation` wrote")
    }
}

/// Where the operations of two runs part.
public struct OperationDifference: Sendable, Equatable {
    /// The first operation that differs, as either side has it; nil where that side has ended.
    public let before: TracedOperation?
    public let after: TracedOperation?
    /// How many lines differ, and how many the longer trace has.
    public let differingCount: Int
    public let count: Int

    /// Compares two traces line by line; nil where they are equal.
    ///
    /// - Throws: `FormatError` where a file is no trace.
    public init?(_ a: String, _ b: String) throws(FormatError) {
        var (left, right) = (try OperationTrace(path: a), try OperationTrace(path: b))
        var first: (before: TracedOperation?, after: TracedOperation?)?
        var (differing, count) = (0, 0)
        while true {
            let (x, y) = (try left.next(), try right.next())
            if x == nil && y == nil { break }
            count += 1
            if x == y { continue }
            differing += 1
            first = first ?? (x, y)
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
