import ReproNumerics

/// Targets that give a share of themselves to every class, as `label_smoothing` does in PyTorch (contract, section 6).
struct LabelSmoothing {
    /// `1 − ε` and `ε ÷ C`, formed in binary64 and rounded once.
    private let own, shared: Float
    /// `[C]`; 1 each where no weights are given.
    private let weights: [Float]

    init(_ smoothing: Double, classes: Int, weight: Tensor?) {
        own = Float(1 - smoothing)
        shared = Float(smoothing / Double(classes))
        weights = weight.map { Array($0.elements) } ?? [Float](repeating: 1, count: classes)
    }

    /// The sum of the rows' terms in their order, with the gradient of the logits written where it belongs.
    ///
    /// - Parameters:
    ///   - places: the offset of each counted row's target.
    ///   - y: log-probabilities.
    ///   - powers: their exponentials.
    ///   - total: what the mean divides by.
    func apply(_ places: [Int], y: Matrix, powers: Matrix, total: Float, gradient: Matrix) -> Float {
        var sum: Float = 0
        for place in places {
            let (row, target) = (place / y.columns, place % y.columns)
            let (logs, power, d) = (y[row], powers[row], gradient[row])
            let mine = own * weights[target]
            var (all, share): (Float, Float) = (0, 0)
            for index in 0..<y.columns {
                all += weights[index] * -logs[index]
                let part = shared * weights[index]
                d[index] = index == target ? part + mine : part
                share += d[index]
            }
            for index in 0..<y.columns {
                let product = power[index] * share
                d[index] = (product - d[index]) / total
            }
            let term = own * (weights[target] * -logs[target])
            sum += term + shared * all
        }
        return sum
    }
}
