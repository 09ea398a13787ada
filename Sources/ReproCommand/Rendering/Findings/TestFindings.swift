import Repro

/// The golden of a test that a pytest plugin ran, as a case of a check.
struct TestFindings {
    private let check: TestCheck
    private let file: String
    private let width: Int

    init(_ check: TestCheck, file: String, width: Int) {
        self.check = check
        self.file = file
        self.width = width
    }

    var judged: JudgedCase {
        let name = check.golden.name.text
        let title: StyledText =
            "\(name.padded(width))  \(StyledText(word, check.isReproduced ? .good : .bad))\(String(repeating: " ", count: max(2, 18 - word.count)))\(faint: check.golden.root.abbreviated)"
        let finding = Finding(
            name: name, outcome: check.reason != nil ? .unjudged : check.isReproduced ? .passed : .failed,
            headline: headline, rows: rows, digest: check.golden.root, file: file, title: title)
        var json: JSONValue = [
            "name": name, "verdict": word, "exitCode": check.exitCode.rawValue, "headline": headline,
            "expected": check.golden.root, "found": check.root, "findings": rows, "test": check.golden.test,
            "tensors": tensors,
        ]
        json.add("reason", ifPresent: check.reason)
        return JudgedCase(finding: finding, exitCode: check.exitCode, json: json)
    }

    private var tensors: [JSONValue] {
        check.differences.map { ["name": $0.name, "elements": TensorDifferenceText.json($0)] }
            + check.unexplained.map { ["name": $0] }
    }

    private var word: String { check.reason != nil ? "not judged" : check.isReproduced ? "reproduced" : "drift" }

    private var headline: String {
        if let reason = check.reason { return "\(word): \(reason)" }
        guard !check.isReproduced else { return word }
        return check.differences.first.map { "\(word), tensor '\($0.name)': \(TensorDifferenceText.line($0))" }
            ?? "\(word), tensor '\(check.unexplained.first ?? "")'"
    }

    private var rows: [FindingRow] {
        if let reason = check.reason { return [FindingRow(reason: reason)] }
        guard !check.isReproduced else { return [] }
        var rows = check.differences.prefix(5).map {
            FindingRow("tensor", StyledText("\($0.name): \(TensorDifferenceText.line($0))"))
        }
        rows += check.unexplained.prefix(5).map {
            FindingRow("tensor", StyledText("\($0): another digest; no tensors are kept that would show its elements"))
        }
        let count = check.differences.count + check.unexplained.count
        if count > rows.count { rows.append(FindingRow("", "and \(count - rows.count) more")) }
        return rows + [FindingRow("test", StyledText(check.golden.test))]
    }
}
