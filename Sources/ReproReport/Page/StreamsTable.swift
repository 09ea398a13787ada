import ReproVerification

/// Whether runs drew the same random numbers, stage by stage.
struct StreamsTable {
    let divergences: [Divergence]

    var markup: Markup {
        guard !divergences.isEmpty else {
            return "<p>\(Mark.agrees("same")): the digest covers the streams of every stage.</p>\n"
        }
        let rows = divergences.map { divergence -> Markup in
            let stages = divergence.stages
            let bins = StageBins(stages.map(\.id))
            let cells = bins.ranges.map { range -> Strip.Cell in
                stages[range].allSatisfy { $0.streamsAgree == true }
                    ? Strip.Cell(style: "same", text: "streams agree")
                    : Strip.Cell(style: "unsized", text: "streams differ")
            }
            let differing = stages.filter { $0.streamsAgree != true }
            return """
                <tr role="row"><th scope="row" role="rowheader">\(divergence.names)</th>\
                <td role="cell" class="cells">\(Strip(bins: bins, cells: cells).markup)</td>\
                <td role="cell" data-label="first">\(differing.first?.name ?? "–")</td>\
                <td role="cell" data-label="differ in">\(differing.count) of \(stages.count)</td>\
                <td role="cell">\(differing.isEmpty ? Mark.agrees("agree") : Mark.differs("differ"))</td></tr>
                """
        }
        let bins = StageBins(divergences[0].stages.map(\.id))
        let table = bins.table(
            "Streams of each stage, against those of \(divergences[0].baseline.name). \(bins.explanation("stage"))",
            columns: (
                "Run", "<span class=\"hidden\">Over the stages</span>", ["First differs", "Differ in", "Streams"]
            ),
            rows: rows)
        let legend: Markup = "\(Markup.swatch("same", "agree"))\(Markup.swatch("unsized", "differ"))"
        return "\(table)<div class=\"legend\"><ul>\(legend)</ul></div>\n"
    }
}
