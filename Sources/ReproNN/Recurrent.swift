import ReproNumerics
import ReproRandom

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

/// Gradients of everything that a recurrent module reads, in the shapes of what it read.
public struct RecurrentGradients: Sendable {
    /// In the order of the module's parameters.
    public let parameters: [Tensor]
    public let input: Tensor
    public let hidden: Tensor
    public let cell: Tensor?
}

/// A recurrent module: `torch.nn.LSTM`, `GRU` or `RNN` under the numerical contract.
///
/// Parameters are a value; what the kernels need of them is made by ``weights(for:backward:)`` and passed to each call, so
/// that nothing is cached out of sight.
public struct Recurrent: Sendable {
    public let configuration: RecurrentConfiguration
    /// In PyTorch's order, each name after `prefix`.
    public var parameters: [Parameter]

    /// Draws every parameter from its own stream: U(−1/√H, 1/√H).
    ///
    /// - Parameter prefix: what precedes the parameters' names, for example `lstm.`; it is part of each stream's key.
    public init(_ configuration: RecurrentConfiguration, prefix: String = "", streams: RandomStreams) {
        self.configuration = configuration
        parameters = configuration.parameterShapes.map { name, shape in
            var stream = streams.parameters(of: prefix + name)
            let value = Initialization.recurrent(hiddenSize: configuration.hiddenSize)
                .tensor(shape: shape, from: &stream)
            return Parameter(name: prefix + name, value: value)
        }
    }

    /// - Precondition: names aside, parameters of the configuration's shapes in its order.
    public init(_ configuration: RecurrentConfiguration, parameters: [Parameter]) {
        precondition(
            parameters.map(\.value.shape) == configuration.parameterShapes.map(\.shape),
            "parameters of other shapes than the configuration's")
        self.configuration = configuration
        self.parameters = parameters
    }

    /// The parameters laid out for an engine; to be made again when they change.
    ///
    /// - Precondition: the engine's workers, which lay them out, are not at work for another thread.
    public func weights(for engine: Engine, backward: Bool = false) -> RecurrentWeights {
        RecurrentWeights(configuration, parameters: parameters[...], engine: engine, backward: backward)
    }

    /// Runs over a batch.
    ///
    /// - Parameters:
    ///   - input: `[T, B, I]`, `[B, T, I]` batch first, or `[T, I]` without a batch.
    ///   - lengths: valid steps of each sequence; nil for all of them.
    ///   - initial: h_0 `[L·D, B, S]` and, for LSTM, c_0 `[L·D, B, H]`; +0 where nil.
    /// - Precondition: shapes as stated; lengths within 1 … T.
    /// - Throws: ``FloatingPointFault``.
    public static func forward(
        _ input: Tensor, lengths: [Int]? = nil, initial: (hidden: Tensor?, cell: Tensor?) = (nil, nil),
        weights: RecurrentWeights, engine: Engine
    ) throws(FloatingPointFault) -> RecurrentOutput {
        try run(input, lengths, initial, weights, engine, training: false, dropout: nil).output
    }

    /// As above, watched.
    package static func forward(
        _ input: Tensor, lengths: [Int]?, weights: RecurrentWeights, engine: Engine, observer: OperationObserver?
    ) throws(FloatingPointFault) -> RecurrentOutput {
        try run(input, lengths, (nil, nil), weights, engine, training: false, dropout: nil, observer: observer).output
    }

    /// As `forward`, keeping what the backward pass needs. Dropout between layers, where the configuration has any,
    /// draws from `dropout`.
    public static func forwardForTraining(
        _ input: Tensor, lengths: [Int]? = nil, initial: (hidden: Tensor?, cell: Tensor?) = (nil, nil),
        weights: RecurrentWeights, engine: Engine, dropout stream: PCG64? = nil
    ) throws(FloatingPointFault) -> (output: RecurrentOutput, tape: RecurrentTape) {
        let configuration = weights.configuration
        precondition(!configuration.drops || stream != nil, "dropout without a stream to draw from")
        var place: Dropout?
        if configuration.drops, let stream {
            let positions = CallerShapes(input, lengths, configuration).layout.positions
            place = Dropout(stream: stream, configuration, batchPositions: positions)
        }
        return try forwardForTraining(
            input, lengths: lengths, initial: initial, weights: weights, engine: engine, place: place)
    }

    /// The same for a part of a batch, which draws where the parts before it ended.
    package static func forwardForTraining(
        _ input: Tensor, lengths: [Int]?, initial: (hidden: Tensor?, cell: Tensor?), weights: RecurrentWeights,
        engine: Engine, place dropout: Dropout?
    ) throws(FloatingPointFault) -> (output: RecurrentOutput, tape: RecurrentTape) {
        let result = try run(input, lengths, initial, weights, engine, training: true, dropout: dropout)
        return (result.output, result.tape!)
    }

