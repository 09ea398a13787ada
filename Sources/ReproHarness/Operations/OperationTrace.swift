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
        guard fields.count == OperationLog.columns.count, let stage = StageID(fields[0]),
            let type = ElementType(rawValue: fields[2]), let digest = Digest(hexadecimal: fields[4])
        else { throw OperationTrace.malformed(path, number, "not a line of a trace") }
        let sizes = fields[3].split(separator: "x").map { Int($0) ?? -1 }
        guard sizes.allSatisfy({ $0 >= 0 }) else {
            throw OperationTrace.malformed(path, number, "the shape '\(fields[3])' is none")
        }
        return TracedOperation(stage: stage, name: fields[1], elementType: type, shape: sizes, digest: digest)
    }

    private static func malformed(_ path: String, _ line: Int, _ problem: String) -> FormatError {
        FormatError(
            .badData, path: path, line: line, problem: problem,
            remedy: "name a run directory that `repro run --trace operation` wrote")
    }
}

extension OperationTrace {
    /// The stages of a trace, in their order.
    static func stages(of path: String) throws(FormatError) -> [StageID] {
        var trace = try OperationTrace(path: path)
        var stages: [StageID] = []
        while let operation = try trace.next() {
            if stages.last != operation.stage { stages.append(operation.stage) }
        }
        return stages
    }

    /// The next operation of these stages; nil at the end.
    mutating func next(in stages: Set<StageID>) throws(FormatError) -> TracedOperation? {
        while let operation = try next() {
            if stages.contains(operation.stage) { return operation }
        }
        return nil
    }
}

extension OperationComparison {
    /// Compares the stages that both of two files trace, operation by operation; nil where they are equal. So a trace
    /// of one stage can be held against that of a whole run.
    ///
    /// - Throws: `FormatError` where a file is no trace, or no stage is in both.
    public static func traces(_ a: String, _ b: String) throws(FormatError) -> OperationComparison? {
        let common = Set(try OperationTrace.stages(of: a)).intersection(try OperationTrace.stages(of: b))
        guard !common.isEmpty else {
            throw FormatError(
                .badData, path: b, problem: "no stage of it is in \(a)", remedy: "trace a stage that both runs have")
        }
        var (left, right) = (try OperationTrace(path: a), try OperationTrace(path: b))
        var comparison = OperationComparison()
        while true {
            let (x, y) = (try left.next(in: common), try right.next(in: common))
            if x == nil && y == nil { return comparison.first == nil ? nil : comparison }
            comparison.receive(x, y)
        }
    }
}
