import ReproNumerics
import ReproRandom

/// Embedding (where the input is tokens) → recurrent layers → linear: the model behind every trained experiment.
public struct SequenceModel: Sendable {
    public let configuration: SequenceModelConfiguration
    /// `embedding.weight`, the recurrent layer's under its cell's name, `linear.weight`, `linear.bias`.
    public var parameters: [Parameter]

    /// Draws every parameter from its own stream.
    ///
    /// - Throws: ``ParameterKeyCollision`` where two names share a stream's key.
    public init(_ configuration: SequenceModelConfiguration, streams: RandomStreams) throws(ParameterKeyCollision) {
        self.configuration = configuration
        var parameters: [Parameter] = []
        if case .tokens(let vocabulary, let width) = configuration.input {
            var stream = streams.parameters(of: "embedding.weight")
            var weight = Initialization.embedding.tensor(shape: [vocabulary, width], from: &stream)
            for column in 0..<width { weight[Embedding.paddingRow, column] = 0 }
            parameters.append(Parameter(name: "embedding.weight", value: weight))
        }
        parameters +=
            Recurrent(
                configuration.recurrent, prefix: configuration.recurrent.cell.rawValue + ".", streams: streams
            ).parameters
        let fanIn = configuration.readoutSize
        for (name, shape) in [
            ("linear.weight", [configuration.logitCount, fanIn]), ("linear.bias", [configuration.logitCount]),
        ] {
            var stream = streams.parameters(of: name)
            let value = Initialization.linear(fanIn: fanIn).tensor(shape: shape, from: &stream)
            parameters.append(Parameter(name: name, value: value))
        }
        _ = try ParameterKeys(names: parameters.map(\.name))
        self.parameters = parameters
    }

    init(_ configuration: SequenceModelConfiguration, parameters: [Parameter]) {
        self.configuration = configuration
        self.parameters = parameters
    }

    private var hasEmbedding: Bool {
        if case .tokens = configuration.input { return true }
        return false
    }

    private var recurrentParameters: Range<Int> {
        let first = hasEmbedding ? 1 : 0
        return first..<(first + configuration.recurrent.parameterShapes.count)
    }

    private var linearWeight: Tensor { parameters[parameters.count - 2].value }
    private var linearBias: Tensor { parameters[parameters.count - 1].value }

    /// The recurrent weights laid out for an engine; to be made again when parameters change.
    ///
    /// - Precondition: the engine's workers, which lay them out, are not at work for another thread.
    public func weights(for engine: Engine, backward: Bool) -> RecurrentWeights {
        RecurrentWeights(
            configuration.recurrent, parameters: parameters[recurrentParameters], engine: engine, backward: backward)
    }

    /// Logits `[rows, C]`: a row a sequence or, in tagging, a position. No dropout.
    public func logits(
        _ batch: SequenceBatch, weights: RecurrentWeights, engine: Engine
    ) throws(FloatingPointFault) -> Tensor {
        try logits(batch, weights: weights, engine: engine, observer: nil)
    }

    package func logits(
        _ batch: SequenceBatch, weights: RecurrentWeights, engine: Engine, observer: OperationObserver?
    ) throws(FloatingPointFault) -> Tensor {
        try forward(
            batch, weights: weights, engine: engine, training: false, dropout: nil, observer: observer
        ).logits
    }

    /// What a training step's forward pass leaves for its backward pass.
    public struct Tape {
        fileprivate let batch: SequenceBatch
        fileprivate let readout: Tensor
        fileprivate let finalStates: (forward: Tensor, reverse: Tensor?)?
        fileprivate let recurrent: RecurrentTape

        /// Where the next part of the batch draws for dropout; nil where nothing is dropped.
        public var dropout: Dropout? { recurrent.dropout }

        /// Rows of logits.
        public var rows: Int { readout.shape[0] }
    }

    /// Logits, with elements dropped between layers where the configuration says so, and what the backward pass needs.
    ///
    /// - Parameter dropout: what the part draws from; nil where the configuration does not drop.
    public func forwardForTraining(
        _ batch: SequenceBatch, weights: RecurrentWeights, engine: Engine, dropout: Dropout?
    ) throws(FloatingPointFault) -> (logits: Tensor, tape: Tape) {
        try forwardForTraining(batch, weights: weights, engine: engine, dropout: dropout, observer: nil)
    }

