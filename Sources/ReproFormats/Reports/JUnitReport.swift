/// Results of checks in the XML that CI services read (JUnit's, as Jenkins and GitLab understand it).
///
/// The same report gives the same bytes: no time and no host. Characters that do not show, or that XML 1.0 cannot hold, are
/// written out as ``Text/visible(_:)`` does.
public struct JUnitReport: Sendable, Equatable {
    /// How a case ended.
    public enum Outcome: Sendable, Equatable {
        case passed
        /// The check ran and its result is not the expected one. Details are lines.
        case failure(message: String, details: [String])
        /// The check could not be judged.
        case error(message: String, details: [String])
        case skipped(message: String)
    }

    /// One check of one subject.
    public struct Case: Sendable, Equatable {
        /// What the report calls it.
        public let name: String
        /// The group that a service shows the case under.
        public let className: String
        /// How the case ended.
        public let outcome: Outcome
        /// Lines that the case has to say beside its outcome.
        public let output: [String]

        public init(name: String, className: String, outcome: Outcome, output: [String] = []) {
            self.name = name
            self.className = className
            self.outcome = outcome
            self.output = output
        }
    }

    /// Cases that belong together.
    public struct Suite: Sendable, Equatable {
        /// What the report calls it.
        public let name: String
        /// The cases, in the order of the report.
        public let cases: [Case]

        public init(name: String, cases: [Case]) {
            self.name = name
            self.cases = cases
        }
    }

    /// The suites, in the order of the report.
    public let suites: [Suite]

    public init(suites: [Suite]) {
        self.suites = suites
    }

    /// The XML as UTF-8, with a newline at the end.
    public func encoded() -> [UInt8] {
        var xml =
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites\(Counts(suites.flatMap(\.cases)).attributes)>\n"
        for suite in suites {
            xml += "  <testsuite name=\(quoted(suite.name))\(Counts(suite.cases).attributes)>\n"
            for test in suite.cases {
                xml += "    <testcase name=\(quoted(test.name)) classname=\(quoted(test.className))"
                let inner = element(test.outcome) + element(output: test.output)
                xml += inner.isEmpty ? "/>\n" : ">\n\(inner)    </testcase>\n"
            }
            xml += "  </testsuite>\n"
        }
        return Array((xml + "</testsuites>\n").utf8)
    }

    private struct Counts {
        let attributes: String

        init(_ cases: [Case]) {
            var (failures, errors, skipped) = (0, 0, 0)
            for test in cases {
                switch test.outcome {
                case .passed: break
                case .failure: failures += 1
                case .error: errors += 1
                case .skipped: skipped += 1
                }
            }
            attributes =
                " tests=\"\(cases.count)\" failures=\"\(failures)\" errors=\"\(errors)\" skipped=\"\(skipped)\""
        }
    }

    private func text(_ lines: [String]) -> String { lines.map(JUnitReport.escaped).joined(separator: "\n") }

    private func element(output lines: [String]) -> String {
        lines.isEmpty ? "" : "      <system-out>\(text(lines))</system-out>\n"
    }

    private func element(_ outcome: Outcome) -> String {
        switch outcome {
        case .passed: ""
        case .failure(let message, let details):
            "      <failure message=\(quoted(message))>\(text(details))</failure>\n"
        case .error(let message, let details): "      <error message=\(quoted(message))>\(text(details))</error>\n"
        case .skipped(let message): "      <skipped message=\(quoted(message))/>\n"
        }
    }

    private func quoted(_ text: String) -> String { "\"" + JUnitReport.escaped(text) + "\"" }

    /// A string as XML's text or as a quoted attribute's value, on one line.
    public static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in Text.visible(text).unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
