import Foundation

/// A table in Markdown, and the details of what did not pass, folded away.
struct MarkdownRenderer: Renderer {
    func text(_ findings: Findings) -> String {
        var lines = [
            "### repro \(findings.command): \(cell(findings.summary))", "",
            "| \(findings.subject) | verdict | digest |", "|---|---|---|",
        ]
        for finding in findings.cases {
            let digest = finding.digest.map { "`\($0.abbreviated)`" } ?? ""
            lines.append("| \(cell(finding.name)) | \(cell(finding.headline)) | \(digest) |")
        }
        for finding in findings.cases where finding.outcome != .passed && !finding.details.isEmpty {
            lines += ["", "<details><summary>\(cell(finding.name))</summary>", "", "```"]
            lines += finding.details.map { $0.plain.replacingOccurrences(of: "```", with: "'''") }
            lines += ["```", "", "</details>"]
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private func cell(_ text: String) -> String {
        text.replacingOccurrences(of: "|", with: "\\|").replacingOccurrences(of: "\n", with: " ")
            .replacingOccurrences(of: "<", with: "&lt;")
    }
}
