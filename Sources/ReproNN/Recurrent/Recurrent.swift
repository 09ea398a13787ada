import ReproNumerics
import ReproRandom

/// A recurrent module: `torch.nn.LSTM`, `GRU` or `RNN` under the numerical contract.
///
/// Parameters are a value; what the kernels need of them is made by ``weights(for:backward:)`` and passed to each call, so
/// that nothing is cached out of sight.
public struct Recurrent: Sendable {
    /// What the layers are made of.
    public let configuration: RecurrentConfiguration
    /// In PyTorch's order, each name after `prefix`.
    public var parameters: [Parameter]

    /// Draws every parameter from its own stream: U(−1/√H, 1/√H).
    ///
    /// - Parameter prefix: what precedes the parameters' names, for example `lstm.`; it is part of each stream's key.
    /// - Throws: `ParameterKeyCollision` where two names share a stream's key, before anything is drawn;
    ///   `FloatingPointFault`.
    public init(_ configuration: RecurrentConfiguration, prefix: String = "", streams: RandomStreams) throws {
        self.configuration = configuration
        let shapes = configuration.parameterShapes
        _ = try ParameterKeys(names: shapes.map { prefix + $0.name })
        parameters = try shapes.map { name, shape in
            let value = try streams.draw(parameter: prefix + name) {
                try Initialization.recurrent(hiddenSize: configuration.hiddenSize).tensor(shape: shape, from: &$0)
            }
            return Parameter(name: prefix + name, value: value)
        }
    }

    /// - Precondition: names aside, parameters of the configuration's shapes in its order.
    public init(_ configuration: RecurrentConfiguration, parameters: [Parameter]) {
        require(
            parameters.map(\.value.shape) == configuration.parameterShapes.map(\.shape),
            "parameters of other shapes than the configuration's")
        self.configuration = configuration
        self.parameters = parameters
    }

    /// The parameters laid out for an engine; to be made again when they change.
    ///
    /// - Parameter backward: whether gradients will be asked for.
    /// - Precondition: the engine's workers, which lay them out, are not at work for another thread.
    /// - Throws: `FloatingPointFault`.
    public func weights(
        for engine: Engine, backward: Bool = false
    ) throws(FloatingPointFault) -> RecurrentWeights {
        try engine.verify()
        return RecurrentWeights(configuration, parameters: parameters[...], engine: engine, backward: backward)
    }

    /// Runs over a batch, or over one sequence without a batch's axis.
    ///
    /// - Parameters:
    ///   - input: `[T, B, I]`, `[B, T, I]` batch first, or `[T, I]`.
    ///   - lengths: each sequence's valid steps, in any order; all of them where nil.
    ///   - weights: this module's, made for an engine of the same kernel path; the number of workers may be another.
    /// - Precondition: weights as stated.
    /// - Throws: ``ShapeError``, `FloatingPointFault`.
    public func forward(
        _ input: Tensor, lengths: [Int]? = nil, initial: InitialStates = InitialStates(), weights: RecurrentWeights,
        engine: Engine
    ) throws -> RecurrentOutput {
        try forward(input, lengths: lengths, initial: initial, weights: weights, engine: engine, observer: nil)
    }

    package func forward(
        _ input: Tensor, lengths: [Int]?, initial: InitialStates = InitialStates(), weights: RecurrentWeights,
        engine: Engine, observer: OperationObserver?
    ) throws -> RecurrentOutput {
        try forward(
            input, over: sequences(input, lengths), initial: initial, weights: weights, engine: engine,
            observer: observer)
    }

    /// The same, over axes that were read before.
    package func forward(
        _ input: Tensor, over sequences: SequenceShape, initial: InitialStates, weights: RecurrentWeights,
        engine: Engine, observer: OperationObserver? = nil
    ) throws -> RecurrentOutput {
        let rows = try callerRows(input, sequences, initial)
        try engine.verify()
        return run(rows, input, initial, weights, engine, tape: nil, dropout: nil, observer: observer)
    }

