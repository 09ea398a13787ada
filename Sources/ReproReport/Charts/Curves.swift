import ReproFormats
import ReproVerification

/// Losses of all runs over one another, and how far they are from the first run's.
struct Curves {
    /// Runs whose losses and validations are the same bits, drawn as one.
    struct Curve {
        let runs: [ReportedRun]

        var losses: [StepLoss] { runs[0].losses }
        var validations: [EpochScores] { runs[0].validations }

        var names: String { runs.map(\.name).joined(separator: ", ") }

        /// The mean of the steps' losses of each epoch.
        var epochLosses: [Double] {
            var sums: [(loss: Double, count: Int)] = []
            for (index, loss) in losses.enumerated() {
                if index == 0 || loss.epoch != losses[index - 1].epoch { sums.append((0, 0)) }
                sums[sums.count - 1].loss += Double(loss.loss)
                sums[sums.count - 1].count += 1
            }
            return sums.map { $0.loss / Double($0.count) }
        }
    }

    let curves: [Curve]
    /// The most points that a curve is drawn with; beyond that, the least and the greatest value of every few steps.
    private static let limit = 600
    /// The colours and dashes of the style sheet.
    static let styleCount = 6

    init(_ runs: [ReportedRun]) {
        var curves: [Curve] = []
        for run in runs where !run.losses.isEmpty {
            let same = curves.firstIndex { $0.losses == run.losses && $0.validations == run.validations }
            if let same {
                curves[same] = Curve(runs: curves[same].runs + [run])
            } else {
                curves.append(Curve(runs: [run]))
            }
        }
        self.curves = curves
    }

    private var stepCount: Int { curves.map(\.losses.count).max() ?? 0 }

    var markup: Markup {
        guard stepCount > 0 else { return "<p>No losses were recorded: nothing was trained.</p>\n" }
        let values = curves.flatMap { $0.losses.map { Double($0.loss) } }
        var plots = [plot("Training loss", "loss, linear", .linear(values))]
        if let axis = Axis.logarithmic(values) {
            plots.append(plot("Training loss, logarithmic", "loss, logarithmic", axis))
        }
        if let distances { plots.append(distances) }
        return """
            \(legend)
            <div class="plots">\(plots.joined())</div>
            <p class="note">\(fidelity)</p>
            \(LossTable(curves: curves).markup)\
            \(EpochCurves(curves: curves).markup)
            """
    }

    private var fidelity: Markup {
        let epochs: Markup = "Vertical lines begin an epoch."
        if curves.count > Curves.styleCount {
            return "\(strokes) \(epochs) After \(Curves.styleCount) curves, colours and dashes begin again."
        }
        return "\(strokes) \(epochs)"
    }

    private var strokes: Markup {
        guard stepCount > Curves.limit else { return "Every step is drawn." }
        let size = Curves.bucket(stepCount)
        return "Of every \(size) steps the least and the greatest loss are drawn."
    }

    private var legend: Markup {
        let entries = curves.enumerated().map { index, curve in
            let same: Markup = curve.runs.count > 1 ? " – the same losses, bit for bit" : ""
            return """
                <li><svg class="key" viewBox="0 0 32 12" aria-hidden="true" focusable="false">\
                <path class="line s\(index % Curves.styleCount)" d="M0 6H32"/></svg>\(curve.names)\(same)</li>
                """ as Markup
        }
        return "<ul class=\"keys\">\(entries.joined())</ul>"
    }

    private func plot(_ title: Markup, _ unit: Markup, _ axis: Axis) -> Markup {
        let ends = curves.map { curve -> Markup in
            "\(curve.names): from \("\(curve.losses[0].loss)") to \("\(curve.losses.last!.loss)")"
        }
        return Plot(
            title: title, summary: "\(title) over \(stepCount) steps. \(ends.joined("; ")).", unit: unit,
            stepCount: stepCount, axis: axis,
            // The first run lies on top: it is the one that the others are measured by.
            series: curves.enumerated().reversed().map { index, curve in
                let points = curve.losses.map { (step: $0.step, value: Double($0.loss)) }
                return Plot.Series(style: index % Curves.styleCount, points: Curves.thinned(points))
            }, epochs: epochs
        ).markup
    }

    /// Distances from the first curve; nil where there is no other.
    private var distances: Markup? {
        guard curves.count > 1 else { return nil }
        let series = curves.enumerated().dropFirst().map { index, curve in
            let points = zip(curves[0].losses, curve.losses).map { (step: $0.step, value: Double(Curves.ulps($0, $1))) }
            return Plot.Series(style: index % Curves.styleCount, points: Curves.thinned(points), isDotted: true)
        }
        let greatest = series.flatMap { $0.points.map(\.value) }.max() ?? 0
        let title: Markup = "Distance from \(curves[0].runs[0].name)"
        let firsts = curves.dropFirst().map { curve -> Markup in
            let first = zip(curves[0].losses, curve.losses).first { $0.loss.bitPattern != $1.loss.bitPattern }
            return first.map { "\(curve.names) first differs in step \($0.0.step)" } ?? "\(curve.names) is longer"
        }
        return Plot(
            title: title, summary: "\(title), in ulp. \(firsts.joined("; ")).", unit: "ulp, logarithmic above 1",
            stepCount: stepCount, axis: .ulps(greatest: UInt64(greatest)), series: series, epochs: epochs
        ).markup
    }

    static func ulps(_ a: StepLoss, _ b: StepLoss) -> UInt64 {
        ULP.distance(a.loss.bitPattern, b.loss.bitPattern) ?? 0
    }

    private var epochs: [Int] {
        let losses = curves[0].losses
        let firsts = losses.indices.filter { $0 == 0 || losses[$0].epoch != losses[$0 - 1].epoch }
        return firsts.count > 40 ? [] : firsts
    }

    private static func bucket(_ count: Int) -> Int { max(1, (2 * count + limit - 1) / limit) }

    /// The least and the greatest value of each bucket, in the order in which they occur.
    static func thinned(_ points: [(step: Int, value: Double)]) -> [(step: Int, value: Double)] {
        guard points.count > limit else { return points }
        let size = bucket(points.count)
        return stride(from: 0, to: points.count, by: size).flatMap { start in
            let part = points[start..<min(start + size, points.count)]
            let ends = [part.min { $0.value < $1.value }!, part.max { $0.value < $1.value }!]
            return ends.sorted { $0.step < $1.step }
        }
    }
}
