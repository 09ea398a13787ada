import ReproNumerics

/// Shows one direction's forward sweep to an observer, step by step: `pre`, the gates, the states.
///
/// The fused kernels leave everything that is shown in memory. Where the observer changes a gate or a cell, what the kernel
/// had already computed from it is computed again for that unit.
final class ObservedForward {
    private let sweep: ForwardSweep
    private let observer: OperationObserver
    private var configuration: RecurrentConfiguration { sweep.configuration }
    private var hidden: Int { sweep.configuration.hiddenSize }

    /// What the kernel of the present step read, one row per running sequence: pre-activations and the state before.
    private var rows = ObservedRows(SequenceLayout(batch: 0, steps: 0), step: 0)
    private var pre: [[Float]] = []
    private var before: [[Float]] = []

    init(_ sweep: ForwardSweep, _ observer: OperationObserver) {
        self.sweep = sweep
        self.observer = observer
    }

    private func name(_ operation: String, _ step: Int) -> String { "[\(step)].\(operation)" }

    private func first(_ step: Int, origin: Int = 0) -> Int { sweep.walk.layout.offset(step) - origin }

    /// When the chains of a step are complete, before the kernel reads them.
    func chains(_ step: Int, origin: Int) {
        rows = ObservedRows(sweep.walk.layout, step: step)
        let first = first(step, origin: origin)
        observer.observe(
            name("pre", step), rows: rows.views(sweep.state.gates, from: first), columns: configuration.gateRows)
        if let candidate = sweep.state.candidate {
            observer.observe(name("gh", step), rows: rows.views(candidate, from: first), columns: hidden)
        }
        pre = rows.copy(sweep.state.gates, from: first)
        before = rows.statesBefore(step, sweep.walk, sweep.state, configuration)
    }

    /// When the kernel of a step has run.
    func activations(_ step: Int, origin: Int) {
        let gateRows = rows.views(sweep.state.gates, from: first(step, origin: origin))
        switch configuration.cell {
        case .lstm: lstm(step, gateRows)
        case .gru: gru(step, gateRows, origin: origin)
        case .rnn: break
        }
    }

    /// When a step's hidden states are complete.
    func states(_ step: Int) {
        observer.observe(
            name("h", step), rows: outputRows(step), columns: configuration.stateSize)
    }

    private func outputRows(_ step: Int) -> [VectorView] {
        rows.ranks.map { sweep.state.output.rows(from: first(step) + $0, count: 1)[0] }
    }

    private func lstm(_ step: Int, _ gates: [VectorView]) {
        let state = sweep.state
        let kept = sweep.training ? first(step) : 0
        let cells = rows.views(sweep.training ? state.cells! : state.cell!, from: kept)
        let tanhCells = state.tanhCells.map { rows.views($0, from: kept) }
        let outputs = state.unprojected.map { rows.views($0, from: kept) } ?? outputRows(step)
        func finish(_ row: Int, _ unit: Int) {
            let tanhCell = ReferenceElementary.tanh(cells[row][unit])
            tanhCells?[row][unit] = tanhCell
            outputs[row][unit] = gates[row][3 * hidden + unit] * tanhCell
        }
        for (gate, letter) in ["i", "f", "g", "o"].enumerated() {
            let changed = observer.observe(
                name(letter, step), rows: gates.map { $0[(gate * hidden)..<((gate + 1) * hidden)] }, columns: hidden)
            guard let (row, unit) = changed else { continue }
            let (i, f, g) = (gates[row][unit], gates[row][hidden + unit], gates[row][2 * hidden + unit])
            if gate < 3 { cells[row][unit] = fusedMultiplyAdd(f, before[row][unit], i * g) }
            finish(row, unit)
        }
        if let (row, unit) = observer.observe(name("c", step), rows: cells, columns: hidden) { finish(row, unit) }
        if state.unprojected != nil { observer.observe(name("unprojected", step), rows: outputs, columns: hidden) }
    }

    private func gru(_ step: Int, _ gates: [VectorView], origin: Int) {
        let candidates = rows.views(sweep.state.candidate!, from: first(step, origin: origin))
        let outputs = outputRows(step)
        for (gate, letter) in ["r", "z", "n"].enumerated() {
            let changed = observer.observe(
                name(letter, step), rows: gates.map { $0[(gate * hidden)..<((gate + 1) * hidden)] }, columns: hidden)
            guard let (row, unit) = changed else { continue }
            if gate == 0 {
                gates[row][2 * hidden + unit] = ReferenceElementary.tanh(
                    fusedMultiplyAdd(gates[row][unit], candidates[row][unit], pre[row][2 * hidden + unit]))
            }
            let (z, n) = (gates[row][hidden + unit], gates[row][2 * hidden + unit])
            outputs[row][unit] = fusedMultiplyAdd(z, before[row][unit] - n, n)
        }
    }
}
