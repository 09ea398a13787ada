/// Lines for a person, in colours where the terminal wants them; each case as soon as it is known.
struct TextRenderer: Renderer {
    let palette: Palette

    func text(_ finding: Finding) -> String { text(finding.lines) }

    func text(_ findings: Findings) -> String { text(findings.closing) }

    private func text(_ lines: [StyledText]) -> String { lines.map { palette.paint($0) + "\n" }.joined() }
}
