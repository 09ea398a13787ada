import ReproFormats
import ReproTrace

/// `trace.tsv` of a run directory, read line by line.
public enum OperationTrace {
    /// Hands every operation over, in order.
    ///
    /// - Throws: `FormatError` where the file is no trace, and what `body` throws.
    public static func forEach(path: String, _ body: (TracedOperation) throws -> Void) throws {
        var lines = try LineReader(path: path)
        var number = 0
        while let line = try lines.next() {
            number += 1
            if number == 1 {
                guard line == OperationLog.header else {
                    throw malformed(path, number, "the first line is not '\(OperationLog.header)'")
                }
                continue
            }
            let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
            if number == 2, fields == OperationLog.columns { continue }
            guard number > 2, fields.count == OperationLog.columns.count,
                let type = ElementType(rawValue: fields[2]), let digest = Digest(hexadecimal: fields[4])
            else { throw malformed(path, number, "not a line of a trace") }
            let sizes = fields[3].split(separator: "x").map { Int($0) }
            guard sizes.allSatisfy({ $0 != nil && $0! >= 0 }) else {
                throw malformed(path, number, "the shape '\(fields[3])' is none")
            }
            try body(
                TracedOperation(
                    stage: fields[0], name: fields[1], elementType: type, shape: sizes.compactMap { $0 },
                    digest: digest))
        }
        if number < 2 { throw malformed(path, number, "the file ends before the first operation") }
    }

    private static func malformed(_ path: String, _ line: Int, _ problem: String) -> FormatError {
        FormatError(
            .badData, path: path, line: line, problem: problem,
            remedy: "name a run directory that `repro run --trace operation` wrote")
    }
}
