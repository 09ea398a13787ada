import Repro

/// What an audit came to: a case for each cause, and one for all that was varied and changes nothing.
struct AuditFindings {
    let report: AuditReport
    let code: ExitCode

    init(_ report: AuditReport, code: ExitCode) {
        self.report = report
        self.code = code
    }

    var findings: Findings {
        Findings(
            command: "audit", subject: "cause", cases: cases, summary: summary, closing: closing,
            json: (["schema": ReproVersion.schema, "exitCode": code.rawValue] as JSONValue).adding(report.json))
    }

    private var summary: String {
        let further = report.tracedRuns + report.remedyRuns
        let runs =
            "\(report.runs) run\(report.runs == 1 ? "" : "s")"
            + (further == 0 ? "" : " and \(further) for operations and remedies")
        switch report.verdict {
        case .repeatable:
            let hidden = report.hidden.count(where: \.isDifferent)
            return "repeatable: \(runs), one result, \(report.harmless.count) variations changed nothing"
                + (hidden == 0 ? "" : "; what --hide hides differs in \(hidden) place\(hidden == 1 ? "" : "s")")
        case .notRepeatable:
            let names = report.causes.map { $0.variations.joined(separator: " with ") }
            let causes = names.isEmpty ? "causes not found" : names.joined(separator: ", ")
            return "not repeatable: \(causes); \(runs), \(report.distinct) different results"
        case .notJudged: return "could not judge: \(report.reason ?? "nothing was run")"
        }
    }

    private var cases: [Finding] {
        switch report.verdict {
        case .repeatable:
            return [
                Finding(
                    name: command, outcome: .passed, headline: "repeatable", title: "\(good: "repeatable")  \(command)")
            ]
        case .notJudged:
            let reason = report.reason ?? "nothing was run"
            return [
                Finding(
                    name: command, outcome: .unjudged, headline: "could not judge: \(reason)",
                    rows: [FindingRow(reason: reason)], title: "\(bad: "could not judge")  \(command)")
            ]
        case .notRepeatable:
            let title = Finding(
                name: command, outcome: .failed, headline: summary, title: "\(bad: "not repeatable")  \(command)")
            return [title] + report.causes.map(finding)
        }
    }

    private var command: String { report.command.map(Text.shellWord).joined(separator: " ") }

    private func finding(_ cause: AuditReport.Cause) -> Finding {
        let name = cause.variations.joined(separator: " with ")
        var rows = [FindingRow("values", StyledText(cause.settings.joined(separator: ", ")))]
        if cause.settings.isEmpty { rows = [] }
        if cause.isOwn {
            rows.append(
                FindingRow(
                    "unvaried",
                    cause.variations == [AuditReport.itself]
                        ? "it differs from itself, whatever is pinned" : "it differs between unchanged runs"))
        }
        rows.append(FindingRow("confirmed", cause.isConfirmed ? "twice, both ways" : "no"))
        if let ending = cause.ending { rows.append(FindingRow("ended", StyledText(ending))) }
        if let operation = cause.operation { rows.append(AuditOperationText(operation).row) }
        if let remedy = cause.remedy { rows.append(AuditFindings.row(remedy)) }
        rows += cause.outputs.prefix(5).map { FindingRow("output", StyledText(AuditFindings.line($0))) }
        if cause.outputs.count > 5 { rows.append(FindingRow("", "and \(cause.outputs.count - 5) more")) }
        return Finding(
            name: name, outcome: .failed, headline: "\(name) changes the result", rows: rows,
            title: "cause  \(bad: name)")
    }

    private static func row(_ trial: RemedyTrial) -> FindingRow {
        guard let remedy = trial.remedy else {
            return FindingRow("remedy", "none helps of \(trial.others.joined(separator: ", "))")
        }
        let cost = trial.cost.map { ", \(decimal($0, places: 2)) × the time" } ?? ""
        return FindingRow(
            "remedy", "\(good: "helps"): \(remedy.advice)\(cost)",
            below: [FindingRow("source", StyledText(remedy.source))])
    }

    /// One difference: where it is first, and how far.
    static func line(_ difference: OutputDifference) -> String {
        var text = difference.path
        if let tensor = difference.tensor { text += "  \(tensor)" }
        switch difference.kind {
        case .missing: return text + "  only in one of the runs"
        case .unreadable: return text + "  cannot be read"
        case .content, .container: break
        }
        if let index = difference.index { text += "[\(index.map(String.init).joined(separator: ","))]" }
        if !difference.a.isEmpty || !difference.b.isEmpty { text += "  \(difference.a) ≠ \(difference.b)" }
        if let ulp = difference.ulp { text += "  \(grouped(Int(clamping: ulp))) ulp" }
        if difference.different > 0 { text += "  \(grouped(difference.different)) differ" }
        return text
    }

    private var closing: [StyledText] {
        var lines: [StyledText] = []
        if !report.harmless.isEmpty {
            lines.append(.row("harmless", StyledText(report.harmless.joined(separator: ", "))))
        }
        for omission in report.notVaried { lines.append(.row("not varied", "\(omission.variation): \(omission.why)")) }
        if let grid = report.grid {
            lines.append(
                .row("grid", "\(grouped(grid.combinations)) combinations, \(grouped(grid.distinct)) different results"))
        }
        if let trial = report.together {
            lines.append(
                .row(
                    "together",
                    trial.remedy == nil
                        ? "\(bad: "all remedies at once"): still not one result"
                        : "\(good: "all remedies at once"): one result, unchanged and with everything varied"))
        }
        for one in report.hidden {
            let state: StyledText = one.isDifferent ? "\(bad: "differs")" : "the same"
            lines.append(.row("hidden", "\(one.pattern)  \(one.path): \(grouped(one.count)), \(state)"))
        }
        for remark in report.remarks { lines.append(.row("remark", StyledText(remark))) }
        return lines + ["", StyledText(summary, report.verdict == .repeatable ? .good : .bad)]
    }
}
