import Repro

/// A table in Markdown, and the details of each case that has some: folded away where it passed.
struct MarkdownRenderer: Renderer {
    func closing(_ findings: Findings) -> Escaped<Markdown> {
        var text: Escaped<Markdown> = """
            ### repro \(findings.command): \(findings.summary)

            | \(findings.subject) | verdict | digest |
            |---|---|---|

            """
        for finding in findings.cases {
            let digest: Escaped<Markdown> = finding.digest.map { "`\($0.abbreviated)`" } ?? ""
            text += "| \(finding.name) | \(finding.headline) | \(digest) |\n"
        }
        for finding in findings.cases where !finding.detailsBelowHeadline.isEmpty {
            let opening: Escaped<Markdown> = finding.outcome == .passed ? "<details>" : "<details open>"
            let lines = finding.detailsBelowHeadline.map { "\($0)\n" as Escaped<MarkdownFence> }.joined()
            text += """

                \(opening)<summary>\(finding.name)</summary>

                ```
                \(embedding: lines)```

                </details>

                """
        }
        return text
    }
}