    package func forwardForTraining(
        _ batch: SequenceBatch, weights: RecurrentWeights, engine: Engine, dropout: Dropout?,
        observer: OperationObserver?
    ) throws(FloatingPointFault) -> (logits: Tensor, tape: Tape) {
        let result = try forward(
            batch, weights: weights, engine: engine, training: true, dropout: dropout, observer: observer)
        return (result.logits, result.tape!)
    }

    /// Gradients of the parameters, in their order, from that of the logits.
    public func backward(
        _ tape: Tape, logitsGradient: Tensor, engine: Engine
    ) throws(FloatingPointFault) -> [Tensor] {
        try backward(tape, logitsGradient: logitsGradient, engine: engine, observer: nil)
    }

    package func backward(
        _ tape: Tape, logitsGradient: Tensor, engine: Engine, observer: OperationObserver?
    ) throws(FloatingPointFault) -> [Tensor] {
        var linear = Linear.backward(logitsGradient, input: tape.readout, weight: linearWeight, engine: engine)
        observer?.observe("grad.readout", &linear.input)
        var fault: FloatingPointFault?
        let gradients = Tensor.filled(parameters.dropLast(2).map { $0.value.shape }) { pointers in
            do throws(FloatingPointFault) {
                try backward(
                    tape, readoutGradient: linear.input, into: pointers, continues: false, engine, observer)
            } catch { fault = error }
        }
        if let fault { throw fault }
        return gradients + [linear.weight, linear.bias]
    }

    /// As above, continuing the chains in `gradients`: micro-batches of consecutive sequences, one after another, give the
    /// bits of their batch (contract, section 2).
    ///
    /// - Precondition: gradients in the order and shapes of the parameters, +0 before the first call.
    public func backward(
        _ tape: Tape, logitsGradient: Tensor, accumulating gradients: inout [Tensor], engine: Engine
    ) throws(FloatingPointFault) {
        try backward(tape, logitsGradient: logitsGradient, accumulating: &gradients, engine: engine, observer: nil)
    }

    package func backward(
        _ tape: Tape, logitsGradient: Tensor, accumulating gradients: inout [Tensor], engine: Engine,
        observer: OperationObserver?
    ) throws(FloatingPointFault) {
        precondition(
            gradients.map(\.shape) == parameters.map(\.value.shape), "gradients of other shapes than parameters'")
        // Taken out of the array, so that each has one owner and is changed in place.
        var bias = gradients.removeLast()
        var weight = gradients.removeLast()
        var readoutGradient = Linear.backward(
            logitsGradient, input: tape.readout, weight: linearWeight, accumulating: &weight, bias: &bias,
            engine: engine)
        observer?.observe("grad.readout", &readoutGradient)
        var fault: FloatingPointFault?
        Tensor.update(&gradients) { pointers in
            do throws(FloatingPointFault) {
                try backward(
                    tape, readoutGradient: readoutGradient, into: pointers, continues: true, engine, observer)
            } catch { fault = error }
        }
        gradients += [weight, bias]
        if let fault { throw fault }
    }

    private func backward(
        _ tape: Tape, readoutGradient: Tensor, into pointers: [UnsafeMutablePointer<Float>], continues: Bool,
        _ engine: Engine, _ observer: OperationObserver?
    ) throws(FloatingPointFault) {
        let recurrent = configuration.recurrent
        let layout = tape.recurrent.layout
        let (width, size) = (recurrent.outputSize, recurrent.stateSize)
        let memory = Arena()
        let output = Rows(borrowing: memory.take(layout.positions * width, zeroed: true))
        let hiddenCount = recurrent.layers * recurrent.directions * layout.batch * size
        let hidden = memory.take(hiddenCount, zeroed: true)
        switch configuration.readout {
        case .positions:
            readoutGradient.withUnsafeElements { rows in
                var next = rows
                layout.forEachPosition { _, _, row in
                    (output.pointer + row * width).update(from: next, count: width)
                    next += width
                }
            }
        case .finalStates(let merging):
            let states = tape.finalStates!
            let gradients = merging.backward(readoutGradient, forward: states.forward, reverse: states.reverse)
            let last = hidden + (recurrent.layers - 1) * recurrent.directions * layout.batch * size
            for (direction, gradient) in [gradients.forward, gradients.reverse].enumerated() {
                gradient?.withUnsafeElements { rows in
                    for sequence in 0..<layout.batch {
                        (last + (direction * layout.batch + layout.rank(sequence: sequence)) * size)
                            .update(from: rows + sequence * size, count: size)
                    }
                }
            }
        }
        let initial = States(recurrent, batch: layout.batch, zeroed: true, in: memory)
        // Features are data: nothing reads their gradient.
        let input = hasEmbedding ? memory.take(layout.positions * recurrent.inputSize) : nil
        try withExtendedLifetime(memory) { () throws(FloatingPointFault) in
            try RecurrentPass.backward(
                tape.recurrent, engine: engine, outputGradient: output, hiddenGradients: hidden,
                into: RecurrentPass.GradientTargets(
                    parameters: pointers[recurrentParameters], input: input, initial: initial, continues: continues),
                observer: observer?.within("grad.\(recurrent.cell.rawValue)."))
            if case .tokens(let tokens) = tape.batch.inputs, let input {
                Embedding.backward(
                    input, layout, tokens, shape: parameters[0].value.shape, into: pointers[0], continues: continues)
            }
        }
    }

