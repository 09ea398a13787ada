import Foundation
import Repro

extension ServiceReport {
    /// A step shows at most so many error annotations.
    private static let greatestAnnotationCount = 10

    /// GitHub's workflow commands, one error a case that did not pass; the rest in one when there are too many.
    var github: String {
        let failed = cases.filter { $0.outcome != .passed }
        let isCapped = failed.count > ServiceReport.greatestAnnotationCount
        let shownCount = isCapped ? ServiceReport.greatestAnnotationCount - 1 : failed.count
        var lines = failed.prefix(shownCount).map { test in
            let file = test.file.map { "file=\(ServiceReport.escapedProperty($0))," } ?? ""
            let message = ([test.headline] + test.details).joined(separator: "\n")
            return "::error \(file)title=\(ServiceReport.escapedProperty("repro \(command): \(test.name)"))"
                + "::\(ServiceReport.escapedMessage(message))"
        }
        if isCapped {
            let names = failed.dropFirst(shownCount).map(\.name).joined(separator: ", ")
            lines.append("::error title=repro \(command)::\(ServiceReport.escapedMessage("also failed: \(names)"))")
        }
        lines.append(summary)
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
}
