import Repro

/// What a command came to, a case at a time, for the services that run it and for people who read what those show.
struct ServiceReport {
    enum Outcome {
        case passed
        /// It ran, and differs.
        case failed
        /// It could not be judged.
        case unjudged
    }

    struct Case {
        let name: String
        let outcome: Outcome
        /// One line: the verdict, and where it began.
        let headline: String
        var details: [String] = []
        var digest: Digest?
        /// The file that the case is about, for services that show messages beside files.
        var file: String?
    }

    /// The formats of a command that reports: its own text and JSON, and those below.
    static let formats = ["text", "json", "junit", "tap", "github", "markdown"]

    let command: String
    /// What a case is called.
    let subject: String
    /// One line over all cases.
    let summary: String
    let cases: [Case]

    /// Writes the report in the format that was asked for; nothing for text and JSON, which a command writes itself.
    func write(_ context: Context) throws {
        switch context.format {
        case .text, .json: return
        case .junit: try Output.write(junit)
        case .tap: try Output.write(tap)
        case .markdown: try Output.write(markdown)
        case .github:
            try Output.write(github)
            if let path = context.stepSummary { try ServiceReport.append(markdown, to: path) }
        }
    }
}