    /// Gradients of a scalar with respect to everything that the forward pass read, from those with respect to its
    /// results; absent ones are +0.
    ///
    /// - Precondition: shapes are those of the results; the tape has not been used.
    public static func backward(
        _ tape: RecurrentTape, output: Tensor? = nil, hidden: Tensor? = nil, cell: Tensor? = nil,
        batchless: Bool = false,
        engine: Engine
    ) throws(FloatingPointFault) -> RecurrentGradients {
        var fault: FloatingPointFault?
        var read: (input: Tensor, hidden: Tensor, cell: Tensor?)?
        let parameters = Tensor.filled(tape.weights.shapes) { pointers in
            do throws(FloatingPointFault) {
                read = try backward(
                    tape, output, hidden, cell, batchless: batchless, into: pointers, continues: false, engine)
            } catch { fault = error }
        }
        guard let read else { throw fault! }
        return RecurrentGradients(parameters: parameters, input: read.input, hidden: read.hidden, cell: read.cell)
    }

    /// The gradients of the parameters alone, for an input and initial states that nothing trains: the first layer's
    /// gradients of its input are then not computed.
    ///
    /// - Returns: in the order of the module's parameters, the bits of ``backward(_:output:hidden:cell:batchless:engine:)``.
    /// - Precondition: shapes are those of the results; the tape has not been used.
    public static func parameterGradients(
        _ tape: RecurrentTape, output: Tensor? = nil, hidden: Tensor? = nil, cell: Tensor? = nil,
        batchless: Bool = false, engine: Engine
    ) throws(FloatingPointFault) -> [Tensor] {
        let configuration = tape.weights.configuration
        let shapes = CallerShapes(layout: tape.layout, batchless: batchless, configuration)
        let memory = Arena()
        let (hiddenGradients, initial) = incoming(tape, hidden, cell, shapes, in: memory)
        var fault: FloatingPointFault?
        let gradients = Tensor.filled(tape.weights.shapes) { pointers in
            do throws(FloatingPointFault) {
                try withExtendedLifetime(memory) { () throws(FloatingPointFault) in
                    try RecurrentPass.backward(
                        tape, engine: engine,
                        outputGradient: try shapes.gather(output, width: configuration.outputSize, engine),
                        hiddenGradients: hiddenGradients,
                        into: RecurrentPass.GradientTargets(parameters: pointers[...], input: nil, initial: initial))
                }
            } catch { fault = error }
        }
        if let fault { throw fault }
        return gradients
    }

    /// The gradients of the final states by rank; those of the cells where the initial ones' are to stand.
    private static func incoming(
        _ tape: RecurrentTape, _ hidden: Tensor?, _ cell: Tensor?, _ shapes: CallerShapes, in memory: Arena
    ) -> (hidden: UnsafeMutablePointer<Float>, initial: States) {
        let configuration = tape.weights.configuration
        let hiddenGradients = memory.take(shapes.hiddenCount)
        shapes.rank(hidden, width: configuration.stateSize, into: hiddenGradients)
        let initial = States(configuration, batch: tape.layout.batch, zeroed: false, in: memory)
        if let cells = initial.cells { shapes.rank(cell, width: configuration.hiddenSize, into: cells) }
        return (hiddenGradients, initial)
    }

    /// As above, continuing the chains in `parameters`: a batch's sequences in several calls, in their order, give the bits of
    /// one (contract, section 2). Returns the gradients of what else was read.
    ///
    /// - Precondition: gradients in the order and shapes of the parameters, +0 before the first call.
    public static func backward(
        _ tape: RecurrentTape, output: Tensor? = nil, hidden: Tensor? = nil, cell: Tensor? = nil,
        batchless: Bool = false, accumulating parameters: inout [Tensor], engine: Engine
    ) throws(FloatingPointFault) -> (input: Tensor, hidden: Tensor, cell: Tensor?) {
        precondition(parameters.map(\.shape) == tape.weights.shapes, "gradients of other shapes than the parameters'")
        var fault: FloatingPointFault?
        var read: (input: Tensor, hidden: Tensor, cell: Tensor?)?
        Tensor.update(&parameters) { pointers in
            do throws(FloatingPointFault) {
                read = try backward(
                    tape, output, hidden, cell, batchless: batchless, into: pointers, continues: true, engine)
            } catch { fault = error }
        }
        guard let read else { throw fault! }
        return read
    }

