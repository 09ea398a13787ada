import ReproAudit
import ReproFormats

/// The page of an audit: the verdict, each cause with its first operation and its remedy, what is harmless, and what was not varied.
///
/// One file, drawn from the report alone, so that equal reports are equal bytes.
public struct AuditPage: Sendable {
    /// The whole document.
    public let html: String

    public init(_ report: AuditReport) {
        let command = report.command.map(Text.shellWord).joined(separator: " ")
        let title: Markup =
            switch report.verdict {
            case .repeatable: "Repeatable"
            case .notRepeatable: "Not repeatable"
            case .notJudged: "Could not judge"
            }
        let isGood = report.verdict == .repeatable
        let header: Markup = """
            <header class="\(isGood ? "one" : "several")">
            <p class="kicker">repro audit</p>
            <h1><span class="seal" aria-hidden="true">\(isGood ? "=" : "≠")</span>\(title)</h1>
            <p class="lede"><code>\(command)</code></p>
            <p class="lede">\(AuditPage.lede(report))</p>
            </header>

            """
        html =
            PageFrame(
                command: "audit", title: "\(title): \(command)", header: header, sections: AuditPage.sections(report)
            ).markup.text
    }

    private static func lede(_ report: AuditReport) -> Markup {
        let runs: Markup = "\(Markup.count(report.runs, "run")), \(Markup.count(report.distinct, "different result"))."
        switch report.verdict {
        case .notJudged: return "\(report.reason ?? "Nothing was run")."
        case .repeatable: return "\(runs) \(report.harmless.count) variations changed nothing."
        case .notRepeatable:
            let helps: Markup =
                report.together?.remedy == nil
                ? "" : " With all remedies below it gives one result, whatever is varied."
            let grid: Markup =
                report.grid.map { " Of \($0.combinations) combinations of the causes, \($0.distinct) results." } ?? ""
            return "\(runs)\(grid)\(helps)"
        }
    }

    private static func sections(_ report: AuditReport) -> [PageFrame.Section] {
        var sections = report.causes.enumerated().map { index, cause in
            PageFrame.Section(
                id: "cause-\(index + 1)", title: "Cause: \(cause.variations.joined(separator: " with "))",
                body: CauseSection(cause).markup)
        }
        if let remedy = report.together?.remedy, report.causes.count > 1 {
            let cost = RemedyText.cost(report.together!)
            sections.append(
                .init(
                    id: "together", title: "All remedies together",
                    body: "<p>\(Mark.agrees("one result")), unchanged and with everything varied\(cost).</p>\n"
                        + RemedyText.instructions(remedy)))
        }
        if !report.harmless.isEmpty {
            let items = report.harmless.map { "<li>\($0)</li>" as Markup }
            sections.append(
                .init(
                    id: "harmless", title: "Harmless",
                    body: """
                        <p>Varied, and nothing changed:</p>
                        <ul class="chips" aria-label="Variations that changed nothing">\(items.joined())</ul>

                        """))
        }
        if !report.notVaried.isEmpty {
            sections.append(
                .init(
                    id: "not-varied", title: "Not varied",
                    body: facts(report.notVaried.map { ($0.variation, "\($0.why)") })))
        }
        let hidden = report.hidden.map { one -> (String, Markup) in
            let state = one.isDifferent ? Mark.differs("differs") : Mark.agrees("same")
            return (one.pattern, "\(one.path): \(one.count) hidden, \(state)")
        }
        if !hidden.isEmpty {
            sections.append(.init(id: "hidden", title: "Hidden, and not compared", body: facts(hidden)))
        }
        if !report.remarks.isEmpty {
            let items = report.remarks.map { "<li>\($0)</li>" as Markup }
            sections.append(.init(id: "remarks", title: "Remarks", body: "<ul>\(items.joined())</ul>\n"))
        }
        let rows = [("judged", report.judged.joined(separator: ", "))] + report.environment.map { ($0.name, $0.value) }
        sections.append(
            .init(id: "environment", title: "Environment", body: facts(rows.map { ($0.0, "\($0.1)") })))
        return sections
    }

    /// Names and what is known of them, one below the other.
    static func facts(_ rows: [(String, Markup)]) -> Markup {
        let items = rows.map { "<div><dt>\($0.0)</dt><dd>\($0.1)</dd></div>\n" as Markup }
        return "<dl class=\"facts\">\n\(items.joined())</dl>\n"
    }
}
