import ReproFormats

/// How often each label was predicted for each label, one table per split and set of runs that predicted alike.
struct ConfusionTable {
    let runs: [ReportedRun]
    /// More labels are counted together.
    private static let labelLimit = 20
    private static let labelLength = 40

    /// Nil where no run has predicted labels.
    var markup: Markup? {
        var tables: [(names: [String], split: String, entries: [ConfusionFile.Entry])] = []
        for run in runs {
            var splits: [String] = []
            for entry in run.confusion where !splits.contains(entry.split) { splits.append(entry.split) }
            for split in splits {
                let entries = run.confusion.filter { $0.split == split }
                if let index = tables.firstIndex(where: { $0.split == split && $0.entries == entries }) {
                    tables[index].names.append(run.name)
                } else {
                    tables.append(([run.name], split, entries))
                }
            }
        }
        guard !tables.isEmpty else { return nil }
        return tables.map { ConfusionTable.table($0.names.joined(separator: ", "), $0.split, $0.entries) }.joined()
    }

    private static func table(_ names: String, _ split: String, _ entries: [ConfusionFile.Entry]) -> Markup {
        let (labels, rest) = shown(entries)
        // The place of the others, where there are any, is behind the labels.
        let size = labels.count + (rest > 0 ? 1 : 0)
        var counts = [[Int]](repeating: [Int](repeating: 0, count: size), count: size)
        func place(_ label: String) -> Int { labels.firstIndex { Text.areSame($0, label) } ?? labels.count }
        for entry in entries { counts[place(entry.actual)][place(entry.predicted)] += entry.count }
        let right = entries.reduce(0) { $0 + (Text.areSame($1.actual, $1.predicted) ? $1.count : 0) }
        let total = entries.reduce(0) { $0 + $1.count }
        let heads = (0..<size).map { $0 < labels.count ? name(labels[$0]) : "\(rest) others" as Markup }
        let rows = (0..<size).map { row -> Markup in
            let sum = counts[row].reduce(0, +)
            let cells = (0..<size).map { column -> Markup in
                let count = counts[row][column]
                guard count > 0 else { return "<td class=\"number quiet\">·</td>" }
                // Among the others are right ones and wrong ones.
                let isMixed = row == labels.count && column == row
                let style: Markup = isMixed ? "" : row == column ? " hit" : " miss"
                return "<td class=\"number\(style)\">\(count)</td>"
            }
            return """
                <tr><th scope="row">\(heads[row])</th>\(cells.joined())<td class="number">\(sum)</td></tr>
                """
        }
        let caption: Markup =
            "\(names): \(split) split, \(right) of \(total) right. Rows: the label of the data; columns: what was predicted."
        return PageFrame.scrolling(
            caption,
            """
            <table class="confusion"><caption>\(caption)</caption>
            <thead><tr><th scope="col"><span class="hidden">Label</span></th>\
            \(heads.map { "<th scope=\"col\" class=\"number\">\($0)</th>" as Markup }.joined())\
            <th scope="col" class="number">all</th></tr></thead>
            <tbody>\(rows.joined("\n"))</tbody></table>
            """)
    }

    /// The labels that get a row of their own, in the order of the file, and how many do not: the rarest.
    private static func shown(_ entries: [ConfusionFile.Entry]) -> (labels: [String], rest: Int) {
        var labels: [(name: String, count: Int)] = []
        func add(_ name: String, _ count: Int) {
            if let index = labels.firstIndex(where: { Text.areSame($0.name, name) }) {
                labels[index].count += count
            } else {
                labels.append((name, count))
            }
        }
        for entry in entries { add(entry.actual, entry.count) }
        for entry in entries { add(entry.predicted, entry.count) }
        guard labels.count > labelLimit else { return (labels.map(\.name), 0) }
        let least = labels.map(\.count).sorted(by: >)[labelLimit - 1]
        var free = labelLimit - labels.count { $0.count > least }
        let kept = labels.filter { label in
            if label.count == least {
                free -= 1
                return free >= 0
            }
            return label.count > least
        }
        return (kept.map(\.name), labels.count - kept.count)
    }

    /// A label that cannot turn the direction of what stands beside it, cut where it is long.
    static func name(_ label: String) -> Markup { "<bdi>\(Text.excerpt(label, labelLength))</bdi>" }
}