    private static func backward(
        _ tape: RecurrentTape, _ output: Tensor?, _ hidden: Tensor?, _ cell: Tensor?, batchless: Bool,
        into parameters: [UnsafeMutablePointer<Float>], continues: Bool, _ engine: Engine
    ) throws(FloatingPointFault) -> (input: Tensor, hidden: Tensor, cell: Tensor?) {
        let configuration = tape.weights.configuration
        let shapes = CallerShapes(layout: tape.layout, batchless: batchless, configuration)
        let isLSTM = configuration.cell == .lstm
        let memory = Arena()
        let (hiddenGradients, initial) = incoming(tape, hidden, cell, shapes, in: memory)
        var fault: FloatingPointFault?
        let tensors = Tensor.filled(
            [shapes.rows(width: configuration.inputSize), shapes.states(configuration.stateSize)]
                + (isLSTM ? [shapes.states(configuration.hiddenSize)] : [])
        ) { pointers in
            let rows = shapes.isIdentity ? nil : Rows(count: tape.layout.positions * configuration.inputSize)
            let input = rows?.pointer ?? pointers[0]
            do throws(FloatingPointFault) {
                try withExtendedLifetime((memory, rows?.owner)) { () throws(FloatingPointFault) in
                    try RecurrentPass.backward(
                        tape, engine: engine,
                        outputGradient: try shapes.gather(output, width: configuration.outputSize, engine),
                        hiddenGradients: hiddenGradients,
                        into: RecurrentPass.GradientTargets(
                            parameters: parameters[...], input: input, initial: initial, continues: continues))
                    if rows != nil {
                        try shapes.scatter(input, width: configuration.inputSize, into: pointers[0], engine)
                    }
                    shapes.unrank(initial.hidden, width: configuration.stateSize, into: pointers[1])
                    if let cells = initial.cells {
                        shapes.unrank(cells, width: configuration.hiddenSize, into: pointers[2])
                    }
                }
            } catch { fault = error }
        }
        if let fault { throw fault }
        return (tensors[0], tensors[1], isLSTM ? tensors[2] : nil)
    }

    private static func run(
        _ input: Tensor, _ lengths: [Int]?, _ initial: (hidden: Tensor?, cell: Tensor?), _ weights: RecurrentWeights,
        _ engine: Engine, training: Bool, dropout: Dropout?, observer: OperationObserver? = nil
    ) throws(FloatingPointFault) -> (output: RecurrentOutput, tape: RecurrentTape?) {
        let configuration = weights.configuration
        let shapes = CallerShapes(input, lengths, configuration)
        let isLSTM = configuration.cell == .lstm
        let pass = RecurrentPass(
            weights: weights, layout: shapes.layout, engine: engine, training: training, observer: observer)
        let start = pass.states(zeroed: false)
        shapes.rank(initial.hidden, width: configuration.stateSize, into: start.hidden)
        if let cells = start.cells { shapes.rank(initial.cell, width: configuration.hiddenSize, into: cells) }
        var tape: RecurrentTape?
        var fault: FloatingPointFault?
        let tensors = Tensor.filled(
            [shapes.rows(width: configuration.outputSize), shapes.states(configuration.stateSize)]
                + (isLSTM ? [shapes.states(configuration.hiddenSize)] : [])
        ) { pointers in
            // Nothing is copied where the caller's layout is the rows' and nothing is kept.
            let direct = shapes.isIdentity && !training
            let sequenceMajor = shapes.isSequenceMajor && !training
            func forward(_ rows: consuming Rows) throws(FloatingPointFault) {
                let result = try pass.forward(
                    input: rows, initial: start,
                    final: States(hidden: pointers[1], cells: isLSTM ? pointers[2] : nil),
                    output: direct || sequenceMajor ? pointers[0] : nil, sequenceMajor: sequenceMajor,
                    dropout: dropout)
                tape = result.tape
                if direct || sequenceMajor { return }
                try withExtendedLifetime(result.output.owner) { () throws(FloatingPointFault) in
                    try shapes.scatter(
                        result.output.pointer, width: configuration.outputSize, into: pointers[0], engine)
                }
            }
            do throws(FloatingPointFault) {
                if direct {
                    try input.withUnsafeElements { elements throws(FloatingPointFault) in
                        try forward(Rows(borrowing: UnsafeMutablePointer(mutating: elements)))
                    }
                } else {
                    try forward(shapes.gather(input, width: configuration.inputSize, engine))
                }
            } catch { fault = error }
        }
        if let fault { throw fault }
        let output = RecurrentOutput(output: tensors[0], hidden: tensors[1], cell: isLSTM ? tensors[2] : nil)
        return (output, tape)
    }
}
