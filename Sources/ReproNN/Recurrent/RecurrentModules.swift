import ReproNumerics
import ReproRandom

/// What ``LSTM``, ``GRU`` and ``RNN`` have in common: a ``Recurrent`` under PyTorch's name.
///
/// A call lays the parameters out for the engine. Where many calls share parameters, `recurrent.weights(for:backward:)`
/// does that once, and `recurrent.forward` takes what it gives.
public protocol RecurrentModule: Sendable {
    var recurrent: Recurrent { get set }
}

extension RecurrentModule {
    /// What the module is made of.
    public var configuration: RecurrentConfiguration { recurrent.configuration }

    /// In PyTorch's order and under its names, after the prefix.
    public var parameters: [Parameter] {
        get { recurrent.parameters }
        set { recurrent.parameters = newValue }
    }

    /// Runs over a batch, or over one sequence without a batch's axis.
    ///
    /// - Parameters:
    ///   - input: `[T, B, I]`, `[B, T, I]` batch first, or `[T, I]`.
    ///   - hidden: h_0, `[L·D, B, S]` or `[L·D, S]`; +0 where nil.
    ///   - cell: c_0, `[L·D, B, H]` or `[L·D, H]`, of an LSTM alone; +0 where nil.
    ///   - lengths: each sequence's valid steps, in any order; all of them where nil.
    /// - Returns: `output`, `hidden` (h_n) and, of an LSTM, `cell` (c_n). Output past a length is +0.
    /// - Throws: ``ShapeError``, `FloatingPointFault`.
    public func callAsFunction(
        _ input: Tensor, hidden: Tensor? = nil, cell: Tensor? = nil, lengths: [Int]? = nil, engine: Engine
    ) throws -> RecurrentOutput {
        try recurrent.forward(
            input, lengths: lengths, initial: InitialStates(hidden: hidden, cell: cell),
            weights: recurrent.weights(for: engine), engine: engine)
    }

    /// Runs over a batch in training: with dropout between layers, and keeping what the backward pass needs.
    ///
    /// - Parameter dropout: the stream that dropout draws from.
    /// - Precondition: a stream where the module has dropout and more than one layer.
    /// - Throws: ``ShapeError``, `FloatingPointFault`.
    public func forwardForTraining(
        _ input: Tensor, hidden: Tensor? = nil, cell: Tensor? = nil, lengths: [Int]? = nil, dropout: PCG64? = nil,
        engine: Engine
    ) throws -> (output: RecurrentOutput, tape: RecurrentTape) {
        try recurrent.forwardForTraining(
            input, lengths: lengths, initial: InitialStates(hidden: hidden, cell: cell),
            weights: recurrent.weights(for: engine, backward: true), engine: engine, dropout: dropout)
    }

    /// Gradients of a scalar with respect to parameters, input and initial states, from those with respect to the results;
    /// absent ones are +0.
    ///
    /// - Precondition: the tape has not been used; gradients to continue have the parameters' shapes.
    /// - Throws: ``ShapeError``, `FloatingPointFault`.
    public func backward(
        _ tape: RecurrentTape, output: Tensor? = nil, hidden: Tensor? = nil, cell: Tensor? = nil,
        options: BackwardOptions = BackwardOptions(), engine: Engine
    ) throws -> RecurrentGradients {
        try recurrent.backward(tape, output: output, hidden: hidden, cell: cell, options: options, engine: engine)
    }
}

/// `torch.nn.LSTM`: long short-term memory, gates i f g o (contract, sections 4 and 7).
public struct LSTM: RecurrentModule {
    public var recurrent: Recurrent

    /// Draws every parameter from its own stream: U(−1/√H, 1/√H).
    ///
    /// - Parameters:
    ///   - layers: PyTorch's `num_layers`.
    ///   - dropout: the probability of dropping an element between layers, in training.
    ///   - projSize: the size that a projection reduces h to, below `hiddenSize`; 0 for none.
    ///   - prefix: what precedes the parameters' names and is part of their streams' keys, for example `lstm.`.
    /// - Throws: `ParameterKeyCollision` where two names share a stream's key, `FloatingPointFault`.
    public init(
        inputSize: Int, hiddenSize: Int, layers: Int = 1, bias: Bool = true, batchFirst: Bool = false,
        dropout: Double = 0, bidirectional: Bool = false, projSize: Int = 0, prefix: String = "",
        streams: RandomStreams
    ) throws {
        recurrent = try Recurrent(
            RecurrentConfiguration(
                cell: .lstm, inputSize: inputSize, hiddenSize: hiddenSize, layers: layers, bias: bias,
                batchFirst: batchFirst, dropout: dropout, bidirectional: bidirectional, projectionSize: projSize),
            prefix: prefix, streams: streams)
    }
}

/// `torch.nn.GRU`: gated recurrent units, gates r z n (contract, sections 4 and 7).
public struct GRU: RecurrentModule {
    public var recurrent: Recurrent

    /// Draws every parameter from its own stream: U(−1/√H, 1/√H). The options are those of ``LSTM``, but for the projection.
    ///
    /// - Throws: `ParameterKeyCollision` where two names share a stream's key, `FloatingPointFault`.
    public init(
        inputSize: Int, hiddenSize: Int, layers: Int = 1, bias: Bool = true, batchFirst: Bool = false,
        dropout: Double = 0, bidirectional: Bool = false, prefix: String = "", streams: RandomStreams
    ) throws {
        recurrent = try Recurrent(
            RecurrentConfiguration(
                cell: .gru, inputSize: inputSize, hiddenSize: hiddenSize, layers: layers, bias: bias,
                batchFirst: batchFirst, dropout: dropout, bidirectional: bidirectional),
            prefix: prefix, streams: streams)
    }
}

/// `torch.nn.RNN`: Elman's recurrence with tanh or relu (contract, sections 4 and 7).
public struct RNN: RecurrentModule {
    public var recurrent: Recurrent

    /// Draws every parameter from its own stream: U(−1/√H, 1/√H). The options are those of ``LSTM``, with a nonlinearity in
    /// place of the projection.
    ///
    /// - Throws: `ParameterKeyCollision` where two names share a stream's key, `FloatingPointFault`.
    public init(
        inputSize: Int, hiddenSize: Int, layers: Int = 1, nonlinearity: Nonlinearity = .tanh, bias: Bool = true,
        batchFirst: Bool = false, dropout: Double = 0, bidirectional: Bool = false, prefix: String = "",
        streams: RandomStreams
    ) throws {
        recurrent = try Recurrent(
            RecurrentConfiguration(
                cell: .rnn, inputSize: inputSize, hiddenSize: hiddenSize, layers: layers, bias: bias,
                batchFirst: batchFirst, dropout: dropout, bidirectional: bidirectional, nonlinearity: nonlinearity),
            prefix: prefix, streams: streams)
    }
}
