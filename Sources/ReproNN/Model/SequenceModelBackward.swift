import ReproNumerics

// From the gradient of the logits to those of every parameter.

extension SequenceModel {
    /// Gradients of the parameters, in their order, from that of the logits.
    ///
    /// - Parameter continuing: gradients whose chains go on: micro-batches of consecutive sequences, one after another, give
    ///   the bits of their batch (contract, section 2). Chains start at +0 where nil.
    /// - Precondition: the tape is this model's and has not been used; the gradient has the logits' shape, and those to
    ///   continue have the parameters'.
    /// - Throws: `FloatingPointFault`.
    public func backward(
        _ tape: Tape, logitsGradient: Tensor, continuing: [Tensor]? = nil, engine: Engine
    ) throws(FloatingPointFault) -> [Tensor] {
        try backward(tape, logitsGradient: logitsGradient, continuing: continuing, engine: engine, observer: nil)
    }

    package func backward(
        _ tape: Tape, logitsGradient: Tensor, continuing: [Tensor]? = nil, engine: Engine,
        observer: OperationObserver?
    ) throws(FloatingPointFault) -> [Tensor] {
        try engine.verify()
        let shapes = parameters.map(\.value.shape)
        require(
            continuing == nil || continuing!.map(\.shape) == shapes, "gradients of other shapes than parameters'")
        var linear = linear.gradients(
            logitsGradient, input: tape.readout,
            continuing: continuing.map { ($0[$0.count - 2], $0[$0.count - 1]) }, engine)
        observer?.observe("grad.readout", &linear.input)
        if let mask = tape.masks.readout { linear.input = mask.applied(to: linear.input) }
        let gradients = Recurrent.gradients(
            Array(shapes.dropLast(2)), continuing: continuing.map { Array($0.dropLast(2)) })

        let recurrent = configuration.recurrent
        let layout = tape.recurrent.layout
        let (output, final) = readoutGradients(linear.input, tape)
        // Features are data: nothing reads their gradient.
        let input = embedding.map { _ in Matrix(rows: layout.positions, columns: recurrent.inputSize) }
        RecurrentPass.backward(
            recurrent, tape.recurrent,
            BackwardOperands(
                output: output, final: final,
                initialHidden: Matrix(rows: final.hidden.rows, columns: recurrent.stateSize),
                parameters: Array(gradients[recurrentParameters]), continues: continuing != nil, input: input),
            engine: engine, observer: observer?.within("grad.\(recurrent.cell.rawValue)."))
        if case .tokens(let tokens) = tape.batch.inputs, let input {
            let places = layout.rowsByPosition
            tape.masks.input?.apply(to: input) { places[$0] }
            for (index, (table, tokens)) in zip(tables, [tokens] + tape.batch.affixes).enumerated() {
                if continuing == nil { gradients[index].view.fill(0) }
                if index == 0 && configuration.freezesEmbedding { continue }
                table.embedding.add(input.columns(table.columns), of: tokens, to: gradients[index]) { places[$0] }
            }
        }
        return zip(gradients, shapes).map { Tensor($0, shape: $1) } + [linear.weight, linear.bias]
    }

    /// The gradients of the last layer's output, `[P × D·S]`, and of all final states, from that of what was read of them.
    private func readoutGradients(_ gradient: Tensor, _ tape: Tape) -> (output: Matrix, final: States) {
        let recurrent = configuration.recurrent
        let layout = tape.recurrent.layout
        let final = States(recurrent, batch: layout.batch, zeroed: true)
        let output = Matrix(rows: layout.positions, columns: recurrent.outputSize, zeroed: readsFinalStates)
        switch configuration.readout {
        case .positions:
            let source = gradient.matrix
            for (position, row) in layout.rowsByPosition.enumerated() { output[row].copy(from: source[position]) }
        case .finalStates(let merging):
            let states = tape.finalStates
            let gradients = merging.gradients(gradient, states[0], states.count > 1 ? states[1] : nil)
            for (direction, gradient) in [gradients.forward, gradients.reverse].enumerated() {
                guard let source = gradient?.matrix else { continue }
                let block = ((recurrent.layers - 1) * recurrent.directions + direction) * layout.batch
                for sequence in 0..<layout.batch {
                    final.hidden[block + layout.rank(sequence: sequence)].copy(from: source[sequence])
                }
            }
        }
        return (output, final)
    }
}
