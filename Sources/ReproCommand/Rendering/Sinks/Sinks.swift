import Foundation
import Repro

/// Lines for a person, on a terminal or in a service's log.
enum Terminal: Sink {
    static func escaped(_ text: String) -> String { Text.visible(text) }
}

/// What stands after the second `::` of a command to GitHub.
enum GitHubMessage: Sink {
    static func escaped(_ text: String) -> String {
        Text.visible(text).replacingOccurrences(of: "%", with: "%25")
    }
}

/// The value of a property of a command to GitHub.
enum GitHubProperty: Sink {
    static func escaped(_ text: String) -> String {
        GitHubMessage.escaped(text).replacingOccurrences(of: ":", with: "%3A").replacingOccurrences(
            of: ",", with: "%2C")
    }
}

/// The description of a test, where `#` would begin a directive such as SKIP.
enum TAP: Sink {
    static func escaped(_ text: String) -> String {
        Text.visible(text).replacingOccurrences(of: "\\", with: "\\\\").replacingOccurrences(of: "#", with: "\\#")
    }
}

/// Words between Markdown's signs, in a cell of a table too. What could begin markup is written as a reference to its character.
enum Markdown: Sink {
    static func escaped(_ text: String) -> String {
        Text.visible(text).unicodeScalars.map { scalar in
            "\\`*_[]<>&|~#!@$".unicodeScalars.contains(scalar) ? "&#\(scalar.value);" : String(scalar)
        }.joined().replacingOccurrences(of: "://", with: "&#58;//").replacingOccurrences(of: "www.", with: "www&#46;")
    }
}

/// Lines inside a fence of Markdown, which holds anything but a fence of its own length.
enum MarkdownFence: Sink {
    static func escaped(_ text: String) -> String {
        Text.visible(text).replacingOccurrences(of: "```", with: "'''")
    }
}

/// Words of a manual page. A line that would begin with a request is kept from it, and what roff would set as another character
/// stays as it is.
enum Roff: Sink {
    private static let names: [Character: String] = [
        "\\": "\\e", "-": "\\-", "'": "\\(aq", "`": "\\(ga", "\"": "\\(dq", "^": "\\(ha", "~": "\\(ti",
    ]

    static func escaped(_ text: String) -> String {
        (text.hasPrefix(".") ? "\\&" : "") + Text.visible(text).map { names[$0] ?? String($0) }.joined()
    }
}

/// JUnit's XML, which ``JUnitReport`` writes.
enum XML: Sink {
    static func escaped(_ text: String) -> String { JUnitReport.escaped(text) }
}

/// The inside of a string of JSON, which ``JSONValue`` writes.
enum JSON: Sink {
    static func escaped(_ text: String) -> String {
        String(JSONValue.string(text).text(.printed).unicodeScalars.dropFirst().dropLast(2))
    }
}