    /// Runs over a batch in training: with dropout between layers, where the configuration has any, and keeping what
    /// ``backward(_:output:hidden:cell:options:engine:)`` needs.
    ///
    /// - Parameters:
    ///   - weights: as in the forward pass, and made with `backward: true`.
    ///   - dropout: the stream that dropout draws from.
    /// - Precondition: weights as stated; a stream where the module has dropout and more than one layer.
    /// - Throws: ``ShapeError``, `FloatingPointFault`.
    public func forwardForTraining(
        _ input: Tensor, lengths: [Int]? = nil, initial: InitialStates = InitialStates(), weights: RecurrentWeights,
        engine: Engine, dropout stream: PCG64? = nil
    ) throws -> (output: RecurrentOutput, tape: RecurrentTape) {
        try forwardForTraining(
            input, over: sequences(input, lengths), initial: initial, weights: weights, engine: engine,
            dropout: stream)
    }

    /// The same, over axes that were read before.
    package func forwardForTraining(
        _ input: Tensor, over sequences: SequenceShape, initial: InitialStates, weights: RecurrentWeights,
        engine: Engine, dropout stream: PCG64?
    ) throws -> (output: RecurrentOutput, tape: RecurrentTape) {
        let rows = try callerRows(input, sequences, initial)
        require(!configuration.drops || stream != nil, "dropout without a stream to draw from")
        let dropout = configuration.drops ? stream : nil
        return try forwardForTraining(
            rows, input, initial: initial, weights: weights, engine: engine,
            place: dropout.map { Dropout(stream: $0, configuration, batchPositions: rows.layout.positions) })
    }

    /// Runs over a part of a batch, which draws where the parts before it ended.
    package func forwardForTraining(
        _ input: Tensor, lengths: [Int]?, initial: InitialStates, weights: RecurrentWeights, engine: Engine,
        place: Dropout?
    ) throws -> (output: RecurrentOutput, tape: RecurrentTape) {
        try forwardForTraining(
            callerRows(input, sequences(input, lengths), initial), input, initial: initial, weights: weights,
            engine: engine, place: place)
    }

    private func forwardForTraining(
        _ rows: CallerRows, _ input: Tensor, initial: InitialStates, weights: RecurrentWeights, engine: Engine,
        place: Dropout?
    ) throws(FloatingPointFault) -> (output: RecurrentOutput, tape: RecurrentTape) {
        try engine.verify()
        let tape = RecurrentTape(sequences: rows.sequences, layout: rows.layout, weights: weights)
        let output = run(rows, input, initial, weights, engine, tape: tape, dropout: place, observer: nil)
        return (output, tape)
    }

    /// Gradients of a scalar with respect to everything that the forward pass read, from those with respect to its
    /// results; absent ones are +0.
    ///
    /// - Precondition: the tape is this module's and has not been used; the engine's kernel path is that of its forward
    ///   pass; gradients to continue have the parameters' shapes.
    /// - Throws: ``ShapeError``, `FloatingPointFault`.
    public func backward(
        _ tape: RecurrentTape, output: Tensor? = nil, hidden: Tensor? = nil, cell: Tensor? = nil,
        options: BackwardOptions = BackwardOptions(), engine: Engine
    ) throws -> RecurrentGradients {
        guard let sequences = tape.sequences else { fatalError("a model's tape") }
        let rows = CallerRows(sequences, configuration)
        try verify(
            rows, output: ("the gradient of output", output), hidden: ("the gradient of h_n", hidden),
            cell: ("the gradient of c_n", cell))
        try engine.verify()
        let final = States(configuration, batch: rows.layout.batch)
        rows.rank(hidden, into: final.hidden)
        if let cells = final.cells { rows.rank(cell, into: cells) }
        let input =
            options.input ? Matrix(rows: rows.layout.positions, columns: configuration.inputSize) : nil
        let operands = BackwardOperands(
            output: rows.gather(output, width: configuration.outputSize, engine),
            final: final,
            initialHidden: Matrix(rows: final.hidden.rows, columns: configuration.stateSize),
            parameters: Recurrent.gradients(tape.weights.shapes, continuing: options.continuing),
            continues: options.continuing != nil, input: input)
        RecurrentPass.backward(configuration, tape, operands, engine: engine)
        return RecurrentGradients(
            parameters: zip(operands.parameters, tape.weights.shapes).map { Tensor($0, shape: $1) },
            input: input.map { rows.scatter($0, engine) }, hidden: rows.unrank(operands.initialHidden),
            cell: final.cells.map { rows.unrank($0) })
    }

