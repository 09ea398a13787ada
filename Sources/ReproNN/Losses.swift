import ReproNumerics

/// `y = (x − m) − log Σ exp(x − m)` over each row, with m the row's maximum.
public enum LogSoftmax {
    /// - Parameter logits: `[N, C]` with C ≥ 1.
    /// - Returns: `[N, C]`.
    public static func forward(_ logits: Tensor, engine: Engine) -> Tensor {
        let (rows, classes) = (logits.shape[0], logits.shape[1])
        var output = logits
        var powers = Tensor(zeros: logits.shape)
        var sums = Tensor(zeros: [rows])
        output.withUnsafeMutableElements { y in
            for row in 0..<rows {
                var maximum = y[row * classes]
                for index in 1..<max(1, classes) where y[row * classes + index] > maximum {
                    maximum = y[row * classes + index]
                }
                for index in 0..<classes { y[row * classes + index] -= maximum }
            }
            powers.withUnsafeMutableElements { engine.kernels.exp(count: rows * classes, y, $0) }
            powers.withUnsafeElements { e in
                sums.withUnsafeMutableElements { sums in
                    for row in 0..<rows {
                        for index in 0..<classes { sums[row] += e[row * classes + index] }
                    }
                    engine.kernels.log(count: rows, sums, sums)
                    for row in 0..<rows {
                        for index in 0..<classes { y[row * classes + index] -= sums[row] }
                    }
                }
            }
        }
        return output
    }
}

/// A mean loss and its gradient with respect to the logits.
public struct LossValue: Sendable {
    /// The scalar, shape `[]`.
    public var value: Tensor
    /// `[N, C]`.
    public var logitsGradient: Tensor
}

/// Losses over logits `[N, C]`, means over rows in their order (contract, section 6).
public enum Loss {
    /// Negative log-likelihood of log-softmax, with one target class a row.
    ///
    /// - Precondition: at least one row; targets within 0 ..< C.
    public static func softmaxNLL(_ logits: Tensor, targets: [Int], engine: Engine) -> LossValue {
        let (rows, classes) = (logits.shape[0], logits.shape[1])
        precondition(rows == targets.count && rows > 0, "\(targets.count) targets for \(rows) rows")
        let logProbabilities = LogSoftmax.forward(logits, engine: engine)
        let count = Float(rows)
        var sum: Float = 0
        for (row, target) in targets.enumerated() {
            precondition(target >= 0 && target < classes, "target \(target) of \(classes) classes")
            sum += -logProbabilities[offset: row * classes + target]
        }
        var gradient = logProbabilities
        gradient.withUnsafeMutableElements { d in
            engine.kernels.exp(count: rows * classes, d, d)
            for (row, target) in targets.enumerated() { d[row * classes + target] -= 1 }
            for index in 0..<(rows * classes) { d[index] /= count }
        }
        return LossValue(value: Tensor(shape: [], elements: [sum / count]), logitsGradient: gradient)
    }

    /// Binary cross-entropy of one logit a row, with targets 0 or 1.
    ///
    ///     ((x > 0 ? x : +0) − x × t) + log1p(exp(−|x|))
    ///
    /// - Precondition: at least one row; logits `[N, 1]`.
    public static func sigmoidBCE(_ logits: Tensor, targets: [Int], engine: Engine) -> LossValue {
        let rows = logits.shape[0]
        precondition(rows == targets.count && rows > 0 && logits.shape == [rows, 1], "logits of shape \(logits.shape)")
        var tail = Tensor(shape: [rows], elements: logits.elements.map { -$0.magnitude })
        tail.withUnsafeMutableElements {
            engine.kernels.exp(count: rows, $0, $0)
            engine.kernels.log1p(count: rows, $0, $0)
        }
        var gradient = logits
        gradient.withUnsafeMutableElements { engine.kernels.sigmoid(count: rows, $0, $0) }
        let count = Float(rows)
        var sum: Float = 0
        for row in 0..<rows {
            let x = logits[offset: row]
            let t = Float(targets[row])
            let product = x * t
            sum += ((x > 0 ? x : 0) - product) + tail[offset: row]
            gradient[offset: row] = (gradient[offset: row] - t) / count
        }
        return LossValue(value: Tensor(shape: [], elements: [sum / count]), logitsGradient: gradient)
    }

    /// The predicted class of each row: the first maximum, or with a sigmoid head whether its one logit is above 0.
    public static func predictions(_ logits: Tensor, head: SequenceModelConfiguration.Head) -> [Int] {
        let (rows, classes) = (logits.shape[0], logits.shape[1])
        return (0..<rows).map { row in
            if head == .sigmoid { return logits[offset: row] > 0 ? 1 : 0 }
            var best = 0
            for index in 1..<classes
            where logits[offset: row * classes + index] > logits[offset: row * classes + best] { best = index }
            return best
        }
    }
}
