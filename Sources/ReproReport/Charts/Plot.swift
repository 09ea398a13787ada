/// A chart over the optimiser's steps, or epochs: SVG for the drawing, stretched to the room there is, and text around it, which keeps
/// its size on any screen.
struct Plot {
    struct Series {
        /// Colour and dash of the style sheet.
        let style: Int
        /// Steps with their values; drawn as a line, or as dots where `isDotted`.
        let points: [(step: Int, value: Double)]
        var isDotted = false
    }

    let title: Markup
    /// What a screen reader says for the drawing.
    let summary: Markup
    let unit: Markup
    let stepCount: Int
    let axis: Axis
    let series: [Series]
    /// First steps of epochs.
    let epochs: [Int]
    /// What is counted from left to right.
    var place: Markup = "step"

    var markup: Markup {
        let xTicks = Axis.counts(stepCount, ticks: 6)
        let lines = axis.ticks.map { "<path class=\"grid\" d=\"M0 \(down($0.place))H\(Axis.length)\"/>" as Markup }
        let bounds = epochs.dropFirst().map {
            "<path class=\"epoch\" d=\"M\(across($0)) 0V\(Axis.length)\"/>" as Markup
        }
        let labels = axis.ticks.map {
            "<span style=\"bottom:\(Markup.percent($0.place, of: Axis.length))\">\($0.label)</span>" as Markup
        }
        let steps = xTicks.map {
            "<span style=\"left:\(Markup.percent(across($0), of: Axis.length))\">\($0)</span>" as Markup
        }
        return """
            <figure class="plot"><figcaption>\(title)</figcaption>
            <p class="unit" aria-hidden="true">\(unit)</p>
            <div class="area"><div class="y" aria-hidden="true">\(labels.joined())</div>
            <svg viewBox="0 0 \(Axis.length) \(Axis.length)" preserveAspectRatio="none" role="img" aria-label="\(summary)">
            \(bounds.joined())\(lines.joined())\(series.map(draw).joined())</svg>
            <div class="x" aria-hidden="true">\(steps.joined())</div></div>
            <p class="unit step" aria-hidden="true">\(place)</p></figure>

            """
    }

    private func draw(_ series: Series) -> Markup {
        var path = Markup.nothing
        for (index, point) in series.points.enumerated() {
            path += "\(index == 0 || series.isDotted ? "M" : "L")\(across(point.step)) \(down(axis.place(point.value)))"
            if series.isDotted { path += "h0" }
        }
        return "<path class=\"\(series.isDotted ? "dots" : "line") s\(series.style)\" d=\"\(path)\"/>"
    }

    private func across(_ step: Int) -> Int { step * Axis.length / max(1, stepCount - 1) }
    private func down(_ place: Int) -> Int { Axis.length - place }
}
