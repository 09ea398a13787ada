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
            let bins = StageBins(stages.map(\.name))
            let cells = bins.ranges.map { range -> Strip.Cell in
                stages[range].allSatisfy(\.streamsAgree)
                    ? Strip.Cell(style: "same", text: "streams agree")
                    : Strip.Cell(style: "unsized", text: "streams differ")
            }
            let differing = stages.filter { !$0.streamsAgree }
            return """
                <tr role="row"><th scope="row" role="rowheader">\(divergence.names)</th>\
                <td role="cell" class="cells">\(Strip(bins: bins, cells: cells).markup)</td>\
                <td role="cell" data-label="first">\(differing.first?.name ?? "–")</td>\
                <td role="cell" data-label="differ in">\(differing.count) of \(stages.count)</td>\
                <td role="cell">\(differing.isEmpty ? Mark.agrees("agree") : Mark.differs("differ"))</td></tr>
                """
        }
        let bins = StageBins(divergences[0].stages.map(\.name))
        return """
            <table class="map" role="table">
            <caption>Streams of each stage, against those of \(divergences[0].baseline.name). \(bins.explanation("stage"))</caption>
            <thead role="rowgroup"><tr role="row"><th scope="col" role="columnheader">Run</th>
            <th scope="col" role="columnheader" class="axis"><span class="hidden">Over the stages</span></th>
            <th scope="col" role="columnheader">First differs</th><th scope="col" role="columnheader">Differ in</th>
            <th scope="col" role="columnheader">Streams</th></tr></thead>
            <tbody role="rowgroup">\(rows.joined("\n"))</tbody></table>
            <div class="legend"><ul><li><svg class="swatch" aria-hidden="true" focusable="false"><rect class="same" \
            width="100%" height="100%"/></svg>agree</li><li><svg class="swatch" aria-hidden="true" focusable="false">\
            <rect class="unsized" width="100%" height="100%"/></svg>differ</li></ul></div>

            """
    }
}
