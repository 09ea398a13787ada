import ReproFormats
import ReproVerification

/// What the runs say of themselves, a column a run, with the rows marked in which they differ.
struct SideBySide {
    struct Row {
        let name: String
        /// One a run; nil where a run does not say.
        let texts: [String?]

        var differs: Bool { texts.contains { $0 != texts[0] } }
    }

    let names: [String]
    let rows: [Row]

    /// Members of objects, those of objects in them under dotted names, in the order in which they first occur.
    init(names: [String], _ objects: [[JSONValue.Member]]) {
        let flat = objects.map { SideBySide.flattened($0) }
        var keys: [String] = []
        for member in flat.joined() where !keys.contains(member.0) { keys.append(member.0) }
        self.names = names
        rows = keys.map { key in Row(name: key, texts: flat.map { $0.first { $0.0 == key }?.1 }) }
    }

    var differing: Int { rows.count(where: \.differs) }

    func markup(_ caption: Markup, where isIncluded: (Row) -> Bool = { _ in true }) -> Markup {
        let heads = names.map { "<th scope=\"col\">\($0)</th>" as Markup }
        let lines = rows.filter(isIncluded).map { row -> Markup in
            let cells = row.texts.map { value -> Markup in
                let style: Markup = value == row.texts[0] ? "" : " class=\"other\""
                return "<td\(style)>\(value ?? "–")</td>"
            }
            let style: Markup = row.differs ? " class=\"differs\"" : ""
            return """
                <tr\(style)><th scope="row">\(row.name)</th>\(cells.joined())\
                <td class="sign">\(row.differs ? Mark.differs("differs") : Mark.agrees("same"))</td></tr>
                """
        }
        return Page.scrolling(
            caption,
            """
            <table><caption>\(caption)</caption>
            <thead><tr><th scope="col"><span class="hidden">Name</span></th>\(heads.joined())\
            <th scope="col"><span class="hidden">Do they agree?</span></th></tr></thead>
            <tbody>\(lines.joined("\n"))</tbody></table>
            """)
    }

    private static func flattened(_ members: [JSONValue.Member], prefix: String = "") -> [(String, String)] {
        members.flatMap { member -> [(String, String)] in
            if let inner = member.value.members { return flattened(inner, prefix: prefix + member.key + ".") }
            return [(prefix + member.key, member.value.string ?? member.value.text(.compact))]
        }
    }
}
