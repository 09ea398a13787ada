import ReproNumerics

/// What a recurrent module returns, in PyTorch's layouts.
public struct RecurrentOutput: Sendable {
    /// The last layer's states at every step, `[T, B, D·S]`, or `[B, T, D·S]` batch first, or `[T, D·S]` for an input
    /// without a batch: forward half, then reverse half; +0 past a sequence's length.
    public let output: Tensor
    /// The state after each direction's last step, `[L·D, B, S]` whatever batch first says (`[L·D, S]` without a batch).
    public let hidden: Tensor
    /// LSTM: the cell after each direction's last step, `[L·D, B, H]`.
    public let cell: Tensor?
}

/// The states that a recurrent module starts from; +0 where nil.
public struct InitialStates: Sendable {
    /// h_0, `[L·D, B, S]`, or `[L·D, S]` without a batch.
    public var hidden: Tensor?
    /// c_0 of an LSTM, `[L·D, B, H]`, or `[L·D, H]` without a batch.
    public var cell: Tensor?

    public init(hidden: Tensor? = nil, cell: Tensor? = nil) {
        self.hidden = hidden
        self.cell = cell
    }
}

/// What a backward pass computes beside the gradients that everyone wants.
public struct BackwardOptions: Sendable {
    /// Gradients of the parameters, in their order and shapes, whose chains are continued: a batch's sequences in several
    /// calls, in their order, give the bits of one (contract, section 2). Chains start at +0 where nil.
    public var continuing: [Tensor]?
    /// Whether anybody reads the gradient of the input.
    public var input: Bool

    public init(continuing: [Tensor]? = nil, input: Bool = true) {
        self.continuing = continuing
        self.input = input
    }
}

/// Gradients of everything that a recurrent module reads, in the shapes of what it read.
public struct RecurrentGradients: Sendable {
    /// In the order of the module's parameters.
    public let parameters: [Tensor]
    /// Nil where ``BackwardOptions/input`` said so.
    public let input: Tensor?
    /// The gradient of h_0, in its shape.
    public let hidden: Tensor
    /// The gradient of c_0, in its shape; nil for cells without one.
    public let cell: Tensor?
}
