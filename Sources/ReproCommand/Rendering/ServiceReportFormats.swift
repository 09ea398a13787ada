import Foundation
import Repro

extension ServiceReport {
    /// JUnit's XML, a test case each: what differs is a failure, what could not be judged an error.
    var junit: [UInt8] {
        let cases = cases.map { test in
            let text = test.details.joined(separator: "\n")
            let outcome: JUnitReport.Outcome =
                switch test.outcome {
                case .passed: .passed
                case .failed: .failure(message: test.headline, details: text)
                case .unjudged: .error(message: test.headline, details: text)
                }
            return JUnitReport.Case(name: test.name, className: "repro.\(command)", outcome: outcome)
        }
        return JUnitReport(suites: [JUnitReport.Suite(name: "repro \(command)", cases: cases)]).encoded()
    }

    /// The Test Anything Protocol, version 14.
    var tap: String {
        var lines = ["TAP version 14", "1..\(cases.count)"]
        for (index, test) in cases.enumerated() {
            let name = test.name.replacingOccurrences(of: "\\", with: "\\\\").replacingOccurrences(of: "#", with: "\\#")
            lines.append("\(test.outcome == .passed ? "ok" : "not ok") \(index + 1) - \(name)")
            for line in test.details.flatMap({ $0.split(separator: "\n") }) { lines.append("# " + line) }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// A table, and the details of what did not pass, folded away.
    var markdown: String {
        var lines = [
            "### repro \(command): \(ServiceReport.cell(summary))", "", "| \(subject) | verdict | digest |",
            "|---|---|---|",
        ]
        for test in cases {
            let digest = test.digest.map { "`\($0.abbreviated)`" } ?? ""
            lines.append("| \(ServiceReport.cell(test.name)) | \(ServiceReport.cell(test.headline)) | \(digest) |")
        }
        for test in cases where test.outcome != .passed && !test.details.isEmpty {
            lines += ["", "<details><summary>\(ServiceReport.cell(test.name))</summary>", "", "```"]
            lines += test.details.map { $0.replacingOccurrences(of: "```", with: "'''") }
            lines += ["```", "", "</details>"]
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func cell(_ text: String) -> String {
        text.replacingOccurrences(of: "|", with: "\\|").replacingOccurrences(of: "\n", with: " ")
            .replacingOccurrences(of: "<", with: "&lt;")
    }
}
