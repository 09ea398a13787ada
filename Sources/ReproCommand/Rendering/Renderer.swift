import Foundation
import Repro

/// Draws findings in one format, and computes nothing. What can be written before the last case is known comes as early as it
/// can; what is a whole document comes at the end. A new format is a file with a type that conforms, and its line in ``Format``.
protocol Renderer {
    associatedtype Place: Sink
    /// What is written before the first of so many cases.
    func opening(_ count: Int) -> Escaped<Place>
    /// What is written as soon as a case is known, behind the earlier ones.
    func text(_ finding: Finding, after earlier: [Finding]) -> Escaped<Place>
    /// What is written once all cases are.
    func closing(_ findings: Findings) -> Escaped<Place>
}

extension Renderer {
    func opening(_ count: Int) -> Escaped<Place> { "" }
    func text(_ finding: Finding, after earlier: [Finding]) -> Escaped<Place> { "" }

    /// The last of the cases that are known, of `count`.
    fileprivate func write(_ cases: [Finding], of count: Int) throws {
        let opening = cases.count == 1 ? opening(count) : ""
        try Output.write("\(opening)\(text(cases[cases.count - 1], after: cases.dropLast()))" as Escaped<Place>)
    }
    fileprivate func write(_ findings: Findings) throws {
        let opening = findings.cases.isEmpty ? opening(0) : ""
        try Output.write("\(opening)\(closing(findings))" as Escaped<Place>)
    }
}

/// What --format may be.
enum Format: String, CaseIterable {
    case text, json, junit, tap, github, markdown

    /// - Parameters:
    ///   - command: the command whose findings are drawn.
    ///   - root: the folder that a service knows files relative to.
    func renderer(_ palette: Palette, _ command: String, root: String?) -> any Renderer {
        switch self {
        case .text: TextRenderer(palette: palette)
        case .json: JSONRenderer()
        case .junit: JUnitRenderer()
        case .tap: TAPRenderer()
        case .github: GitHubRenderer(root: root, command: command)
        case .markdown: MarkdownRenderer()
        }
    }
}

extension Context {
    private var renderer: any Renderer { format.renderer(palette, arguments.specification.name, root: checkout) }

    /// Shows the last of the cases that are known while others are still to come, where the format does so.
    ///
    /// - Parameter count: how many cases there will be.
    func show(_ cases: [Finding], of count: Int) throws { try renderer.write(cases, of: count) }

    /// Shows everything else; each case has to have been shown.
    func finish(_ findings: Findings) throws {
        try renderer.write(findings)
        if format == .github, let path = stepSummary {
            let text: Escaped<Markdown> = MarkdownRenderer().closing(findings)
            if let problem = append(text, to: path) {
                messages.remark("no summary of the step was written: GITHUB_STEP_SUMMARY is \(path): \(problem)")
            }
        }
    }

    /// Shows findings that came all at once.
    func write(_ findings: Findings) throws {
        for index in findings.cases.indices { try show(Array(findings.cases[...index]), of: findings.cases.count) }
        try finish(findings)
    }

    /// Prints lines of text.
    func write(_ lines: [StyledText]) throws {
        try Output.write(palette.paint(lines))
    }

    /// Adds text to a file that a service collects. The verdict stands whatever becomes of that.
    ///
    /// - Returns: what went wrong; nil where nothing did.
    private func append(_ text: Escaped<Markdown>, to path: String) -> String? {
        // A pipe that nobody reads is an error at once, and no reason to wait.
        let file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK | O_CLOEXEC, 0o666)
        guard file >= 0 else { return String(cString: strerror(errno)) }
        var rest = Array(text.text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Foundation.write(file, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else {
                defer { close(file) }
                return String(cString: strerror(errno))
            }
            rest = rest.dropFirst(count)
        }
        return close(file) == 0 ? nil : String(cString: strerror(errno))
    }
}
