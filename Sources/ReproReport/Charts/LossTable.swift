import ReproFormats

/// The curves in numbers, for those who cannot see them or want more digits.
struct LossTable {
    let curves: [Curves.Curve]
    private static let rowCount = 24

    var markup: Markup {
        let longest = curves.max { $0.losses.count < $1.losses.count }!.losses
        var steps = Set(
            stride(
                from: 0, to: longest.count, by: max(1, (longest.count + LossTable.rowCount - 1) / LossTable.rowCount))
        )
        steps.insert(longest.count - 1)
        for curve in curves.dropFirst() {
            let pairs = zip(curves[0].losses, curve.losses)
            if let first = pairs.first(where: { $0.loss.bitPattern != $1.loss.bitPattern }) {
                steps.insert(first.0.step)
            }
        }
        let heads = curves.enumerated().map { index, curve -> Markup in
            let ulp: Markup = index == 0 ? "" : "<th scope=\"col\" class=\"number\">ulp</th>"
            return "<th scope=\"col\" class=\"number\">\(curve.names)</th>\(ulp)"
        }
        let rows = steps.sorted().map { step -> Markup in
            let cells = curves.enumerated().map { index, curve in cell(index, curve, step) }
            return """
                <tr><th scope="row">\(step)</th><td class="number">\(longest[step].epoch)</td>\(cells.joined())</tr>
                """
        }
        return """
            <details><summary>Losses as a table</summary>
            \(PageFrame.scrolling("Losses", """
                <table><caption>Losses of \(rows.count) of \(longest.count) steps, evenly apart, with those where a run \
                first differs; the shortest digits that tell the binary32 number, and its distance from the first column. \
                All steps are in metrics.csv.</caption>
                <thead><tr><th scope="col">Step</th><th scope="col" class="number">Epoch</th>\(heads.joined())</tr></thead>
                <tbody>\(rows.joined("\n"))</tbody></table>
                """))</details>

            """
    }

    private func cell(_ index: Int, _ curve: Curves.Curve, _ step: Int) -> Markup {
        guard step < curve.losses.count else { return index == 0 ? "<td>–</td>" : "<td>–</td><td>–</td>" }
        let loss: Markup = "<td class=\"number\">\("\(curve.losses[step].loss)")</td>"
        guard index > 0 else { return loss }
        guard step < curves[0].losses.count else { return "\(loss)<td>–</td>" }
        return "\(loss)<td class=\"number\">\(Curves.ulps(curves[0].losses[step], curve.losses[step]))</td>"
    }
}
