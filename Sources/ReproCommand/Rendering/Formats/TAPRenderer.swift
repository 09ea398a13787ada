/// The Test Anything Protocol, version 14; each case as soon as it is known.
struct TAPRenderer: Renderer {
    func opening(_ count: Int) -> Escaped<TAP> { "TAP version 14\n1..\(count)\n" }

    func text(_ finding: Finding, after earlier: [Finding]) -> Escaped<TAP> {
        let word: Escaped<TAP> = finding.outcome == .passed ? "ok" : "not ok"
        var text: Escaped<TAP> = "\(word) \(earlier.count + 1) - \(finding.name)\n"
        let headline: [StyledText] = finding.outcome == .passed ? [] : [StyledText(finding.headline)]
        for line in headline + finding.detailsBelowHeadline {
            text += "# \(embedding: "\(line)" as Escaped<Terminal>)\n"
        }
        return text
    }

    func closing(_ findings: Findings) -> Escaped<TAP> { "" }
}
