import ReproNumerics

/// A worker's share in the gradients of one direction's parameters: rows of weights, so that no chain is divided.
struct ParameterReduction {
    let layer: LayerBackward
    let direction: Int
    /// With a projection, the gradient of h' at each position.
    let projected: Matrix?
    let worker: Int
    let workers: Int

    private var configuration: RecurrentConfiguration { layer.configuration }
    private var layout: SequenceLayout { layer.layout }
    private var state: DirectionState { layer.recorded.directions[direction] }
    private var kernels: any Kernels { layer.engine.kernels }
    private var continues: Bool { layer.operands.continues }

    private func gradient(_ kind: RecurrentParameterName.Kind) -> MatrixView? {
        configuration.index(
            of: RecurrentParameterName(
                layer: layer.layer, direction: direction == 0 ? .forward : .reverse, kind: kind)
        ).map { layer.operands.parameters[$0].view }
    }

    func run() {
        RowList.withThree(capacity: layout.positions) { inputs, states, deltas in
            reduce(&inputs, &states, &deltas)
        }
    }

    private func reduce(_ inputs: inout RowList, _ states: inout RowList, _ deltas: inout RowList) {
        list(layer.recorded.input.view, into: &inputs)
        listStatesRead(into: &states)
        let (hidden, gateRows) = (configuration.hiddenSize, configuration.gateRows)
        let (weightIH, weightHH) = (gradient(.weightIH)!, gradient(.weightHH)!)
        let (biasIH, biasHH) = (gradient(.biasIH)?[0], gradient(.biasHH)?[0])
        // GRU's rows n read δn × r where the state is concerned.
        let plainRows = state.candidate == nil ? gateRows : gateRows - hidden

        reduce(state.gates, columns: 0..<gateRows, &deltas) { rows, deltas in
            kernels.outer(deltas, inputs.view, accumulate: continues, into: weightIH.rows(rows))
            if let biasIH { kernels.sumRows(deltas, accumulate: continues, into: biasIH[rows]) }
        }
        // Both biases of a row stand in one sum, and share their gradient where neither's continues another.
        let shared = plainRows == gateRows && !continues
        reduce(state.gates, columns: 0..<plainRows, &deltas) { rows, deltas in
            kernels.outer(deltas, states.view, accumulate: continues, into: weightHH.rows(rows))
            guard let biasIH, let biasHH else { return }
            if shared {
                biasHH[rows].copy(from: biasIH[rows])
            } else {
                kernels.sumRows(deltas, accumulate: continues, into: biasHH[rows])
            }
        }
        if let candidate = state.candidate {
            reduce(candidate, columns: 0..<hidden, &deltas) { units, deltas in
                let rows = (plainRows + units.lowerBound)..<(plainRows + units.upperBound)
                kernels.outer(deltas, states.view, accumulate: continues, into: weightHH.rows(rows))
                if let biasHH { kernels.sumRows(deltas, accumulate: continues, into: biasHH[rows]) }
            }
        }
        if let projected, let unprojected = state.unprojected, let weightHR = gradient(.weightHR) {
            inputs.removeAll()
            list(unprojected, into: &inputs)
            reduce(projected.view, columns: 0..<configuration.stateSize, &deltas) { rows, deltas in
                kernels.outer(deltas, inputs.view, accumulate: continues, into: weightHR.rows(rows))
            }
        }
    }

    /// Lists the worker's share of some columns of every row, then hands the share over.
    @inline(__always)
    private func reduce(
        _ matrix: MatrixView, columns: Range<Int>, _ rows: inout RowList, _ body: (Range<Int>, RowsView) -> Void
    ) {
        let share = Workers.share(of: columns.count, worker: worker, workers: workers, granule: 16)
        guard !share.isEmpty else { return }
        rows.removeAll()
        list(matrix.columns(share), into: &rows)
        body(share, rows.view)
    }

    /// Rows in the contract's order of positions.
    private func list(_ matrix: MatrixView, into rows: inout RowList) {
        layout.forEachPosition { _, _, row in rows.append(matrix[row]) }
    }

    /// For each position, the state that its step read.
    private func listStatesRead(into rows: inout RowList) {
        let walk = Walk(layout: layout, reverse: direction == 1)
        layout.forEachPosition { sequence, step, _ in
            if let row = walk.previousRow(sequence: sequence, step: step) {
                rows.append(state.output.rows(from: row, count: 1)[0])
            } else {
                rows.append(state.initialState[layout.rank(sequence: sequence)])
            }
        }
    }
}