    private func forward(
        _ batch: SequenceBatch, weights: RecurrentWeights, engine: Engine, training: Bool,
        dropout: Dropout?, observer: OperationObserver?
    ) throws(FloatingPointFault) -> (logits: Tensor, tape: Tape?) {
        let recurrent = configuration.recurrent
        precondition(!training || recurrent.drops == (dropout != nil), "dropout \(recurrent.dropout) without a stream")
        let layout = SequenceLayout(lengths: batch.lengths, steps: batch.lengths.max() ?? 0)
        let pass = RecurrentPass(
            weights: weights, layout: layout, engine: engine, training: training,
            observer: observer?.within(recurrent.cell.rawValue + "."))
        let size = recurrent.stateSize
        let final = States(recurrent, batch: layout.batch, zeroed: false, in: pass.memory)
        let input = input(batch, layout)
        if hasEmbedding { observer?.observe("embedding", input, layout, width: recurrent.inputSize) }
        let result = try pass.forward(
            input: input, initial: pass.states(zeroed: true), final: final,
            dropout: dropout)

        var readout: Tensor
        var finalStates: (forward: Tensor, reverse: Tensor?)?
        switch configuration.readout {
        case .positions:
            let width = recurrent.outputSize
            readout =
                Tensor.filled([[layout.positions, width]]) { pointers in
                    var next = pointers[0]
                    withExtendedLifetime(result.output.owner) {
                        layout.forEachPosition { _, _, row in
                            next.update(from: result.output.pointer + row * width, count: width)
                            next += width
                        }
                    }
                }[0]
        case .finalStates(let merging):
            let count = layout.batch * size
            let last = final.hidden + (recurrent.layers - 1) * recurrent.directions * count
            let states = withExtendedLifetime(pass.memory) {
                (0..<recurrent.directions).map { direction in
                    Tensor.filled([[layout.batch, size]]) {
                        $0[0].update(from: last + direction * count, count: count)
                    }[0]
                }
            }
            finalStates = (states[0], states.count > 1 ? states[1] : nil)
            readout = merging.merge(forward: states[0], reverse: finalStates!.reverse)
        }
        observer?.observe("readout", &readout)
        let logits = Linear.forward(readout, weight: linearWeight, bias: linearBias, engine: engine)
        let tape = result.tape.map {
            Tape(batch: batch, readout: readout, finalStates: finalStates, recurrent: $0)
        }
        return (logits, tape)
    }

    /// The rows that the recurrent layers read.
    private func input(_ batch: SequenceBatch, _ layout: SequenceLayout) -> Rows {
        let width = configuration.recurrent.inputSize
        let rows = Rows(count: layout.positions * width)
        withExtendedLifetime(rows.owner) {
            switch batch.inputs {
            case .tokens(let tokens): Embedding.forward(parameters[0].value, layout, tokens, into: rows.pointer)
            case .features(let features):
                features.withUnsafeElements { elements in
                    var next = elements
                    layout.forEachPosition { _, _, row in
                        (rows.pointer + row * width).update(from: next, count: width)
                        next += width
                    }
                }
            }
        }
        return rows
    }
}
