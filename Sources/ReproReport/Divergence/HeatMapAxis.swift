import ReproTrace

/// The axis above a heat map's strips, and the legend of their fillings.
extension HeatMap {
    /// Ticks above the strips: numbers of steps, or names of stages.
    func axis(_ bins: StageBins) -> Markup {
        let ticks = noun == "step" ? steps(bins) : names(bins)
        return "<span class=\"ticks\" aria-hidden=\"true\">\(ticks)</span>"
    }

    private func steps(_ bins: StageBins) -> Markup {
        let columns = bins.ranges.count
        return Axis.counts(map.stages.count, ticks: 6).map { step in
            let place = Markup.percent(step / bins.size, of: columns)
            return "<span style=\"left:\(place)\">\(step)</span>"
        }.joined()
    }

    /// Stages of one kind share a label, epochs for example.
    private func names(_ bins: StageBins) -> Markup {
        let kinds = bins.ranges.map { kind(map.stages[$0.lowerBound]) }
        return kinds.indices.filter { $0 == 0 || kinds[$0] != kinds[$0 - 1] }.map { index in
            let count = kinds[index...].prefix { $0 == kinds[index] }.count
            let name = kinds[index] == "evaluation" ? "eval" : kinds[index] + (count > 1 ? "s" : "")
            let (left, width) = (Markup.percent(index, of: kinds.count), Markup.percent(count, of: kinds.count))
            return "<span style=\"left:\(left);max-width:\(width)\">\(name)</span>"
        }.joined()
    }

    private func kind(_ stage: StageID) -> String { String(stage.description.prefix { $0 != " " }) }

    /// What the fillings mean, in words and samples.
    static var legend: Markup {
        let levels = classes.indices.map { Markup.swatch("c\($0 + 1)", Axis.power(ofTwo: 3 * $0)) }.joined()
        return """
            <div class="legend"><p>Distance in ulp, from the number below each colour up to the next:</p>
            <ul class="scale">\(levels)</ul>
            <ul>\(Markup.swatch("equal", "equal, bit for bit"))\(Markup.swatch("unsized", "differs, distance not known"))\
            \(Markup.swatch("unkept", "stage differs, its tensors were not kept"))\
            \(Markup.swatch("absent", "no such tensor"))</ul></div>

            """
    }
}
