import ReproNumerics

// Negative log-likelihood of classes, with weights and ignored targets.

extension Loss {
    /// `torch.nn.NLLLoss`: the mean of `−y[target]` weighted by the targets' classes.
    ///
    ///     Σ w[t] × −y[t] ÷ W   W = Σ w[t]   d[t] = −w[t] ÷ W, +0 elsewhere
    ///
    /// over the rows whose target is not `ignoreIndex`, in their order; without weights W is their count.
    /// - Parameters:
    ///   - logProbabilities: `[N, C]`.
    ///   - weight: `[C]`, none negative.
    /// - Precondition: shapes as stated; targets within 0 ..< C, or `ignoreIndex`.
    /// - Throws: ``NothingCounted`` where W is 0, `FloatingPointFault`.
    public static func nll(
        _ logProbabilities: Tensor, targets: [Int], weight: Tensor? = nil, ignoreIndex: Int = Loss.ignoreIndex
    ) throws -> LossValue {
        try FloatingPointEnvironment.verify()
        let counted = CountedTargets(targets, logProbabilities.shape, weight, ignoreIndex)
        let total = try counted.total()
        var gradient = Tensor(zeros: logProbabilities.shape)
        for (place, weight) in counted.places { gradient[offset: place] = -weight / total }
        return LossValue(value: counted.mean(logProbabilities, total), gradient: gradient)
    }

    /// `torch.nn.CrossEntropyLoss`: NLL of log-softmax, with the gradient of the logits.
    ///
    ///     d[j] = ((exp(y[j]) − e) × w[t]) ÷ W   e = 1 for the target, else 0; +0 in an ignored row
    ///
    /// and with label smoothing ε, where `a = 1 − ε` and `b = ε ÷ C`:
    ///
    ///     Σ (a × (w[t] × −y[t]) + b × Σ w[j] × −y[j]) ÷ W   d[j] = (exp(y[j]) × Q − q[j]) ÷ W
    ///     q[j] = b × w[j], and for the target b × w[t] + a × w[t]   Q = Σ q[j]
    ///
    /// - Parameters:
    ///   - logits: `[N, C]`.
    ///   - weight: `[C]`, none negative. Weights of 1 change no bit.
    ///   - labelSmoothing: 0 … 1; 0 changes no bit.
    /// - Precondition: shapes as stated; targets within 0 ..< C, or `ignoreIndex`.
    /// - Throws: ``NothingCounted`` where W is 0, `FloatingPointFault`.
    public static func crossEntropy(
        _ logits: Tensor, targets: [Int], weight: Tensor? = nil, labelSmoothing: Double = 0,
        ignoreIndex: Int = Loss.ignoreIndex, engine: Engine
    ) throws -> LossValue {
        try engine.verify()
        require(labelSmoothing >= 0 && labelSmoothing <= 1, "label smoothing \(labelSmoothing) outside 0 … 1")
        let counted = CountedTargets(targets, logits.shape, weight, ignoreIndex)
        let total = try counted.total()
        let y = LogSoftmax.logProbabilities(logits, engine)
        let (powers, gradient) = (
            Matrix(rows: logits.shape[0], columns: logits.shape[1]),
            Matrix(rows: logits.shape[0], columns: logits.shape[1], zeroed: true)
        )
        engine.kernels.exp(y.view, into: powers.elements)
        if labelSmoothing > 0 {
            let smoothing = LabelSmoothing(labelSmoothing, classes: powers.columns, weight: weight)
            let places = counted.places.map(\.place)
            let sum = smoothing.apply(places, y: y.matrix, powers: powers, total: total, gradient: gradient)
            return LossValue(
                value: Tensor(shape: [], elements: [sum / total]), gradient: Tensor(gradient, shape: logits.shape))
        }
        for (place, weight) in counted.places {
            let (row, target) = (place / powers.columns, place % powers.columns)
            let (power, d) = (powers[row], gradient[row])
            for index in 0..<powers.columns {
                let difference = power[index] - (index == target ? 1 : 0)
                d[index] = difference * weight / total
            }
        }
        return LossValue(value: counted.mean(y, total), gradient: Tensor(gradient, shape: logits.shape))
    }
}

/// The targets that count, with the offset of each in `[N, C]` and its class's weight.
private struct CountedTargets {
    let places: [(place: Int, weight: Float)]
    private let isWeighted: Bool
    private let targetCount: Int

    init(_ targets: [Int], _ shape: [Int], _ weight: Tensor?, _ ignoreIndex: Int) {
        require(shape.count == 2 && shape[0] == targets.count, "\(targets.count) targets for \(shape)")
        let classes = shape[1]
        if let weight {
            require(
                weight.shape == [classes] && weight.elements.allSatisfy { $0 >= 0 },
                "weights \(weight.elements) for \(classes) classes")
        }
        var places: [(Int, Float)] = []
        for (row, target) in targets.enumerated() where target != ignoreIndex {
            require(target >= 0 && target < classes, "target \(target) of \(classes) classes")
            places.append((row * classes + target, weight?[offset: target] ?? 1))
        }
        self.places = places
        isWeighted = weight != nil
        targetCount = targets.count
    }

    /// What the mean divides by: the count, or the weights' sum.
    func total() throws(NothingCounted) -> Float {
        let total = isWeighted ? places.reduce(Float(0)) { $0 + $1.weight } : Float(places.count)
        guard total > 0 else { throw NothingCounted(targetCount: targetCount) }
        return total
    }

    func mean(_ y: Tensor, _ total: Float) -> Tensor {
        var sum: Float = 0
        for (place, weight) in places { sum += weight * -y[offset: place] }
        return Tensor(shape: [], elements: [sum / total])
    }
}
