import Synchronization

/// What an audit knows so far, and the user's files that it holds: for whoever interrupts it from elsewhere.
public final class AuditRecord: Sendable {
    let known: Mutex<AuditReport>
    private let directory: WorkingDirectory

    init(_ report: AuditReport, _ directory: WorkingDirectory) {
        known = Mutex(report)
        self.directory = directory
    }

    /// Gives the user's files back, and the report of what was found so far, once every process has ended.
    public func interrupted() -> AuditReport {
        directory.restore()
        return known.withLock { report in
            var report = report
            if report.distinct > 1 {
                report.verdict = .notRepeatable
                report.remarks.append("interrupted: the causes may not be all")
            } else {
                report.verdict = .notJudged
                report.reason = "interrupted before it was judged"
            }
            return report
        }
    }
}
