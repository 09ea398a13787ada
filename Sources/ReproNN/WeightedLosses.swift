import ReproNumerics

/// A mean over nothing: every target is ignored, or the counted ones weigh 0 together. PyTorch gives a NaN.
public struct NothingCounted: Error, Equatable, CustomStringConvertible {
    /// Targets, counted or not.
    public let targetCount: Int

    public init(targetCount: Int) { self.targetCount = targetCount }

    public var description: String {
        "a mean loss over \(targetCount) targets of which none counts; leave out batches whose targets are all ignored "
            + "or of weight 0"
    }
}

/// Losses with weights and ignored targets (contract, section 6).
extension Loss {
    /// PyTorch's default `ignore_index`.
    public static let ignoreIndex = -100

    /// A mean loss and its gradient with respect to what it was computed from, in the shape of that.
    public struct Value: Sendable {
        /// The scalar, shape `[]`.
        public let value: Tensor
        public let gradient: Tensor
    }

    /// `torch.nn.NLLLoss`: the mean of `−y[target]` weighted by the targets' classes.
    ///
    ///     Σ w[t] × −y[t] ÷ W   W = Σ w[t]   d[t] = −w[t] ÷ W, +0 elsewhere
    ///
    /// over the rows whose target is not `ignoreIndex`, in their order; without weights W is their count.
    /// - Parameters:
    ///   - logProbabilities: `[N, C]`.
    ///   - weight: `[C]`, none negative.
    /// - Precondition: shapes as stated; targets within 0 ..< C, or `ignoreIndex`.
    /// - Throws: ``NothingCounted`` where W is 0.
    public static func nll(
        _ logProbabilities: Tensor, targets: [Int], weight: Tensor? = nil, ignoreIndex: Int = Loss.ignoreIndex
    ) throws(NothingCounted) -> Value {
        let counted = CountedTargets(targets, logProbabilities.shape, weight, ignoreIndex)
        let total = try counted.total()
        var gradient = Tensor(zeros: logProbabilities.shape)
        for (place, weight) in counted.places { gradient[offset: place] = -weight / total }
        return Value(value: counted.mean(logProbabilities, total), gradient: gradient)
    }

    /// `torch.nn.CrossEntropyLoss`: NLL of log-softmax, with the gradient of the logits.
    ///
    ///     d[j] = ((exp(y[j]) − e) × w[t]) ÷ W   e = 1 for the target, else 0; +0 in an ignored row
    ///
    /// Without weights, or with weights of 1, the bits are those of ``softmaxNLL(_:targets:engine:)``.
    /// - Precondition, throws: as ``nll(_:targets:weight:ignoreIndex:)``.
    public static func crossEntropy(
        _ logits: Tensor, targets: [Int], weight: Tensor? = nil, ignoreIndex: Int = Loss.ignoreIndex, engine: Engine
    ) throws(NothingCounted) -> Value {
        let counted = CountedTargets(targets, logits.shape, weight, ignoreIndex)
        let total = try counted.total()
        let y = LogSoftmax.forward(logits, engine: engine)
        var powers = y
        powers.withUnsafeMutableElements { engine.kernels.exp(count: y.count, $0, $0) }
        var gradient = Tensor(zeros: logits.shape)
        let classes = logits.shape[1]
        for (place, weight) in counted.places {
            let first = place / classes * classes
            for index in first..<(first + classes) {
                let difference = powers[offset: index] - (index == place ? 1 : 0)
                gradient[offset: index] = difference * weight / total
            }
        }
        return Value(value: counted.mean(y, total), gradient: gradient)
    }

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
    /// - Throws: ``NothingCounted`` where there is no element.
    public static func binaryCrossEntropyWithLogits(
        _ logits: Tensor, targets: Tensor, posWeight: Tensor? = nil, engine: Engine
    ) throws(NothingCounted) -> Value {
        precondition(targets.shape == logits.shape, "targets of shape \(targets.shape) for \(logits.shape)")
        let count = logits.count
        guard count > 0 else { throw NothingCounted(targetCount: 0) }
        let width = posWeight?.count ?? 1
        precondition(width == 1 || width == logits.shape.last, "\(width) weights for \(logits.shape)")
        var tail = Tensor(shape: [count], elements: logits.elements.map { -$0.magnitude })
        var sigmoid = posWeight == nil ? logits : Tensor(shape: logits.shape, elements: logits.elements.map { -$0 })
        tail.withUnsafeMutableElements {
            engine.kernels.exp(count: count, $0, $0)
            engine.kernels.log1p(count: count, $0, $0)
        }
        sigmoid.withUnsafeMutableElements { engine.kernels.sigmoid(count: count, $0, $0) }
        let n = Float(count)
        var sum: Float = 0
        var gradient = sigmoid
        for index in 0..<count {
            let (x, t, s) = (logits[offset: index], targets[offset: index], sigmoid[offset: index])
            if let posWeight {
                let scale = (posWeight[offset: index % width] - 1) * t
                let weight = scale + 1
                let product = (1 - t) * x
                sum += product + weight * (tail[offset: index] + (x < 0 ? -x : 0))
                gradient[offset: index] = ((1 - t) - weight * s) / n
            } else {
                let product = x * t
                sum += ((x > 0 ? x : 0) - product) + tail[offset: index]
                gradient[offset: index] = (s - t) / n
            }
        }
        return Value(value: Tensor(shape: [], elements: [sum / n]), gradient: gradient)
    }
}

/// The targets that count, with the offset of each in `[N, C]` and its class's weight.
private struct CountedTargets {
    let places: [(place: Int, weight: Float)]
    private let isWeighted: Bool
    private let targetCount: Int

    init(_ targets: [Int], _ shape: [Int], _ weight: Tensor?, _ ignoreIndex: Int) {
        precondition(shape.count == 2 && shape[0] == targets.count, "\(targets.count) targets for \(shape)")
        let classes = shape[1]
        if let weight {
            precondition(
                weight.shape == [classes] && weight.elements.allSatisfy { $0 >= 0 },
                "weights \(weight.elements) for \(classes) classes")
        }
        var places: [(Int, Float)] = []
        for (row, target) in targets.enumerated() where target != ignoreIndex {
            precondition(target >= 0 && target < classes, "target \(target) of \(classes) classes")
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
