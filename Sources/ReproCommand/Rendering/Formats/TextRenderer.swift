/// Lines for a person, in colours where the terminal wants them; each case as soon as it is known.
struct TextRenderer: Renderer {
    let palette: Palette

    func text(_ finding: Finding, after earlier: [Finding]) -> Escaped<Terminal> { palette.paint(finding.lines) }

    func closing(_ findings: Findings) -> Escaped<Terminal> { palette.paint(findings.closing) }
}
