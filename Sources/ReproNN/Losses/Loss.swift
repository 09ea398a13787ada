import ReproNumerics

/// A mean loss and its gradient with respect to what it was computed from, in the shape of that.
public struct LossValue: Sendable {
    /// The scalar, shape `[]`.
    public var value: Tensor
    /// The gradient of the loss with respect to what it was computed from, in its shape.
    public var gradient: Tensor
}

/// Losses, means over the places that count in their order (contract, section 6).
public enum Loss {
    /// PyTorch's default `ignore_index`.
    public static let ignoreIndex = -100
}

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
