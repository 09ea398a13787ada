import ReproNumerics

/// One direction of one layer, walking backward through its steps: from the gradient of the output to the gradients
/// before activation, in place in the state's gates.
struct BackwardSweep {
    let configuration: RecurrentConfiguration
    let weights: RecurrentWeights
    let layer: Int
    let direction: Int
    let state: DirectionState
    let walk: Walk
    let kernels: any Kernels
    /// The gradient from above into this direction's half of the output, and the distance between rows.
    let outputGradient: UnsafePointer<Float>
    let outputGradientStride: Int
    /// dh_n, `[B × S]` by rank.
    let hiddenGradient: UnsafePointer<Float>
    /// LSTM: dc_n on entry, the gradient of c_0 on return; `[B × H]` by rank.
    let cellGradient: UnsafeMutablePointer<Float>?
    /// The gradient of h_0 on return; `[B × S]` by rank.
    let initialGradient: UnsafeMutablePointer<Float>
    /// `[2 × B × S]`: the state's gradient at this step and, for GRU, at the one walked before.
    let scratch: UnsafeMutablePointer<Float>
    /// With a projection: the gradient of h' at each position, `[P × S]`, and that of o × tanh(c') of one step, `[B × H]`.
    let projected: UnsafeMutablePointer<Float>?
    let unprojectedGradient: UnsafeMutablePointer<Float>?
    let zeros: UnsafePointer<Float>

    private var size: Int { configuration.stateSize }
    private var isGRU: Bool { configuration.cell == .gru }

    /// Computes the units of `parts`; `synchronize` and `observer` as in ``ForwardSweep``.
    func run(parts: Range<Int>, observer: OperationObserver? = nil, synchronize: () -> Void) {
        let layout = walk.layout
        let observed = observer.map { ObservedBackward(self, $0) }
        for place in stride(from: layout.longest - 1, through: 0, by: -1) {
            let step = walk.step(place)
            let current = scratch + (isGRU ? place % 2 : 0) * layout.batch * size
            let before = scratch + (1 - place % 2) * layout.batch * size
            for part in parts {
                stateGradient(step, into: current, weights.part(part, direction: direction, layer: layer))
            }
            observed?.stateGradient(step, current)
            unproject(step, current)
            observed?.kernelInputs(step, current)
            for part in parts {
                activationGradient(
                    step, current, before: before, weights.part(part, direction: direction, layer: layer))
            }
            observed?.activationGradients(step, current)
            synchronize()
        }
        for part in parts { finishInitialState(weights.part(part, direction: direction, layer: layer)) }
    }

    /// dh of every running rank: from above, and through the step that follows in the walk.
    private func stateGradient(_ step: Int, into dh: UnsafeMutablePointer<Float>, _ part: UnitPart) {
        let layout = walk.layout
        let columns = stateColumns(part)
        let running = layout.running(step)
        let following = walk.following(step)
        for rank in 0..<running {
            let above = outputGradient + (layout.offset(step) + rank) * outputGradientStride
            let row = dh + rank * size
            let last = !following.ranks.contains(rank)
            // GRU's chains already started at fma(dh', z', above) when the following step was done.
            if last {
                let final = hiddenGradient + rank * size
                for column in columns { row[column] = above[column] + final[column] }
            } else if !isGRU {
                (row + columns.lowerBound).update(from: above + columns.lowerBound, count: columns.count)
            }
        }
        continueChains(
            rows: following.ranks.count, from: following.row, into: dh, part, start: nil)
    }

    /// Continues (or starts, at `start`) the chains into a state over the gate rows of the step that read it.
    private func continueChains(
        rows: Int, from row: Int, into dh: UnsafeMutablePointer<Float>, _ part: UnitPart, start: UnsafePointer<Float>?
    ) {
        let (hidden, gateRows) = (configuration.hiddenSize, configuration.gateRows)
        func chains(_ matrix: PackedMatrix, _ a: UnsafeMutablePointer<Float>, stride: Int) {
            kernels.multiply(
                rows: rows, columns: matrix.columns, depth: matrix.depth, a: a, aStride: stride,
                packed: matrix.pointer, start: start, c: dh + matrix.offset, cStride: size)
        }
        if rows == 0 { return }
        chains(part.stateGradient!, state.gates + row * gateRows, stride: gateRows)
        if let matrix = part.candidateGradient { chains(matrix, state.candidate! + row * hidden, stride: hidden) }
    }

