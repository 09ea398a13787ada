import Foundation
import Repro

/// Draws findings in one format, and computes nothing. A new format is a file with a type that conforms, and its line in
/// ``Format``.
protocol Renderer {
    associatedtype Place: Sink
    /// What is written as soon as a case is known.
    func text(_ finding: Finding) -> Escaped<Place>
    /// What is written once all cases are.
    func text(_ findings: Findings) -> Escaped<Place>
}

extension Renderer {
    func text(_ finding: Finding) -> Escaped<Place> { "" }

    fileprivate func write(_ finding: Finding) throws { try Output.write(text(finding)) }
    fileprivate func write(_ findings: Findings) throws { try Output.write(text(findings)) }
}

/// What --format may be.
enum Format: String, CaseIterable {
    case text, json, junit, tap, github, markdown

    func renderer(_ palette: Palette) -> any Renderer {
        switch self {
        case .text: TextRenderer(palette: palette)
        case .json: JSONRenderer()
        case .junit: JUnitRenderer()
        case .tap: TAPRenderer()
        case .github: GitHubRenderer()
        case .markdown: MarkdownRenderer()
        }
    }
}

extension Context {
    private var renderer: any Renderer { format.renderer(palette) }

    /// Shows a case while others are still to come, where the format does so.
    func show(_ finding: Finding) throws { try renderer.write(finding) }

    /// Shows everything else; each case has to have been shown.
    func finish(_ findings: Findings) throws {
        try renderer.write(findings)
        if format == .github, let path = stepSummary {
            try append(MarkdownRenderer().text(findings), to: path)
        }
    }

    /// Shows findings that came all at once.
    func write(_ findings: Findings) throws {
        for finding in findings.cases { try show(finding) }
        try finish(findings)
    }

    /// Prints lines of text.
    func write(_ lines: [StyledText]) throws {
        try Output.write(palette.paint(lines))
    }

    /// Adds text to a file that a service collects.
    private func append(_ text: Escaped<Markdown>, to path: String) throws {
        guard let file = fopen(path, "a") else {
            throw FormatError(
                .cannotCreate, path: path, problem: String(cString: strerror(errno)),
                remedy: "unset GITHUB_STEP_SUMMARY where there is no such service")
        }
        defer { fclose(file) }
        guard fputs(text.text, file) >= 0 else {
            throw FormatError(
                .inputOutput, path: path, problem: String(cString: strerror(errno)), remedy: "free some space")
        }
    }
}
