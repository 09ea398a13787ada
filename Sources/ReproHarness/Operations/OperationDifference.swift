import ReproFormats
import ReproTrace
import ReproVerification

/// Compares two files of traced operations.
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
