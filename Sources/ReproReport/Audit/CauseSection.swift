import ReproAudit
import ReproFormats

/// One cause of a program that is not repeatable: what was varied, which operation differs first, what helps, and how the outputs differ.
struct CauseSection {
    let cause: AuditReport.Cause

    init(_ cause: AuditReport.Cause) { self.cause = cause }

    var markup: Markup {
        var rows: [(String, Markup)] = []
        if !cause.settings.isEmpty { rows.append(("varied", "\(cause.settings.joined(separator: ", "))")) }
        if cause.isOwn { rows.append(("unvaried", "two unchanged runs differ by it")) }
        rows.append(("confirmed", cause.isConfirmed ? "twice, both ways" : "no"))
        if let ending = cause.ending { rows.append(("ended", "\(ending)")) }
        return AuditPage.facts(rows) + operation + remedy + outputs
    }

    // MARK: The first operation

    private var operation: Markup {
        guard let operation = cause.operation else { return "" }
        var way: [Markup] = []
        if let process = operation.process { way.append("<span class=\"quiet\">process</span> \(process)") }
        way.append("<span class=\"quiet\">step</span> \(operation.step)")
        if let module = operation.module { way.append("<span class=\"quiet\">module</span> \(module)") }
        way.append("\(operation.name)")
        if let recurrent = operation.recurrent { way += CauseSection.way(recurrent) }
        let items = way.map { "<li>\($0)</li>" as Markup }
        var rows: [(String, Markup)] = []
        if let line = operation.line {
            rows.append(("line", "<code class=\"path\">\(line.file):\(line.line)</code> \(line.function)"))
        }
        if let other = operation.otherName { rows.append(("instead", "\(other)")) }
        if let detail = operation.detail { rows.append(("known", "\(detail)")) }
        if let gap = operation.gap {
            rows.append(("element", "[\(gap.index.map(String.init).joined(separator: ","))]: \(gap.a) ≠ \(gap.b)"))
            let distance: Markup = gap.ulp.map { "\($0) ulp there, " } ?? ""
            rows.append(("distance", "\(distance)\(gap.different) elements differ"))
        }
        if let isRepeated = operation.isRepeated {
            rows.append(
                ("alone", isRepeated ? "run again by itself it gives both results" : "run again it gives other results")
            )
        }
        if let contract = operation.recurrent?.fromContract, contract.count == 2 {
            rows.append(("contract", "\(contract[0]) ulp and \(contract[1]) ulp from what repro's engine gives"))
        }
        return """
            <h3>\(CauseSection.heading(operation.kind))</h3>
            <ol class="way" aria-label="Where it differs first">\(items.joined())</ol>
            \(AuditPage.facts(rows))\(growth(operation.growth))
            """
    }

    private static func heading(_ kind: OperationFinding.Kind) -> Markup {
        switch kind {
        case .operation: "First operation whose inputs agree and whose output differs"
        case .data: "Data differ before any operation does"
        case .generator: "A generator differs before any operation does"
        case .state: "A state differs before any operation does"
        }
    }

    private static func way(_ place: RecurrentPlace) -> [Markup] {
        var way: [Markup] = []
        if let layer = place.layer {
            let direction: Markup = place.isReverse.map { $0 ? ", backward" : ", forward" } ?? ""
            way.append("<span class=\"quiet\">layer</span> \(layer)\(direction)")
        }
        if let step = place.step { way.append("<span class=\"quiet\">time step</span> \(step)") }
        if let gate = place.gate { way.append("<span class=\"quiet\">gate</span> \(gate)") }
        return way
    }

    /// How far later results are apart, as bars whose lengths are the numbers of binary digits.
    private func growth(_ growth: [OperationFinding.Growth]) -> Markup {
        guard !growth.isEmpty else { return "" }
        let rows = growth.map { one -> Markup in
            let digits = UInt64.bitWidth - one.ulp.leadingZeroBitCount
            return """
                <tr><th scope="row">\(one.name)</th><td class="number">\(one.index)</td><td class="number">\(one.ulp)</td>\
                <td><svg width="\(4 * digits)" height="10" aria-hidden="true"><rect width="\(4 * digits)" height="10" \
                class="bar"/></svg></td></tr>

                """
        }
        return PageFrame.scrolling(
            "How the difference grows",
            """
            <table><caption>How it grows: the greatest distance in later results</caption>
            <thead><tr><th scope="col">operation</th><th scope="col" class="number">number</th>\
            <th scope="col" class="number">ulp</th><th scope="col">binary digits</th></tr></thead>
            <tbody>\(rows.joined())</tbody></table>
            """)
    }

    // MARK: Remedy and outputs

    private var remedy: Markup {
        guard let trial = cause.remedy else { return "" }
        guard let remedy = trial.remedy else {
            return "<h3>Remedy</h3>\n<p>None helps of \(trial.others.joined(separator: ", ")).</p>\n"
        }
        return "<h3>Remedy</h3>\n<p>\(Mark.agrees("tried")): \(remedy.advice)\(RemedyText.cost(trial)).</p>\n"
            + RemedyText.instructions(remedy)
    }

    private var outputs: Markup {
        guard !cause.outputs.isEmpty else { return "" }
        let rows = cause.outputs.map { difference -> Markup in
            let index = difference.index.map { "[\($0.map(String.init).joined(separator: ","))]" } ?? ""
            let ulp = difference.ulp.map(String.init) ?? ""
            return """
                <tr><th scope="row">\(difference.path)</th><td>\(difference.tensor ?? "")\(index)</td>\
                <td>\(difference.a)</td><td>\(difference.b)</td><td class="number">\(ulp)</td>\
                <td class="number">\(difference.different)</td></tr>

                """
        }
        return "<h3>Outputs</h3>\n"
            + PageFrame.scrolling(
                "Differences of the outputs",
                """
                <table><caption>The first difference in each file, without and with the cause</caption>
                <thead><tr><th scope="col">file</th><th scope="col">first difference</th><th scope="col">without</th>\
                <th scope="col">with</th><th scope="col" class="number">ulp</th><th scope="col" class="number">differ</th></tr>\
                </thead><tbody>\(rows.joined())</tbody></table>
                """)
    }
}

/// Remedies as the page tells them.
enum RemedyText {
    /// What it costs in time, as the end of a sentence.
    static func cost(_ trial: RemedyTrial) -> Markup {
        guard let cost = trial.cost else { return "" }
        let hundredths = Int((cost * 100).rounded())
        let digits = String(hundredths % 100)
        return ", \(hundredths / 100).\(digits.count == 1 ? "0" : "")\(digits) × the time of a run"
    }

    /// The variables to set, and who documents it.
    static func instructions(_ remedy: Remedy) -> Markup {
        let variables = remedy.environment.map { "\($0.name)=\(Text.shellWord($0.value))" }
        let code: Markup =
            variables.isEmpty
            ? ""
            : """
            <pre tabindex="0" role="region" aria-label="Variables to set"><code>export \(variables.joined(separator: " "))\
            </code></pre>

            """
        return "\(code)<p class=\"note\">\(remedy.source)</p>\n"
    }
}
