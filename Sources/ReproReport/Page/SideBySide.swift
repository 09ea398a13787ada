import ReproFormats
import ReproVerification

/// What the runs say of themselves: a table with one column per run, whose rows are marked where the runs differ.
struct SideBySide {
    let names: [String]
    let rows: [Condition]

    var differing: Int { rows.count(where: \.differs) }

    func markup(_ caption: Markup, where isIncluded: (Condition) -> Bool = { _ in true }) -> Markup {
        let heads = names.map { "<th scope=\"col\">\($0)</th>" as Markup }
        let lines = rows.filter(isIncluded).map { row -> Markup in
            let cells = row.perRun.map { value -> Markup in
                let style: Markup = value == row.perRun[0] ? "" : " class=\"other\""
                return "<td\(style)>\(value.map { $0.string ?? $0.text(.compact) } ?? "–")</td>"
            }
            let style: Markup = row.differs ? " class=\"differs\"" : ""
            return """
                <tr\(style)><th scope="row">\(row.name)</th>\(cells.joined())\
                <td class="sign">\(row.differs ? Mark.differs("differs") : Mark.agrees("same"))</td></tr>
                """
        }
        return PageFrame.scrolling(
            caption,
            """
            <table><caption>\(caption)</caption>
            <thead><tr><th scope="col"><span class="hidden">Name</span></th>\(heads.joined())\
            <th scope="col"><span class="hidden">Do they agree?</span></th></tr></thead>
            <tbody>\(lines.joined("\n"))</tbody></table>
            """)
    }
}
