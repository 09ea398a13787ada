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
struct Finding: Sendable {
    enum Outcome: String {
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
    /// What was found, causes before what they cause: all that there is to say, in every format.
    var rows: [FindingRow] = []
    var digest: Digest?
    /// The file that the case is about, for services that show messages beside files.
    var file: String?
    /// The line above the rows where a person reads them; nil where the rows say it.
    var title: StyledText?

    /// The rows as lines.
    var details: [StyledText] { rows.flatMap { $0.lines() } }
    /// The rows as lines, for where the headline stands above them.
    var detailsBelowHeadline: [StyledText] { rows.filter { !$0.isInHeadline }.flatMap { $0.lines() } }
    /// The case as a person reads it.
    var lines: [StyledText] { (title.map { [$0] } ?? []) + details }
}

/// One thing that was found of a case, and below it what explains it.
struct FindingRow: JSONRepresentable, Sendable {
    /// What it is about, `data` or `next`; nil for a line of its own.
    let name: String?
    let value: StyledText
    var below: [FindingRow] = []
    /// Whether the case's headline says it too.
    private(set) var isInHeadline = false

    init(_ name: String, _ value: StyledText, below: [FindingRow] = []) {
        self.name = name
        self.value = value
        self.below = below
    }

    /// A line as it is.
    init(line: StyledText, isInHeadline: Bool = false) {
        name = nil
        value = line
        self.isInHeadline = isInHeadline
    }

    /// Why a case could not be judged, which its headline says too: a line of its own.
    init(reason: String) { self.init(line: "  \(reason)", isInHeadline: true) }

    /// The row and those below it, which are set in by two more spaces each.
    func lines(depth: Int = 0) -> [StyledText] {
        let own = name.map { StyledText.row(String(repeating: "  ", count: depth) + $0, value) } ?? value
        return [own] + below.flatMap { $0.lines(depth: depth + 1) }
    }

    var json: JSONValue {
        var json: JSONValue = ["name": name ?? "", "text": String(value.plain.drop { $0 == " " })]
        if !below.isEmpty { json = json.adding(["below": below]) }
        return json
    }
}
