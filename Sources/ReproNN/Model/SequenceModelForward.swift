import ReproNumerics

// A batch through the model: rows of tokens or features, the recurrent layers, what is read of them, logits.

extension SequenceModel {
    /// What a training step's forward pass leaves for its backward pass.
    public struct Tape {
        let batch: SequenceBatch
        let readout: Tensor
        /// The last layer's final states by direction, where they are what is read.
        let finalStates: [Tensor]
        let recurrent: RecurrentTape
        let masks: DropoutMasks

        /// Where the next part of the batch draws for dropout; nil where nothing is dropped.
        public var dropout: Dropout? { recurrent.dropout }

        /// Rows of logits.
        public var rows: Int { readout.shape[0] }
    }

    /// Logits `[rows, C]`: one row per sequence or, where the readout is positions, per position. C is
    /// ``SequenceModelConfiguration/logitCount``. No dropout.
    ///
    /// - Parameter weights: this model's, made for an engine of the same kernel path.
    /// - Precondition: weights as stated; tokens or features as the model reads them, one per position of the lengths.
    /// - Throws: `FloatingPointFault`.
    public func logits(
        _ batch: SequenceBatch, weights: RecurrentWeights, engine: Engine
    ) throws(FloatingPointFault) -> Tensor {
        try logits(batch, weights: weights, engine: engine, observer: nil)
    }

    package func logits(
        _ batch: SequenceBatch, weights: RecurrentWeights, engine: Engine, observer: OperationObserver?
    ) throws(FloatingPointFault) -> Tensor {
        try engine.verify()
        return forward(batch, weights: weights, engine: engine, training: false, dropout: nil, observer: observer)
            .logits
    }

    /// Logits `[rows, C]`, with elements dropped between layers where the configuration says so, and what the backward pass
    /// needs.
    ///
    /// - Parameters:
    ///   - weights: this model's, made with `backward: true` for an engine of the same kernel path.
    ///   - dropout: what the part draws from; nil where the configuration does not drop.
    ///   - masks: what else is dropped, of the part's rows alone.
    /// - Precondition: weights, dropout and masks as stated; tokens or features as the model reads them, one per position of the
    ///   lengths.
    /// - Throws: `FloatingPointFault`.
    public func forwardForTraining(
        _ batch: SequenceBatch, weights: RecurrentWeights, engine: Engine, dropout: Dropout?,
        masks: DropoutMasks = DropoutMasks()
    ) throws(FloatingPointFault) -> (logits: Tensor, tape: Tape) {
        try forwardForTraining(
            batch, weights: weights, engine: engine, dropout: dropout, masks: masks, observer: nil)
    }

    package func forwardForTraining(
        _ batch: SequenceBatch, weights: RecurrentWeights, engine: Engine, dropout: Dropout?,
        masks: DropoutMasks = DropoutMasks(), observer: OperationObserver?
    ) throws(FloatingPointFault) -> (logits: Tensor, tape: Tape) {
        try engine.verify()
        let result = forward(
            batch, weights: weights, engine: engine, training: true, dropout: dropout, masks: masks,
            observer: observer)
        return (result.logits, result.tape!)
    }

    private func forward(
        _ batch: SequenceBatch, weights: RecurrentWeights, engine: Engine, training: Bool, dropout: Dropout?,
        masks: DropoutMasks = DropoutMasks(), observer: OperationObserver?
    ) -> (logits: Tensor, tape: Tape?) {
        let recurrent = configuration.recurrent
        require(!training || recurrent.drops == (dropout != nil), "dropout \(recurrent.dropout) without a stream")
        let layout = SequenceLayout(lengths: batch.lengths, steps: batch.lengths.max() ?? 0)
        let pass = RecurrentPass(
            recurrent, layout, weights: weights, engine: engine, training: training,
            observer: observer?.within(recurrent.cell.rawValue + "."))
        let operands = RecurrentPass.Operands(
            input: input(batch, layout), initial: States(recurrent, batch: layout.batch, zeroed: true),
            final: States(recurrent, batch: layout.batch),
            output: Matrix(rows: layout.positions, columns: recurrent.outputSize), dropout: dropout)
        masks.input?.apply(to: operands.input) { [places = layout.rowsByPosition] in places[$0] }
        if embedding != nil { observer?.observe("embedding", operands.input, layout) }
        let tape = training ? RecurrentTape(sequences: nil, layout: layout, weights: weights) : nil
        pass.forward(operands, tape: tape)

        let finalStates = readsFinalStates ? lastLayer(of: operands.final.hidden, layout) : []
        var readout = readout(operands.output, finalStates, layout)
        if let mask = masks.readout { readout = mask.applied(to: readout) }
        observer?.observe("readout", &readout)
        let logits = linear.product(readout, engine)
        return (
            logits,
            tape.map { Tape(batch: batch, readout: readout, finalStates: finalStates, recurrent: $0, masks: masks) }
        )
    }

    /// The rows that the recurrent layers read.
    private func input(_ batch: SequenceBatch, _ layout: SequenceLayout) -> Matrix {
        let rows = Matrix(rows: layout.positions, columns: configuration.recurrent.inputSize)
        let places = layout.rowsByPosition
        switch (batch.inputs, tables.isEmpty) {
        case (.tokens(let tokens), false):
            require(tokens.count == rows.rows, "\(tokens.count) tokens for lengths that make \(rows.rows) positions")
            let columns = [tokens] + batch.affixes
            require(
                columns.count == tables.count && columns.allSatisfy { $0.count == rows.rows },
                "affixes \(batch.affixes.map(\.count)) for \(tables.count - 1) tables and \(rows.rows) positions")
            for (table, tokens) in zip(tables, columns) {
                table.embedding.look(up: tokens, into: rows.columns(table.columns)) { places[$0] }
            }
        case (.features(let features), true):
            let source = features.matrix
            require(
                features.rank == 2 && source.rows == rows.rows && source.columns == rows.columns,
                "features of shape \(features.shape) for \(rows.rows) positions of \(rows.columns)")
            for (position, row) in places.enumerated() { rows[row].copy(from: source[position]) }
        case (.tokens, true), (.features, false):
            fatalError("a batch of another kind than the model's input, \(configuration.input)")
        }
        return rows
    }

    var readsFinalStates: Bool {
        if case .finalStates = configuration.readout { return true }
        return false
    }

    /// The last layer's final states `[B, S]` by direction, in batch order.
    private func lastLayer(of states: Matrix, _ layout: SequenceLayout) -> [Tensor] {
        let recurrent = configuration.recurrent
        return (0..<recurrent.directions).map { direction in
            let block = ((recurrent.layers - 1) * recurrent.directions + direction) * layout.batch
            return Tensor(states.rows(block..<(block + layout.batch)), shape: [layout.batch, recurrent.stateSize])
        }
    }

    /// What the linear layer reads: merged final states, or the output in the order of positions.
    private func readout(_ output: Matrix, _ finalStates: [Tensor], _ layout: SequenceLayout) -> Tensor {
        switch configuration.readout {
        case .finalStates(let merging):
            return merging.merged(finalStates[0], finalStates.count > 1 ? finalStates[1] : nil)
        case .positions:
            let rows = Matrix(rows: layout.positions, columns: output.columns)
            for (position, row) in layout.rowsByPosition.enumerated() { rows[position].copy(from: output[row]) }
            return Tensor(rows, shape: [layout.positions, output.columns])
        }
    }
}
