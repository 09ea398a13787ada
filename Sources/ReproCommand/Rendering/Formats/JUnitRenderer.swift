import Repro

/// JUnit's XML, one test case each: what differs is a failure, what could not be judged an error.
struct JUnitRenderer: Renderer {
    func closing(_ findings: Findings) -> Escaped<XML> {
        let cases = findings.cases.map { finding in
            let details = finding.detailsBelowHeadline.map(\.plain)
            let outcome: JUnitReport.Outcome =
                switch finding.outcome {
                case .passed: .passed
                case .failed: .failure(message: finding.headline, details: details)
                case .unjudged: .error(message: finding.headline, details: details)
                }
            return JUnitReport.Case(
                name: finding.name, className: "repro.\(findings.command)", outcome: outcome,
                output: finding.outcome == .passed ? details : [])
        }
        let suite = JUnitReport.Suite(name: "repro \(findings.command)", cases: cases)
        return Escaped(JUnitReport(suites: [suite]))
    }
}
