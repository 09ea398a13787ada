/// GitHub's workflow commands: one error annotation for each case that did not pass, the rest in one where there are too many.
struct GitHubRenderer: Renderer {
    /// A step shows at most so many error annotations.
    private static let greatestCount = 10

    func text(_ findings: Findings) -> Escaped<Terminal> {
        let failed = findings.cases.filter { $0.outcome != .passed }
        let isCapped = failed.count > GitHubRenderer.greatestCount
        let shownCount = isCapped ? GitHubRenderer.greatestCount - 1 : failed.count
        var lines = failed.prefix(shownCount).map { finding -> Escaped<Terminal> in
            let title: Escaped<GitHubProperty> = "\("repro \(findings.command): \(finding.name)")"
            let place: Escaped<GitHubProperty> = finding.file.map { "file=\($0),title=\(title)" } ?? "title=\(title)"
            let message = (["\(finding.headline)"] + finding.details.map { "\($0)" }) as [Escaped<GitHubMessage>]
            return "::error \(embedding: place)::\(embedding: message.joined("%0A"))\n"
        }
        if isCapped {
            let names = failed.dropFirst(shownCount).map(\.name).joined(separator: ", ")
            let title: Escaped<GitHubProperty> = "repro \(findings.command)"
            let message: Escaped<GitHubMessage> = "also failed: \(names)"
            lines.append("::error title=\(embedding: title)::\(embedding: message)\n")
        }
        return (lines + ["\(findings.summary)\n"]).joined()
    }
}
