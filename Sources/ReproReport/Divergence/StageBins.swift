import ReproTrace

/// Stages in groups of equal size, so that a page of a long run stays small.
struct StageBins {
    /// More columns than this are neither seen nor read.
    static let limit = 96

    let stages: [StageID]
    /// How many stages a bin holds; the last may hold fewer.
    let size: Int
    let ranges: [Range<Int>]

    init(_ stages: [StageID]) {
        self.stages = stages
        let size = max(1, (stages.count + StageBins.limit - 1) / StageBins.limit)
        self.size = size
        ranges = stride(from: 0, to: stages.count, by: size).map { $0..<min($0 + size, stages.count) }
    }

    /// The names of a bin's stages, or of several bins' in a row.
    func label(_ bins: Range<Int>) -> String {
        let first = stages[ranges[bins.lowerBound].lowerBound]
        let last = stages[ranges[bins.upperBound - 1].upperBound - 1]
        return first == last ? "\(first)" : "\(first) … \(last)"
    }

    /// A table of rows that begin with a name and a strip over these stages.
    ///
    /// - Parameter columns: the head of the names, what the strips go over, and the heads of the columns behind them.
    func table(_ caption: Markup, columns: (name: Markup, over: Markup, rest: [Markup]), rows: [Markup]) -> Markup {
        let rest = columns.rest.map { "<th scope=\"col\" role=\"columnheader\">\($0)</th>" as Markup }
        return """
            <table class="map" role="table">
            <caption>\(caption)</caption>
            <thead role="rowgroup"><tr role="row"><th scope="col" role="columnheader">\(columns.name)</th>
            <th scope="col" role="columnheader" class="axis">\(columns.over)</th>
            \(rest.joined())</tr></thead>
            <tbody role="rowgroup">
            \(rows.joined("\n"))
            </tbody></table>

            """
    }

    /// What a column stands for, for a caption.
    func explanation(_ noun: String) -> Markup {
        size == 1
            ? "Each column is one \(noun)."
            : "Each column is \(size) consecutive \(noun)s and shows the most divergent of them."
    }
}

extension Markup {
    /// A filling of strips and what it means, for a legend.
    static func swatch(_ style: String, _ meaning: Markup) -> Markup {
        """
        <li><svg class="swatch" aria-hidden="true" focusable="false">\
        <rect class="\(style)" width="100%" height="100%"/></svg><span>\(meaning)</span></li>
        """
    }
}

/// Cells in a row as a strip of SVG that takes the width it is given; cells of one kind beside one another are one shape.
struct Strip {
    struct Cell: Equatable {
        /// The class of the style sheet.
        let style: String
        let text: String
    }

    let bins: StageBins
    /// One cell per bin.
    let cells: [Cell]
    /// The bin to put a frame around.
    var marked: Int?

    /// Hidden from screen readers: the table around it says the same in numbers.
    var markup: Markup {
        var shapes = Markup.nothing
        var start = 0
        while start < cells.count {
            var end = start + 1
            while end < cells.count, cells[end].style == cells[start].style { end += 1 }
            if cells[start].style != "absent" {
                shapes += """
                    <rect class="\(cells[start].style)" x="\(place(start))" width="\(place(end - start))" height="100%">\
                    <title>\(bins.label(start..<end)): \(cells[start].text)</title></rect>
                    """
            }
            start = end
        }
        if let marked {
            shapes += "<rect class=\"mark\" x=\"\(place(marked))\" width=\"\(place(1))\" height=\"100%\"/>"
        }
        return "<svg class=\"strip\" aria-hidden=\"true\" focusable=\"false\">\(shapes)</svg>"
    }

    private func place(_ bin: Int) -> Markup { .percent(bin, of: cells.count) }
}
