import Foundation

/// GitHub's workflow commands: one error annotation for each case that did not pass, the rest in one where there are too many.
struct GitHubRenderer: Renderer {
    /// A step shows at most so many error annotations.
    private static let greatestCount = 10

    func text(_ findings: Findings) -> String {
        let failed = findings.cases.filter { $0.outcome != .passed }
        let isCapped = failed.count > GitHubRenderer.greatestCount
        let shownCount = isCapped ? GitHubRenderer.greatestCount - 1 : failed.count
        var lines = failed.prefix(shownCount).map { finding in
            let file = finding.file.map { "file=\(property($0))," } ?? ""
            let text = ([finding.headline] + finding.details.map(\.plain)).joined(separator: "\n")
            return "::error \(file)title=\(property("repro \(findings.command): \(finding.name)"))::\(escaped(text))"
        }
        if isCapped {
            let names = failed.dropFirst(shownCount).map(\.name).joined(separator: ", ")
            lines.append("::error title=repro \(findings.command)::\(escaped("also failed: \(names)"))")
        }
        lines.append(findings.summary)
        return lines.joined(separator: "\n") + "\n"
    }

    /// What stands after `::` may hold no line ends, and `%` introduces an escape.
    private func escaped(_ text: String) -> String {
        text.replacingOccurrences(of: "%", with: "%25").replacingOccurrences(of: "\r", with: "%0D")
            .replacingOccurrences(of: "\n", with: "%0A")
    }

    private func property(_ text: String) -> String {
        escaped(text).replacingOccurrences(of: ":", with: "%3A").replacingOccurrences(of: ",", with: "%2C")
    }
}
