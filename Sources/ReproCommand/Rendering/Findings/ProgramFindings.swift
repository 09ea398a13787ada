import Repro

/// The golden of a program that is not ours, as a case of a check.
struct ProgramFindings {
    private let check: ProgramCheck
    private let file: String
    private let width: Int

    init(_ check: ProgramCheck, file: String, width: Int) {
        self.check = check
        self.file = file
        self.width = width
    }

    var judged: JudgedCase {
        let name = check.golden.name.text
        let title: StyledText =
            "\(name.padded(width))  \(StyledText(word, check.verdict == .reproduced ? .good : .bad))\(String(repeating: " ", count: max(2, 18 - word.count)))\(faint: check.golden.root.abbreviated)"
        let finding = Finding(
            name: name, outcome: outcome, headline: headline, rows: rows, digest: check.golden.root, file: file,
            title: title)
        var json: JSONValue = [
            "name": name, "verdict": word, "exitCode": check.verdict.exitCode.rawValue, "headline": headline,
            "expected": check.golden.root, "found": check.root, "findings": rows, "program": check.golden.configuration,
            "outputs": check.outputs, "changedFiles": check.changedFiles, "changedPackages": check.changedPackages,
        ]
        if case .notJudged(let reason) = check.verdict { json.add("reason", ifPresent: reason) }
        return JudgedCase(finding: finding, exitCode: check.verdict.exitCode, json: json)
    }

    private var word: String {
        switch check.verdict {
        case .reproduced: "reproduced"
        case .drift: "drift"
        case .notReproducible: "not reproducible"
        case .notJudged: "not judged"
        }
    }

    private var outcome: Finding.Outcome {
        switch check.verdict {
        case .reproduced: .passed
        case .drift, .notReproducible: .failed
        case .notJudged: .unjudged
        }
    }

    private var headline: String {
        if case .notJudged(let reason) = check.verdict { return "\(word): \(reason)" }
        return check.outputs.first.map { "\(word), \(AuditFindings.line($0))" } ?? word
    }

    private var rows: [FindingRow] {
        var rows: [FindingRow] = []
        switch check.verdict {
        case .notJudged(let reason): return [FindingRow(reason: reason)]
        case .reproduced:
            return check.hasOtherContainer ? [FindingRow("outputs", "same content in other container bytes")] : []
        case .notReproducible:
            rows.append(FindingRow("unvaried", "two runs differ here; `repro audit` finds out why"))
        case .drift: rows += drift
        }
        rows += check.outputs.prefix(5).map { FindingRow("output", StyledText(AuditFindings.line($0))) }
        if check.outputs.count > 5 { rows.append(FindingRow("", "and \(check.outputs.count - 5) more")) }
        let command = check.golden.configuration.command.map(Text.shellWord).joined(separator: " ")
        return rows + [FindingRow("command", StyledText(command))]
    }

    /// What of a drift is a changed file, a changed package, or neither.
    private var drift: [FindingRow] {
        var rows: [FindingRow] = []
        rows += check.changedFiles.prefix(5).map { FindingRow("file", StyledText($0)) }
        if check.changedFiles.count > 5 {
            rows.append(FindingRow("", "and \(check.changedFiles.count - 5) more files"))
        }
        rows += check.changedPackages.prefix(5).map { FindingRow("package", StyledText($0)) }
        if check.changedPackages.count > 5 {
            rows.append(FindingRow("", "and \(check.changedPackages.count - 5) more packages"))
        }
        if rows.isEmpty {
            let known = check.golden.causes
            rows.append(
                FindingRow(
                    "arithmetic",
                    "the files that it read and its packages are what they were"
                        + (known.isEmpty
                            ? "" : "; when it was blessed it changed with \(known.joined(separator: ", "))")))
        }
        return rows
    }
}
