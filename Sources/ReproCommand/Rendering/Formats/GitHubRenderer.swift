import Repro

/// GitHub's workflow commands: one error annotation for each case that did not pass, one notice for each other that has something
/// to say, the rest of each kind in one where there are too many.
struct GitHubRenderer: Renderer {
    /// The folder that the service knows files relative to; nil where that is not known.
    let root: String?
    private enum Kind: String {
        case error, notice
    }

    /// A step shows at most so many annotations of a kind. Whether the last of them stands for one case or for several is known
    /// at the end; those before it are written as they come.
    private static let greatestCount = 10

    /// The command whose findings they are.
    let command: String

    func text(_ finding: Finding, after earlier: [Finding]) -> Escaped<Terminal> {
        guard let kind = kind(finding) else { return "" }
        let place = earlier.count { self.kind($0) == kind }
        return place < GitHubRenderer.greatestCount - 1 ? annotation(kind, finding) : ""
    }

    func closing(_ findings: Findings) -> Escaped<Terminal> {
        let errors = rest(.error, findings, more: "also failed")
        return "\(errors)\(rest(.notice, findings, more: "also"))\(findings.summary)\n"
    }

    private func kind(_ finding: Finding) -> Kind? {
        if finding.outcome != .passed { return .error }
        return finding.rows.isEmpty ? nil : .notice
    }

    /// What the cases came to that were too many to be shown at once.
    private func rest(_ kind: Kind, _ findings: Findings, more: String) -> Escaped<Terminal> {
        let late = findings.cases.filter { self.kind($0) == kind }.dropFirst(GitHubRenderer.greatestCount - 1)
        if late.count <= 1 { return late.map { annotation(kind, $0) }.joined() }
        let names = late.map(\.name).joined(separator: ", ")
        let title: Escaped<GitHubProperty> = "repro \(command)"
        let message: Escaped<GitHubMessage> = "\(more): \(names)"
        return "::\(kind.rawValue) title=\(embedding: title)::\(embedding: message)\n"
    }

    /// The file of a case as the service knows it; one outside its folder as it was named.
    private func file(_ finding: Finding) -> String? {
        guard let file = finding.file, let root else { return finding.file }
        let path = Paths.relative(file, from: root)
        return path.hasPrefix("../") ? file : path
    }

    private func annotation(_ kind: Kind, _ finding: Finding) -> Escaped<Terminal> {
        let title: Escaped<GitHubProperty> = "\("repro \(command): \(finding.name)")"
        let place: Escaped<GitHubProperty> = file(finding).map { "file=\($0),title=\(title)" } ?? "title=\(title)"
        let message =
            (["\(finding.headline)"] + finding.detailsBelowHeadline.map { "\($0)" }) as [Escaped<GitHubMessage>]
        return "::\(kind.rawValue) \(embedding: place)::\(embedding: message.joined("%0A"))\n"
    }
}
