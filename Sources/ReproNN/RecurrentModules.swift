import ReproNumerics
import ReproRandom

/// What ``LSTM``, ``GRU`` and ``RNN`` have in common: a ``Recurrent`` under PyTorch's name, whose shapes are verified.
///
/// A call lays the parameters out for the engine. Where many calls share parameters, `recurrent.weights(for:backward:)`
/// does that once, and `Recurrent.forward` takes what it gives.
public protocol RecurrentModule: Sendable {
    /// The name in errors.
    static var name: String { get }
    var recurrent: Recurrent { get set }
}

/// What a module's forward pass leaves for its backward pass, which uses it up.
public struct ModuleTape {
    let tape: RecurrentTape
    let shapes: RecurrentShapes
}

extension RecurrentModule {
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
        _ = try RecurrentShapes(
            configuration, module: Self.name, input: input, lengths: lengths, hidden: hidden, cell: cell)
        return try Recurrent.forward(
            input, lengths: lengths, initial: (hidden, cell), weights: recurrent.weights(for: engine), engine: engine)
    }

    /// As a call, in training: with dropout between layers, and keeping what the backward pass needs.
    ///
    /// - Parameter dropout: the stream that dropout draws from.
    /// - Precondition: a stream where the module has dropout and more than one layer.
    /// - Throws: ``ShapeError``, `FloatingPointFault`.
    public func forwardForTraining(
        _ input: Tensor, hidden: Tensor? = nil, cell: Tensor? = nil, lengths: [Int]? = nil, dropout: PCG64? = nil,
        engine: Engine
    ) throws -> (output: RecurrentOutput, tape: ModuleTape) {
        let shapes = try RecurrentShapes(
            configuration, module: Self.name, input: input, lengths: lengths, hidden: hidden, cell: cell)
        let (output, tape) = try Recurrent.forwardForTraining(
            input, lengths: lengths, initial: (hidden, cell),
            weights: recurrent.weights(for: engine, backward: true), engine: engine, dropout: dropout)
        return (output, ModuleTape(tape: tape, shapes: shapes))
    }

    /// Gradients of a scalar with respect to parameters, input and initial states, from those with respect to the results;
    /// absent ones are +0.
    ///
    /// - Precondition: the tape has not been used.
    /// - Throws: ``ShapeError``, `FloatingPointFault`.
    public func backward(
        _ tape: ModuleTape, output: Tensor? = nil, hidden: Tensor? = nil, cell: Tensor? = nil, engine: Engine
    ) throws -> RecurrentGradients {
        try tape.shapes.verifyGradients(Self.name, output: output, hidden: hidden, cell: cell)
        return try Recurrent.backward(
            tape.tape, output: output, hidden: hidden, cell: cell, batchless: tape.shapes.batchless, engine: engine)
    }

    /// As above, continuing the chains in `gradients`, the parameters' in their order and +0 before the first call: micro-batches
    /// of consecutive sequences, one after another, give the bits of the batch.
    ///
    /// - Returns: the gradients of what the micro-batch read.
    /// - Precondition: the tape has not been used; gradients in the shapes of the parameters.
    /// - Throws: ``ShapeError``, `FloatingPointFault`.
    public func backward(
        _ tape: ModuleTape, output: Tensor? = nil, hidden: Tensor? = nil, cell: Tensor? = nil,
        accumulating gradients: inout [Tensor], engine: Engine
    ) throws -> (input: Tensor, hidden: Tensor, cell: Tensor?) {
        try tape.shapes.verifyGradients(Self.name, output: output, hidden: hidden, cell: cell)
        return try Recurrent.backward(
            tape.tape, output: output, hidden: hidden, cell: cell, batchless: tape.shapes.batchless,
            accumulating: &gradients, engine: engine)
    }
}

/// `torch.nn.LSTM`: long short-term memory, gates i f g o (contract, sections 4 and 7).
public struct LSTM: RecurrentModule {
    public static let name = "LSTM"
    public var recurrent: Recurrent

    /// Draws every parameter from its own stream: U(−1/√H, 1/√H).
    ///
    /// - Parameters:
    ///   - layers: PyTorch's `num_layers`.
    ///   - dropout: the probability of dropping an element between layers, in training.
    ///   - projSize: the size that a projection reduces h to, below `hiddenSize`; 0 for none.
    ///   - prefix: what precedes the parameters' names and is part of their streams' keys, for example `lstm.`.
    public init(
        inputSize: Int, hiddenSize: Int, layers: Int = 1, bias: Bool = true, batchFirst: Bool = false,
        dropout: Double = 0, bidirectional: Bool = false, projSize: Int = 0, prefix: String = "",
        streams: RandomStreams
    ) {
        recurrent = Recurrent(
            RecurrentConfiguration(
                cell: .lstm, inputSize: inputSize, hiddenSize: hiddenSize, layers: layers, bias: bias,
                batchFirst: batchFirst, dropout: dropout, bidirectional: bidirectional, projectionSize: projSize),
            prefix: prefix, streams: streams)
    }
}

/// `torch.nn.GRU`: gated recurrent units, gates r z n (contract, sections 4 and 7).
public struct GRU: RecurrentModule {
    public static let name = "GRU"
    public var recurrent: Recurrent

    /// As ``LSTM/init(inputSize:hiddenSize:layers:bias:batchFirst:dropout:bidirectional:projSize:prefix:streams:)``,
    /// without a projection.
    public init(
        inputSize: Int, hiddenSize: Int, layers: Int = 1, bias: Bool = true, batchFirst: Bool = false,
        dropout: Double = 0, bidirectional: Bool = false, prefix: String = "", streams: RandomStreams
    ) {
        recurrent = Recurrent(
            RecurrentConfiguration(
                cell: .gru, inputSize: inputSize, hiddenSize: hiddenSize, layers: layers, bias: bias,
                batchFirst: batchFirst, dropout: dropout, bidirectional: bidirectional),
            prefix: prefix, streams: streams)
    }
}

/// `torch.nn.RNN`: Elman's recurrence with tanh or relu (contract, sections 4 and 7).
public struct RNN: RecurrentModule {
    public static let name = "RNN"
    public var recurrent: Recurrent

    /// As ``LSTM/init(inputSize:hiddenSize:layers:bias:batchFirst:dropout:bidirectional:projSize:prefix:streams:)``,
    /// with a nonlinearity in place of the projection.
    public init(
        inputSize: Int, hiddenSize: Int, layers: Int = 1, nonlinearity: Nonlinearity = .tanh, bias: Bool = true,
        batchFirst: Bool = false, dropout: Double = 0, bidirectional: Bool = false, prefix: String = "",
        streams: RandomStreams
    ) {
        recurrent = Recurrent(
            RecurrentConfiguration(
                cell: .rnn, inputSize: inputSize, hiddenSize: hiddenSize, layers: layers, bias: bias,
                batchFirst: batchFirst, dropout: dropout, bidirectional: bidirectional, nonlinearity: nonlinearity),
            prefix: prefix, streams: streams)
    }
}
