import ReproFormats
import ReproTrace

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

extension OperationTrace {
    /// The stages of a trace, in their order.
    static func stages(of path: String) throws(FormatError) -> [String] {
        var trace = try OperationTrace(path: path)
        var stages: [String] = []
        while let operation = try trace.next() {
            if stages.last != operation.stage { stages.append(operation.stage) }
        }
        return stages
    }

    /// The next operation of these stages; nil at the end.
    mutating func next(in stages: Set<String>) throws(FormatError) -> TracedOperation? {
        while let operation = try next() {
            if stages.contains(operation.stage) { return operation }
        }
        return nil
    }
}