    /// With a projection: keeps the gradient of h', and takes it to that of o × tanh(c').
    private func unproject(_ step: Int, _ dh: UnsafeMutablePointer<Float>) {
        guard let projection = weights.direction(direction, layer: layer).projectionGradient else { return }
        let (hidden, rows) = (configuration.hiddenSize, walk.layout.running(step))
        let kept = projected! + walk.layout.offset(step) * size
        kept.update(from: dh, count: rows * size)
        kernels.multiply(
            rows: rows, columns: hidden, depth: size, a: kept, aStride: size, packed: projection.pointer,
            start: zeros, c: unprojectedGradient!, cStride: hidden)
    }

    private func stateColumns(_ part: UnitPart) -> Range<Int> {
        configuration.projectionSize > 0 ? 0..<size : part.units
    }

    private func activationGradient(
        _ step: Int, _ dh: UnsafeMutablePointer<Float>, before: UnsafeMutablePointer<Float>, _ part: UnitPart
    ) {
        let hidden = configuration.hiddenSize
        let unit = part.units.lowerBound
        walk.forEachSegment(step) { segment in
            let rank = segment.ranks.lowerBound
            let row = walk.layout.offset(step) + rank
            let gates = state.gates + row * configuration.gateRows + unit
            let count = segment.ranks.count
            switch configuration.cell {
            case .lstm:
                let gradient = unprojectedGradient ?? dh
                let cell =
                    segment.previousRow.map { state.cells! + ($0 + rank) * hidden + unit }
                    ?? state.cell! + rank * hidden + unit
                kernels.lstmBackward(
                    rows: count, hidden: hidden, units: part.units.count, gates: gates,
                    gatesStride: configuration.gateRows, cell: cell, cellStride: hidden,
                    tanhCell: state.tanhCells! + row * hidden + unit, tanhStride: hidden,
                    dh: gradient + rank * hidden + unit, dhStride: hidden,
                    dCell: cellGradient! + rank * hidden + unit, dCellStride: hidden)
            case .gru: gru(segment, row: row, gates, dh, before: before, part)
            case .rnn:
                kernels.rnnBackward(
                    rows: count, units: part.units.count, relu: configuration.nonlinearity == .relu,
                    h: state.output + row * state.outputStride + unit, hStride: state.outputStride,
                    dh: dh + rank * size + unit, dhStride: size, delta: gates, deltaStride: configuration.gateRows)
            }
        }
    }

    private func gru(
        _ segment: StepSegment, row: Int, _ gates: UnsafeMutablePointer<Float>, _ dh: UnsafeMutablePointer<Float>,
        before: UnsafeMutablePointer<Float>, _ part: UnitPart
    ) {
        let hidden = configuration.hiddenSize
        let unit = part.units.lowerBound
        let rank = segment.ranks.lowerBound
        let count = segment.ranks.count
        // Where the chain into the state that this step read starts: fma(dh, z, above), above being +0 for h_0.
        let target: UnsafeMutablePointer<Float>
        let previous: UnsafePointer<Float>
        let previousStride: Int
        if let previousRow = segment.previousRow {
            target = before + rank * size + unit
            for index in 0..<count {
                (target + index * size).update(
                    from: outputGradient + (previousRow + rank + index) * outputGradientStride + unit,
                    count: part.units.count)
            }
            previous = UnsafePointer(state.output + (previousRow + rank) * state.outputStride + unit)
            previousStride = state.outputStride
        } else {
            target = initialGradient + rank * size + unit
            for index in 0..<count { (target + index * size).update(repeating: 0, count: part.units.count) }
            previous = UnsafePointer(state.initialState + rank * size + unit)
            previousStride = size
        }
        kernels.gruBackward(
            rows: count, hidden: hidden, units: part.units.count, gates: gates, gatesStride: configuration.gateRows,
            gh: state.candidate! + row * hidden + unit, ghStride: hidden, h: previous, hStride: previousStride,
            dh: dh + rank * size + unit, dhStride: size, dhBefore: target, dhBeforeStride: size)
    }

    /// The gradient of h_0: each sequence's chain over the gate rows of its walk's first step.
    private func finishInitialState(_ part: UnitPart) {
        let start = isGRU ? nil : zeros
        for step in 0..<walk.layout.longest {
            walk.forEachSegment(step) { segment in
                guard segment.previousRow == nil else { return }
                let rank = segment.ranks.lowerBound
                continueChains(
                    rows: segment.ranks.count, from: walk.layout.offset(step) + rank,
                    into: initialGradient + rank * size, part, start: start)
            }
        }
    }
}
