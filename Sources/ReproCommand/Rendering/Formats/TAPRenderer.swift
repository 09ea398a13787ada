/// The Test Anything Protocol, version 14.
struct TAPRenderer: Renderer {
    func text(_ findings: Findings) -> Escaped<TAP> {
        var text: Escaped<TAP> = "TAP version 14\n1..\(findings.cases.count)\n"
        for (index, finding) in findings.cases.enumerated() {
            text += finding.outcome == .passed ? "ok" : "not ok"
            text += " \(index + 1) - \(finding.name)\n"
            let headline: [StyledText] = finding.outcome == .passed ? [] : [StyledText(finding.headline)]
            for line in headline + finding.details { text += "# \(embedding: "\(line)" as Escaped<Terminal>)\n" }
        }
        return text
    }
}
