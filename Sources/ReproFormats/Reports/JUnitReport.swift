/// Results of checks in the XML that CI services read (JUnit's, as Jenkins and GitLab understand it).
///
/// The same report gives the same bytes: no time and no host. Characters that XML 1.0 cannot hold are left out.
public struct JUnitReport: Sendable, Equatable {
    public enum Outcome: Sendable, Equatable {
        case passed
        /// The check ran and its result is not the expected one.
        case failure(message: String, details: String)
        /// The check could not be judged.
        case error(message: String, details: String)
        case skipped(message: String)
    }

    public struct Case: Sendable, Equatable {
        public let name: String
        public let className: String
        public let outcome: Outcome

        public init(name: String, className: String, outcome: Outcome) {
            self.name = name
            self.className = className
            self.outcome = outcome
        }
    }

    public struct Suite: Sendable, Equatable {
        public let name: String
        public let cases: [Case]

        public init(name: String, cases: [Case]) {
            self.name = name
            self.cases = cases
        }
    }

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
                xml += test.outcome == .passed ? "/>\n" : ">\n\(element(test.outcome))    </testcase>\n"
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

    private func element(_ outcome: Outcome) -> String {
        switch outcome {
        case .passed: ""
        case .failure(let message, let details):
            "      <failure message=\(quoted(message))>\(escaped(details, inAttribute: false))</failure>\n"
        case .error(let message, let details):
            "      <error message=\(quoted(message))>\(escaped(details, inAttribute: false))</error>\n"
        case .skipped(let message): "      <skipped message=\(quoted(message))/>\n"
        }
    }

    private func quoted(_ text: String) -> String { "\"" + escaped(text, inAttribute: true) + "\"" }

    /// White space in an attribute is written as a reference, since a reader turns it into spaces otherwise.
    private func escaped(_ text: String, inAttribute: Bool) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;".unicodeScalars
            case "<": result += "&lt;".unicodeScalars
            case ">": result += "&gt;".unicodeScalars
            case "\"": result += "&quot;".unicodeScalars
            case "\r": result += "&#13;".unicodeScalars
            case "\t" where inAttribute, "\n" where inAttribute: result += "&#\(scalar.value);".unicodeScalars
            case "\t", "\n": result.append(scalar)
            case "\0"..<" ", "\u{fffe}", "\u{ffff}": break
            default: result.append(scalar)
            }
        }
        return String(result)
    }
}
