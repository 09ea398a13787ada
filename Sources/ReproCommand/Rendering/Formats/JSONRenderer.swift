/// JSON for programs, with the members of each command.
struct JSONRenderer: Renderer {
    func text(_ findings: Findings) -> String { findings.json.text(.pretty) }
}
