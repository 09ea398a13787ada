import Repro

/// What a command found, case by case: the one model that every format draws. Whatever is computed is computed before.
struct Findings {
    /// The command that found it.
    let command: String
    /// What a case is called.
    let subject: String
    let cases: [Finding]
    /// One line over all cases.
    let summary: String
    /// What a person reads below the cases.
    var closing: [StyledText] = []
    /// All of it, for programs.
    let json: JSONValue
}

/// One case of several.
struct Finding {
    enum Outcome {
        case passed
        /// It ran, and differs.
        case failed
        /// It could not be judged.
        case unjudged
    }

    let name: String
    let outcome: Outcome
    /// One line: the verdict, and where it began.
    let headline: String
    /// More about it, for services that run the command.
    var details: [StyledText] = []
    var digest: Digest?
    /// The file that the case is about, for services that show messages beside files.
    var file: String?
    /// The case as a person reads it.
    var lines: [StyledText] = []
}