    /// Memory for gradients of parameters: copies of those to continue, or undefined.
    static func gradients(_ shapes: [[Int]], continuing: [Tensor]?) -> [Matrix] {
        require(
            continuing == nil || continuing!.map(\.shape) == shapes, "gradients of other shapes than the parameters'")
        return shapes.enumerated().map { index, shape in
            let columns = shape[shape.count - 1]
            let gradient = Matrix(rows: Tensor.count(of: shape) / columns, columns: columns)
            if let continuing { gradient.view.copy(from: continuing[index].matrix.view) }
            return gradient
        }
    }

    /// The input's axes, as the configuration has them.
    private func sequences(_ input: Tensor, _ lengths: [Int]?) throws(ShapeError) -> SequenceShape {
        try SequenceShape(
            input.shape, batchFirst: configuration.batchFirst, lengths: lengths, features: configuration.inputSize,
            module: configuration.cell.moduleName)
    }

    /// - Throws: ``ShapeError`` for what does not fit the module.
    private func callerRows(
        _ input: Tensor, _ sequences: SequenceShape, _ initial: InitialStates
    ) throws(ShapeError) -> CallerRows {
        try ShapeError.verify(
            configuration.cell.moduleName, "input", input, is: sequences.rows(width: configuration.inputSize))
        let rows = CallerRows(sequences, configuration)
        try verify(rows, output: nil, hidden: ("h_0", initial.hidden), cell: ("c_0", initial.cell))
        return rows
    }

    /// Holds tensors to the shapes of the module's results.
    private func verify(
        _ rows: CallerRows, output: (name: String, value: Tensor?)?, hidden: (name: String, value: Tensor?),
        cell: (name: String, value: Tensor?)
    ) throws(ShapeError) {
        let module = configuration.cell.moduleName
        if let output {
            try ShapeError.verify(
                module, output.name, output.value, is: rows.sequences.rows(width: configuration.outputSize))
        }
        try ShapeError.verify(module, hidden.name, hidden.value, is: rows.states(configuration.stateSize))
        try ShapeError.verify(
            module, cell.name, cell.value,
            is: configuration.cell.hasCellState ? rows.states(configuration.hiddenSize) : nil)
    }

    private func run(
        _ rows: CallerRows, _ input: Tensor, _ initial: InitialStates, _ weights: RecurrentWeights, _ engine: Engine,
        tape: RecurrentTape?, dropout: Dropout?, observer: OperationObserver?
    ) -> RecurrentOutput {
        let pass = RecurrentPass(
            configuration, rows.layout, weights: weights, engine: engine, training: tape != nil, observer: observer)
        let start = States(configuration, batch: rows.layout.batch)
        rows.rank(initial.hidden, into: start.hidden)
        if let cells = start.cells { rows.rank(initial.cell, into: cells) }
        let final = States(configuration, batch: rows.layout.batch)
        // In training the rows are read again backward, which wants them step by step.
        let sequenceMajor = tape == nil && rows.isSequenceMajor
        let output = Matrix(rows: rows.layout.positions, columns: configuration.outputSize)
        pass.forward(
            RecurrentPass.Operands(
                input: rows.gather(input, width: configuration.inputSize, engine), initial: start, final: final,
                output: output, sequenceMajor: sequenceMajor, dropout: dropout),
            tape: tape)
        let blocks = configuration.layers * configuration.directions
        func states(_ matrix: Matrix) -> Tensor {
            Tensor(matrix, shape: rows.sequences.states(blocks: blocks, width: matrix.columns))
        }
        return RecurrentOutput(
            output: sequenceMajor
                ? Tensor(output, shape: rows.sequences.rows(width: configuration.outputSize))
                : rows.scatter(output, engine),
            hidden: states(final.hidden), cell: final.cells.map(states))
    }
}
