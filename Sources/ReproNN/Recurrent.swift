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
        try run(input, lengths, initial, weights, engine, training: false, dropOut: nil).output
    }

    /// As `forward`, keeping what the backward pass needs. Dropout between layers, where the configuration has any,
    /// draws from `dropout`.
    public static func forwardForTraining(
        _ input: Tensor, lengths: [Int]? = nil, initial: (hidden: Tensor?, cell: Tensor?) = (nil, nil),
        weights: RecurrentWeights, engine: Engine, dropout stream: PCG64? = nil
    ) throws(FloatingPointFault) -> (output: RecurrentOutput, tape: RecurrentTape) {
        let drops = weights.configuration.dropout > 0 && weights.configuration.layers > 1
        precondition(!drops || stream != nil, "dropout without a stream to draw from")
        let positions = Shapes(input, lengths, weights.configuration).layout.positions
        return try forwardForTraining(
            input, lengths: lengths, initial: initial, weights: weights, engine: engine,
            place: drops ? stream.map { Dropout(stream: $0, batchPositions: positions) } : nil)
    }

    /// As above for a part of a batch, whose draws stand at a place in the batch's.
    package static func forwardForTraining(
        _ input: Tensor, lengths: [Int]?, initial: (hidden: Tensor?, cell: Tensor?), weights: RecurrentWeights,
        engine: Engine, place dropout: Dropout?
    ) throws(FloatingPointFault) -> (output: RecurrentOutput, tape: RecurrentTape) {
        let result = try run(input, lengths, initial, weights, engine, training: true, dropOut: dropout)
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
        let configuration = tape.weights.configuration
        let layout = tape.layout
        let shapes = Shapes(layout: layout, batchless: batchless, configuration)
        let above =
            output.map { shapes.rows(of: $0, width: configuration.outputSize) }
            ?? Buffer(count: layout.positions * configuration.outputSize, zeroed: true)
        let gradients = try RecurrentPass.backward(
            tape, engine: engine, outputGradient: above,
            hiddenGradients: shapes.states(hidden, width: configuration.stateSize),
            cellGradients: configuration.cell == .lstm ? shapes.states(cell, width: configuration.hiddenSize) : [],
            undrop: { Dropout.restore($0, kept: $1, probability: configuration.dropout) })
        return RecurrentGradients(
            parameters: gradients.parameters,
            input: shapes.tensor(ofRows: gradients.input, width: configuration.inputSize),
            hidden: shapes.tensor(ofStates: gradients.hidden, width: configuration.stateSize),
            cell: configuration.cell == .lstm
                ? shapes.tensor(ofStates: gradients.cells, width: configuration.hiddenSize) : nil)
    }

    private static func run(
        _ input: Tensor, _ lengths: [Int]?, _ initial: (hidden: Tensor?, cell: Tensor?), _ weights: RecurrentWeights,
        _ engine: Engine, training: Bool, dropOut: Dropout?
    ) throws(FloatingPointFault) -> (output: RecurrentOutput, tape: RecurrentTape?) {
        let configuration = weights.configuration
        let shapes = Shapes(input, lengths, configuration)
        let pass = RecurrentPass(weights: weights, layout: shapes.layout, engine: engine, training: training)
        let result = try pass.forward(
            input: shapes.rows(of: input, width: configuration.inputSize),
            initialHidden: shapes.states(initial.hidden, width: configuration.stateSize),
            initialCells: configuration.cell == .lstm
                ? shapes.states(initial.cell, width: configuration.hiddenSize) : [],
            dropOut: dropOut)
        let output = RecurrentOutput(
            output: shapes.tensor(ofRows: result.output, width: configuration.outputSize),
            hidden: shapes.tensor(ofStates: result.hidden, width: configuration.stateSize),
            cell: configuration.cell == .lstm
                ? shapes.tensor(ofStates: result.cells, width: configuration.hiddenSize) : nil)
        return (output, result.tape)
    }
}

/// Between the caller's tensors and the layers' rows.
private struct Shapes {
    let layout: SequenceLayout
    let configuration: RecurrentConfiguration
    let batchless: Bool

    init(layout: SequenceLayout, batchless: Bool, _ configuration: RecurrentConfiguration) {
        self.layout = layout
        self.batchless = batchless
        self.configuration = configuration
    }

