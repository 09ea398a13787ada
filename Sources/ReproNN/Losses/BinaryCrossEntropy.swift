import ReproNumerics

// Cross-entropy of two classes, from one logit each.

extension Loss {
    /// `torch.nn.BCEWithLogitsLoss`: the mean binary cross-entropy over all elements, in row-major order.
    ///
    ///     ((x > 0 ? x : +0) − x × t) + log1p(exp(−|x|))   d = (sigmoid(x) − t) ÷ n
    ///
    /// and with `posWeight` p, where `l = (p − 1) × t + 1`:
    ///
    ///     (1 − t) × x + l × (log1p(exp(−|x|)) + (x < 0 ? −x : +0))   d = ((1 − t) − l × sigmoid(−x)) ÷ n
    ///
    /// - Parameters:
    ///   - targets: in the shape of the logits, each within 0 … 1.
    ///   - posWeight: one, or as many as the last axis has, for the terms of positive targets.
    /// - Precondition: shapes as stated.
    /// - Throws: ``NothingCounted`` where there is no element, `FloatingPointFault`.
    public static func binaryCrossEntropyWithLogits(
        _ logits: Tensor, targets: Tensor, posWeight: Tensor? = nil, engine: Engine
    ) throws -> LossValue {
        require(targets.shape == logits.shape, "targets of shape \(targets.shape) for \(logits.shape)")
        try engine.verify()
        let count = logits.count
        guard count > 0 else { throw NothingCounted(targetCount: 0) }
        let width = posWeight?.count ?? 1
        require(width == 1 || width == logits.shape.last, "\(width) weights for \(logits.shape)")
        var tail = logits.mapped { -$0.magnitude }
        engine.kernels.exp(tail.view, into: tail.mutableView())
        engine.kernels.log1p(tail.view, into: tail.mutableView())
        var gradient = posWeight == nil ? logits : logits.mapped { -$0 }
        engine.kernels.sigmoid(gradient.view, into: gradient.mutableView())
        let n = Float(count)
        var sum: Float = 0
        let (xs, ts, tails, d) = (logits.view, targets.view, tail.view, gradient.mutableView())
        for index in 0..<count {
            let (x, t, s) = (xs[index], ts[index], d[index])
            if let posWeight {
                let scale = (posWeight[offset: index % width] - 1) * t
                let weight = scale + 1
                let product = (1 - t) * x
                sum += product + weight * (tails[index] + (x < 0 ? -x : 0))
                d[index] = ((1 - t) - weight * s) / n
            } else {
                let product = x * t
                sum += ((x > 0 ? x : 0) - product) + tails[index]
                d[index] = (s - t) / n
            }
        }
        return LossValue(value: Tensor(shape: [], elements: [sum / n]), gradient: gradient)
    }
}
