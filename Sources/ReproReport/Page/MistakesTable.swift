import ReproFormats

/// The inputs that a run got wrong with the greatest probability; in regression those whose number is furthest off.
struct Mistakes {
    private(set) var rows: [(row: PredictionFile.Row, fault: Double)] = []
    private(set) var (wrong, total) = (0, 0)
    private(set) var isRegression = false
    private static let limit = 20

    /// - Throws: `FormatError` where the file is none of predictions.
    init(path: String) throws(FormatError) {
        var found = self.rows
        var (wrong, total, isRegression) = (0, 0, false)
        try PredictionFile.read(path: path) { row in
            total += 1
            if row.probability == nil { isRegression = true }
            guard let fault = row.fault else { return }
            wrong += 1
            // The first of equals comes first, as in the file.
            let place = found.firstIndex { $0.fault < fault } ?? found.count
            guard place < Mistakes.limit else { return }
            found.insert((row, fault), at: place)
            if found.count > Mistakes.limit { found.removeLast() }
        }
        (rows, self.wrong, self.total, self.isRegression) = (found, wrong, total, isRegression)
    }
}

/// The table of a run's mistakes.
struct MistakesTable {
    let name: String
    let mistakes: Mistakes
    private static let textLength = 400

    var markup: Markup {
        let what: Markup = mistakes.isRegression ? "numbers are off" : "labels are wrong"
        guard !mistakes.rows.isEmpty else {
            return "<p>\(name): none of \(mistakes.total) \(what).</p>\n"
        }
        let rows = mistakes.rows.map { row, fault -> Markup in
            let text = Text.excerpt(row.text, MistakesTable.textLength)
            let isCut = text.utf8.count != row.text.utf8.count
            let length: Markup =
                isCut ? " <span class=\"quiet\">(\(row.text.unicodeScalars.count) characters)</span>" : ""
            let shown: Markup = row.text.isEmpty ? "<span class=\"quiet\">features</span>" : "\(text)"
            return """
                <tr><th scope="row" class="number">\(row.line)</th>\
                <td><div class="quote" dir="auto">\(shown)</div>\(length)</td>\
                <td>\(ConfusionTable.name(row.actual))</td><td>\(ConfusionTable.name(row.predicted))</td>\
                <td class="number">\(row.probability.map { "\($0)" } ?? "\(fault)")</td></tr>
                """
        }
        let caption: Markup =
            "\(name): \(mistakes.wrong) of \(mistakes.total) \(what); the \(rows.count) \(mistakes.isRegression ? "furthest off" as Markup : "most confident" as Markup)"
        return PageFrame.scrolling(
            caption,
            """
            <table class="mistakes"><caption>\(caption)</caption>
            <thead><tr><th scope="col" class="number">Line</th><th scope="col">Input</th><th scope="col">Label</th>\
            <th scope="col">Predicted</th>\
            <th scope="col" class="number">\(mistakes.isRegression ? "Off by" as Markup : "Probability" as Markup)</th></tr></thead>
            <tbody>\(rows.joined("\n"))</tbody></table>
            """)
    }
}
