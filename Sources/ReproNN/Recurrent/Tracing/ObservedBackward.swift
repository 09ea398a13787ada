import ReproNumerics

/// Shows one direction's backward sweep to an observer, step by step: the gradients of `h`, of `c`, of each gate, and of
/// the pre-activations.
///
/// What the fused kernels do not leave in memory (the gradient of c and of each gate) is computed here by the contract's
/// equations, from what the kernel read. Where the observer changes a value, what the kernel had already computed from it is
/// computed again for that unit.
final class ObservedBackward {
    private let sweep: BackwardSweep
    private let observer: OperationObserver
    private var configuration: RecurrentConfiguration { sweep.configuration }
    private var hidden: Int { sweep.configuration.hiddenSize }

    /// What the kernel of the present step read, one row per running sequence.
    private var rows = ObservedRows(SequenceLayout(batch: 0, steps: 0), step: 0)
    private var dh: [[Float]] = []
    private var gates: [[Float]] = []
    /// LSTM: the gradient that flows into c from the next step. GRU: gh.
    private var carried: [[Float]] = []
    /// LSTM: c before the step. GRU: h before it.
    private var before: [[Float]] = []

    init(_ sweep: BackwardSweep, _ observer: OperationObserver) {
        self.sweep = sweep
        self.observer = observer
    }

    private func name(_ operation: String, _ step: Int) -> String { "[\(step)].\(operation)" }
    private func firstRow(_ step: Int) -> Int { sweep.walk.layout.offset(step) }

    /// When the chains into a step's h are complete, before anything reads them.
    func stateGradient(_ step: Int, _ gradient: MatrixView) {
        rows = ObservedRows(sweep.walk.layout, step: step)
        observer.observe(name("h", step), rows: rows.views(gradient), columns: configuration.stateSize)
    }

    /// Before a step's kernel runs: what it reads.
    func kernelInputs(_ step: Int, _ gradient: MatrixView) {
        let kernelGradient = sweep.scratch.unprojected?.view ?? gradient
        if sweep.scratch.unprojected != nil {
            observer.observe(name("unprojected", step), rows: rows.views(kernelGradient), columns: hidden)
        }
        let state = sweep.state
        dh = rows.copy(kernelGradient)
        gates = rows.copy(state.gates, from: firstRow(step))
        carried =
            sweep.cellGradient.map { rows.copy($0) }
            ?? state.candidate.map { rows.copy($0, from: firstRow(step)) } ?? []
        before = rows.statesBefore(step, sweep.walk, state, configuration)
    }

    /// When the kernel of a step has run.
    func activationGradients(_ step: Int, _ gradient: MatrixView) {
        let deltas = rows.views(sweep.state.gates, from: firstRow(step))
        switch configuration.cell {
        case .lstm: lstm(step, deltas)
        case .gru: gru(step, deltas)
        case .rnn: break
        }
        observer.observe(name("pre", step), rows: deltas, columns: configuration.gateRows)
    }

    /// Shows values of the present step that stand nowhere in memory, `[rows, H]`. Returns a change.
    private func observe(
        _ operation: String, _ step: Int, _ value: (_ row: Int, _ unit: Int) -> Float
    ) -> (row: Int, unit: Int, value: Float)? {
        var elements: [Float] = []
        elements.reserveCapacity(rows.ranks.count * hidden)
        for row in rows.ranks.indices { for unit in 0..<hidden { elements.append(value(row, unit)) } }
        var tensor = Tensor(shape: [rows.ranks.count, hidden], elements: elements)
        return observer.observe(name(operation, step), &tensor).map {
            ($0 / hidden, $0 % hidden, tensor[offset: $0])
        }
    }

    private func lstm(_ step: Int, _ deltas: [VectorView]) {
        let tanhCells = rows.views(sweep.state.tanhCells!, from: firstRow(step))
        let cellGradients = rows.views(sweep.cellGradient!)
        func gate(_ index: Int, _ row: Int, _ unit: Int) -> Float { gates[row][index * hidden + unit] }
        var changed: (row: Int, unit: Int, value: Float)?
        func cell(_ row: Int, _ unit: Int) -> Float {
            if let changed, changed.row == row, changed.unit == unit { return changed.value }
            let t = tanhCells[row][unit]
            return fusedMultiplyAdd(
                dh[row][unit] * gate(3, row, unit), fusedMultiplyAdd(-t, t, 1), carried[row][unit])
        }
        /// From the gradient of a gate to that of its pre-activation.
        func finish(_ index: Int, _ row: Int, _ unit: Int, _ gradient: Float) {
            let y = gate(index, row, unit)
            deltas[row][index * hidden + unit] =
                index == 2 ? gradient * fusedMultiplyAdd(-y, y, 1) : gradient * y * (1 - y)
        }
        let gradients: [(Int, Int) -> Float] = [
            { cell($0, $1) * gate(2, $0, $1) }, { [before] in cell($0, $1) * before[$0][$1] },
            { cell($0, $1) * gate(0, $0, $1) }, { [dh] in dh[$0][$1] * tanhCells[$0][$1] },
        ]
        changed = observe("c", step, cell)
        if let (row, unit, value) = changed {
            for index in 0..<3 { finish(index, row, unit, gradients[index](row, unit)) }
            cellGradients[row][unit] = value * gate(1, row, unit)
        }
        for (index, letter) in ["i", "f", "g", "o"].enumerated() {
            if let (row, unit, value) = observe(letter, step, gradients[index]) { finish(index, row, unit, value) }
        }
    }

    private func gru(_ step: Int, _ deltas: [VectorView]) {
        let candidates = rows.views(sweep.state.candidate!, from: firstRow(step))
        func gate(_ index: Int, _ row: Int, _ unit: Int) -> Float { gates[row][index * hidden + unit] }
        func reset(_ row: Int, _ unit: Int) -> Float { deltas[row][2 * hidden + unit] * carried[row][unit] }
        func finish(_ index: Int, _ row: Int, _ unit: Int, _ gradient: Float) {
            let y = gate(index, row, unit)
            deltas[row][index * hidden + unit] = gradient * y * (1 - y)
        }
        if let (row, unit, value) = observe("n", step, { [dh] in dh[$0][$1] * (1 - gate(1, $0, $1)) }) {
            let n = gate(2, row, unit)
            deltas[row][2 * hidden + unit] = value * fusedMultiplyAdd(-n, n, 1)
            finish(0, row, unit, reset(row, unit))
            candidates[row][unit] = deltas[row][2 * hidden + unit] * gate(0, row, unit)
        }
        if let (row, unit, value) = observe(
            "z", step, { [dh, before] in dh[$0][$1] * (before[$0][$1] - gate(2, $0, $1)) }
        ) {
            finish(1, row, unit, value)
        }
        if let (row, unit, value) = observe("r", step, reset) { finish(0, row, unit, value) }
        observer.observe(name("gh", step), rows: candidates, columns: hidden)
    }
}
