import Foundation
import Repro

/// What a check came to, for the services that run it.
enum CheckReports {
    /// The drift, or the reason, as plain lines.
    static func details(_ verdict: Verdict) -> [String] {
        switch verdict {
        case .reproduced: []
        case .drift(let drift), .notReproducible(let drift): DriftText(palette: Palette(noColor: true)).lines(drift)
        case .notJudged(let reason), .notFinite(let reason): ["  " + reason]
        }
    }

    /// One line: the verdict, and where it began.
    static func headline(_ outcome: GoldenCheck.Outcome) -> String {
        switch outcome.verdict {
        case .drift(let drift), .notReproducible(let drift):
            "\(outcome.verdict.word), first in stage '\(drift.stage)'"
                + (drift.tensor.map { ", tensor '\($0.name)'" } ?? "")
        case .notJudged(let reason), .notFinite(let reason): "\(outcome.verdict.word): \(reason)"
        case .reproduced: outcome.verdict.word
        }
    }

    /// JUnit's XML, a test case a golden: drift is a failure, what could not be judged an error.
    static func junit(_ outcomes: [GoldenCheck.Outcome]) -> [UInt8] {
        let cases = outcomes.map { outcome in
            let text = details(outcome.verdict).joined(separator: "\n")
            let result: JUnitReport.Outcome =
                switch outcome.verdict {
                case .reproduced: .passed
                case .drift, .notReproducible: .failure(message: headline(outcome), details: text)
                case .notJudged, .notFinite: .error(message: headline(outcome), details: text)
                }
            return JUnitReport.Case(name: outcome.name, className: "repro.check", outcome: result)
        }
        return JUnitReport(suites: [JUnitReport.Suite(name: "repro check", cases: cases)]).encoded()
    }

    /// The Test Anything Protocol, version 14.
    static func tap(_ outcomes: [GoldenCheck.Outcome]) -> String {
        var lines = ["TAP version 14", "1..\(outcomes.count)"]
        for (index, outcome) in outcomes.enumerated() {
            let word = outcome.verdict.isReproduced ? "ok" : "not ok"
            lines.append("\(word) \(index + 1) - \(escapedForTAP(outcome.name))")
            for line in details(outcome.verdict) { lines.append("# " + line) }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func escapedForTAP(_ text: String) -> String {
        text.replacingOccurrences(of: "\\", with: "\\\\").replacingOccurrences(of: "#", with: "\\#")
    }

    /// A service shows at most so many error annotations of a step.
    private static let greatestAnnotationCount = 10

    /// GitHub's workflow commands, one error a golden that is not reproduced; the rest in one when there are too many.
    static func github(_ outcomes: [GoldenCheck.Outcome], goldens: String) -> String {
        let failed = outcomes.filter { !$0.verdict.isReproduced }
        let isCapped = failed.count > greatestAnnotationCount
        var lines = failed.prefix(isCapped ? greatestAnnotationCount - 1 : greatestAnnotationCount).map { outcome in
            let message = ([headline(outcome)] + details(outcome.verdict)).joined(separator: "\n")
            return "::error file=\(escapedProperty("\(goldens)/\(outcome.name).json")),"
                + "title=\(escapedProperty("repro check: \(outcome.name)"))::\(escapedMessage(message))"
        }
        if isCapped {
            let names = failed.dropFirst(greatestAnnotationCount - 1).map(\.name).joined(separator: ", ")
            lines.append("::error title=repro check::\(escapedMessage("also not reproduced: \(names)"))")
        }
        let reproduced = outcomes.count - failed.count
        lines.append("\(reproduced) of \(outcomes.count) reproduced")
        return lines.joined(separator: "\n") + "\n"
    }

    /// Adds text to a file that a service collects.
    static func append(_ text: String, to path: String) throws {
        guard let file = fopen(path, "a") else {
            throw FormatError(
                .cannotCreate, path: path, problem: String(cString: strerror(errno)),
                remedy: "unset GITHUB_STEP_SUMMARY where there is no such service")
        }
        defer { fclose(file) }
        guard fputs(text, file) >= 0 else {
            throw FormatError(
                .inputOutput, path: path, problem: String(cString: strerror(errno)), remedy: "free some space")
        }
    }

    /// What stands after `::` may hold no line ends, and `%` introduces an escape.
    private static func escapedMessage(_ text: String) -> String {
        text.replacingOccurrences(of: "%", with: "%25").replacingOccurrences(of: "\r", with: "%0D")
            .replacingOccurrences(of: "\n", with: "%0A")
    }

    private static func escapedProperty(_ text: String) -> String {
        escapedMessage(text).replacingOccurrences(of: ":", with: "%3A").replacingOccurrences(of: ",", with: "%2C")
    }

    static func markdown(_ outcomes: [GoldenCheck.Outcome]) -> String {
        let reproduced = outcomes.count { $0.verdict.isReproduced }
        var lines = [
            "### repro check: \(reproduced) of \(outcomes.count) reproduced", "", "| golden | verdict | digest |",
            "|---|---|---|",
        ]
        for outcome in outcomes {
            let digest = outcome.golden.map { "`\($0.root.abbreviated)`" } ?? ""
            lines.append("| \(cell(outcome.name)) | \(cell(headline(outcome))) | \(digest) |")
        }
        for outcome in outcomes where !outcome.verdict.isReproduced {
            lines += ["", "<details><summary>\(cell(outcome.name))</summary>", "", "```"]
            lines += details(outcome.verdict).map { $0.replacingOccurrences(of: "```", with: "'''") }
            lines += ["```", "", "</details>"]
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func cell(_ text: String) -> String {
        text.replacingOccurrences(of: "|", with: "\\|").replacingOccurrences(of: "\n", with: " ")
            .replacingOccurrences(of: "<", with: "&lt;")
    }
}
