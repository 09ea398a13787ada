/// GitHub's workflow commands: one error annotation for each case that did not pass, one notice for each other that has something
/// to say, the rest of each kind in one where there are too many.
struct GitHubRenderer: Renderer {
    /// A step shows at most so many annotations of a kind.
    private static let greatestCount = 10

    func text(_ findings: Findings) -> Escaped<Terminal> {
        let failed = findings.cases.filter { $0.outcome != .passed }
        let told = findings.cases.filter { $0.outcome == .passed && !$0.rows.isEmpty }
        var text = annotations("error", failed, more: "also failed", findings.command)
        text += annotations("notice", told, more: "also", findings.command)
        text += "\(findings.summary)\n"
        return text
    }

    private func annotations(_ kind: String, _ cases: [Finding], more: String, _ command: String) -> Escaped<Terminal> {
        let isCapped = cases.count > GitHubRenderer.greatestCount
        let shownCount = isCapped ? GitHubRenderer.greatestCount - 1 : cases.count
        var lines = cases.prefix(shownCount).map { finding -> Escaped<Terminal> in
            let title: Escaped<GitHubProperty> = "\("repro \(command): \(finding.name)")"
            let place: Escaped<GitHubProperty> = finding.file.map { "file=\($0),title=\(title)" } ?? "title=\(title)"
            let message = (["\(finding.headline)"] + finding.details.map { "\($0)" }) as [Escaped<GitHubMessage>]
            return "::\(kind) \(embedding: place)::\(embedding: message.joined("%0A"))\n"
        }
        if isCapped {
            let names = cases.dropFirst(shownCount).map(\.name).joined(separator: ", ")
            let title: Escaped<GitHubProperty> = "repro \(command)"
            let message: Escaped<GitHubMessage> = "\(more): \(names)"
            lines.append("::\(kind) title=\(embedding: title)::\(embedding: message)\n")
        }
        return lines.joined()
    }
}
