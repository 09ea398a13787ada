/// JSON for programs, with the members of each command.
struct JSONRenderer: Renderer {
    func closing(_ findings: Findings) -> Escaped<JSON> { Escaped(findings.json) }
}
