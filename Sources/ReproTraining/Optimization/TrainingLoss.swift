import ReproNN
import ReproNumerics

/// The loss that training lowers, and the plain one that a split is judged by (contract, section 11).
struct TrainingLoss {
    let head: SequenceModelConfiguration.Head
    /// `[C]`; nil for equal ones.
    let classWeights: Tensor?
    let labelSmoothing: Double

    /// The loss of a training batch, with weights and smoothing.
    func ofTraining(_ logits: Tensor, _ batch: SequenceBatch, engine: Engine) throws -> LossValue {
        if head == .linear { return try ofEvaluation(logits, numbers: batch.numbers) }
        guard head == .softmax, classWeights != nil || labelSmoothing > 0 else {
            return try ofEvaluation(logits, targets: batch.targets, engine: engine)
        }
        return try Loss.crossEntropy(
            logits, targets: batch.targets, weight: classWeights, labelSmoothing: labelSmoothing, engine: engine)
    }

    /// The loss without either: of experiments that differ in them the same, so that they can be compared.
    func ofEvaluation(_ logits: Tensor, targets: [Int], engine: Engine) throws -> LossValue {
        try head.loss(logits, targets: targets, engine: engine)
    }

    /// The loss of numbers.
    func ofEvaluation(_ outputs: Tensor, numbers: [Float]) throws -> LossValue {
        try Loss.meanSquaredError(outputs, targets: Tensor(shape: outputs.shape, elements: numbers))
    }
}