    init(_ input: Tensor, _ lengths: [Int]?, _ configuration: RecurrentConfiguration) {
        precondition(
            (input.rank == 2 || input.rank == 3) && input.shape[input.rank - 1] == configuration.inputSize,
            "input of shape \(input.shape) for \(configuration.inputSize) features")
        let batchless = input.rank == 2
        let steps = input.shape[batchless || !configuration.batchFirst ? 0 : 1]
        let batch = batchless ? 1 : input.shape[configuration.batchFirst ? 0 : 1]
        precondition(lengths.map { $0.count == batch } ?? true, "\(lengths!.count) lengths for \(batch) sequences")
        precondition(steps > 0, "an input of no steps")
        self.init(
            layout: SequenceLayout(lengths: lengths ?? [Int](repeating: steps, count: batch), steps: steps),
            batchless: batchless, configuration)
    }

    private var batchFirst: Bool { configuration.batchFirst && !batchless }

    private func shape(width: Int) -> [Int] {
        if batchless { return [layout.steps, width] }
        return batchFirst ? [layout.batch, layout.steps, width] : [layout.steps, layout.batch, width]
    }

    /// Where a position stands in the caller's tensor.
    private func offset(sequence: Int, step: Int) -> Int {
        batchFirst ? sequence * layout.steps + step : step * layout.batch + sequence
    }

    /// Whether the caller's tensor and the layers' rows are the same memory: every sequence runs to the end, time-major.
    private var isIdentity: Bool {
        layout.positions == layout.batch * layout.steps && (!batchFirst || layout.batch == 1)
    }

    func rows(of tensor: Tensor, width: Int) -> Buffer {
        precondition(tensor.shape == shape(width: width), "shape \(tensor.shape) is not \(shape(width: width))")
        if isIdentity { return Buffer(tensor) }
        let buffer = Buffer(count: layout.positions * width)
        tensor.withUnsafeElements { elements in
            for step in 0..<layout.longest {
                for rank in 0..<layout.running(step) {
                    let source = offset(sequence: layout.sequences[rank], step: step) * width
                    (buffer.pointer + (layout.offsets[step] + rank) * width)
                        .update(from: elements + source, count: width)
                }
            }
        }
        return buffer
    }

    func tensor(ofRows buffer: Buffer, width: Int) -> Tensor {
        if isIdentity { return buffer.tensor(shape: shape(width: width)) }
        var tensor = Tensor(zeros: shape(width: width))
        tensor.withUnsafeMutableElements { elements in
            for step in 0..<layout.longest {
                for rank in 0..<layout.running(step) {
                    let target = offset(sequence: layout.sequences[rank], step: step) * width
                    (elements + target).update(
                        from: buffer.pointer + (layout.offsets[step] + rank) * width, count: width)
                }
            }
        }
        return tensor
    }

    /// States by layer and direction, rows by rank, from `[L·D, B, width]`; +0 where nil.
    func states(_ tensor: Tensor?, width: Int) -> [[Buffer]] {
        let (layers, directions, batch) = (configuration.layers, configuration.directions, layout.batch)
        if let tensor {
            let expected = (batchless ? [] : [batch]) + [width]
            precondition(tensor.shape == [layers * directions] + expected, "state of shape \(tensor.shape)")
        }
        return (0..<layers).map { layer in
            (0..<directions).map { direction in
                let buffer = Buffer(count: batch * width, zeroed: tensor == nil)
                tensor?.withUnsafeElements { elements in
                    let block = elements + (layer * directions + direction) * batch * width
                    for rank in 0..<batch {
                        (buffer.pointer + rank * width)
                            .update(from: block + layout.sequences[rank] * width, count: width)
                    }
                }
                return buffer
            }
        }
    }

    func tensor(ofStates states: [[Buffer]], width: Int) -> Tensor {
        let (directions, batch) = (configuration.directions, layout.batch)
        var tensor = Tensor(
            zeros: [configuration.layers * directions] + (batchless ? [] : [batch]) + [width])
        tensor.withUnsafeMutableElements { elements in
            for (layer, row) in states.enumerated() {
                for (direction, buffer) in row.enumerated() {
                    let block = elements + (layer * directions + direction) * batch * width
                    for rank in 0..<batch {
                        (block + layout.sequences[rank] * width)
                            .update(from: buffer.pointer + rank * width, count: width)
                    }
                }
            }
        }
        return tensor
    }
}
