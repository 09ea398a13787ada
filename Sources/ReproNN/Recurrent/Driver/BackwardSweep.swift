import ReproNumerics

/// One direction of one layer, walking backward through its steps: from the gradient of the output to the gradients
/// before activation, in place in the state's gates.
struct BackwardSweep {
    let weights: RecurrentWeights
    let layer: Int
    let direction: Int
    let state: DirectionState
    let walk: Walk
    let kernels: any Kernels
    /// The gradient from above into this direction's half of the output, `[P × S]`.
    let outputGradient: MatrixView
    /// dh_n, `[B × S]` by rank.
    let hiddenGradient: MatrixView
    /// LSTM: dc_n at the start, the gradient of c_0 at the end; `[B × H]` by rank.
    let cellGradient: MatrixView?
    /// Receives the gradient of h_0; `[B × S]` by rank.
    let initialGradient: MatrixView
    let scratch: Scratch

    /// Where a sweep computes; rows by rank.
    struct Scratch {
        /// The gradient of the state at the present step, `[B × S]`. GRU reads that of the step walked before as well, so it
        /// has two matrices, which change places after each step; for other cells both names mean one matrix.
        let stateGradient: Matrix
        let previousStateGradient: Matrix
        /// GRU: z of the step walked before, `[B × H]`.
        let update: Matrix?
        /// With a projection: the gradient of h' at each position, `[P × S]`, and that of o × tanh(c') of one step, `[B × H]`.
        let projected: Matrix?
        let unprojected: Matrix?
        /// +0, as many as the widest row has.
        let zeros: Matrix

        init(_ configuration: RecurrentConfiguration, _ layout: SequenceLayout, in memory: inout Workspace) {
            let (size, hidden) = (configuration.stateSize, configuration.hiddenSize)
            let (carries, projects) = (configuration.cell.hasCandidate, configuration.projectionSize > 0)
            stateGradient = memory.matrix(rows: layout.batch, columns: size)
            previousStateGradient = carries ? memory.matrix(rows: layout.batch, columns: size) : stateGradient
            update = carries ? memory.matrix(rows: layout.batch, columns: hidden) : nil
            projected = projects ? memory.matrix(rows: layout.positions, columns: size) : nil
            unprojected = projects ? memory.matrix(rows: layout.batch, columns: hidden) : nil
            zeros = memory.vector(max(size, hidden), zeroed: true)
        }
    }

    var configuration: RecurrentConfiguration { weights.configuration }

    /// Computes the units of `parts`; `synchronize` and `observer` as in ``ForwardSweep``.
    func run(parts: Range<Int>, observer: OperationObserver? = nil, synchronize: () -> Void) {
        let layout = walk.layout
        let observed = observer.map { ObservedBackward(self, $0) }
        let first = weights.firstPart(direction: direction, layer: layer)
        let parts = (first + parts.lowerBound)..<(first + parts.upperBound)
        var (current, following) = (scratch.stateGradient.view, scratch.previousStateGradient.view)
        for place in stride(from: layout.longest - 1, through: 0, by: -1) {
            let step = walk.step(place)
            for part in parts { stateGradient(step, into: current, following: following, part) }
            observed?.stateGradient(step, current)
            unproject(step, current)
            observed?.kernelInputs(step, current)
            for part in parts { activationGradient(step, current, part) }
            observed?.activationGradients(step, current)
            synchronize()
            for part in parts { initialStateGradient(step, current, part) }
            swap(&current, &following)
        }
    }

    /// The columns of a state that a part computes the gradient of.
    private func stateColumns(_ part: Int) -> Range<Int> {
        configuration.projectionSize > 0 ? 0..<configuration.stateSize : weights.part(at: part).units
    }

    /// dh of every running rank: through the step that follows in the walk, and from above.
    ///
    /// - Parameter next: dh of the step that follows.
    private func stateGradient(
        _ step: Int, into gradient: MatrixView, following next: MatrixView, _ part: Int
    ) {
        let layout = walk.layout
        let columns = stateColumns(part)
        let first = layout.offset(step)
        let following = walk.following(step)
        let above = outputGradient.columns(columns)
        if !following.ranks.isEmpty {
            let ranks = following.ranks
            chain(following.row..<(following.row + ranks.count), ranks, into: gradient, following: next, part) {
                above.rows(first..<(first + ranks.count))
            }
        }
        for rank in following.ranks.count..<layout.running(step) {
            let (row, top, final) = (gradient[rank], outputGradient[first + rank], hiddenGradient[rank])
            for column in columns { row[column] = top[column] + final[column] }
        }
    }

    /// The gradient into the states that some ranks of a step read: the chain over the step's gate rows from +0, then GRU's
    /// part that is handed on, then the gradient from above, each rounded once (contract, section 7).
    ///
    /// - Parameters:
    ///   - rows: the step's rows of gates.
    ///   - next: dh of that step.
    @inline(__always)
    private func chain(
        _ rows: Range<Int>, _ ranks: Range<Int>, into gradient: MatrixView, following next: MatrixView,
        _ part: Int,
        above: () -> MatrixView?
    ) {
        let target = gradient.rows(ranks)
        let columns = stateColumns(part)
        let carried = scratch.update.map {
            (gradient: next.rows(ranks).columns(columns), update: $0.view.rows(ranks).columns(columns))
        }
        let product = weights.part(at: part).stateGradient!
        product.multiply(
            state.gates.rows(rows).columns(0..<product.depth), start: scratch.zeros[0], into: target, kernels)
        if let candidate = weights.part(at: part).candidateGradient {
            candidate.multiply(state.candidate!.rows(rows), start: nil, into: target, kernels)
        }
        kernels.completeStateGradient(target.columns(columns), carried: carried, above: above())
    }

    /// With a projection: keeps the gradient of h', and takes it to that of o × tanh(c').
    private func unproject(_ step: Int, _ gradient: MatrixView) {
        guard let projection = weights.direction(direction, layer: layer).projectionGradient else { return }
        let (first, count) = (walk.layout.offset(step), walk.layout.running(step))
        let kept = scratch.projected!.view.rows(first..<(first + count))
        kept.copy(from: gradient.rows(0..<count))
        projection.multiply(
            kept, start: scratch.zeros[0], into: scratch.unprojected!.view.rows(0..<count), kernels)
    }

    private func activationGradient(_ step: Int, _ gradient: MatrixView, _ part: Int) {
        let first = walk.layout.offset(step)
        let units = weights.part(at: part).units
        walk.forEachSegment(step) { segment in
            let ranks = segment.ranks
            let rows = segment.rows(from: first)
            let previous = segment.previousRow.map { segment.rows(from: $0) }
            let before =
                previous.map { state.output.rows(from: $0.lowerBound, count: $0.count) }
                ?? state.initialState.rows(ranks)
            let cells = previous.flatMap { state.cells?.rows($0) } ?? state.cell?.rows(ranks)
            let own = configuration.projectionSize > 0 ? 0..<0 : units
            var step = CellGradientStep(
                rows: rows.count, units: units.count, hidden: configuration.hiddenSize,
                gates: state.gates.rows(rows).columns(units.lowerBound..<configuration.gateRows),
                candidate: state.candidate?.rows(rows).columns(units), before: before.columns(own),
                cellBefore: cells?.columns(units), tanhCell: state.tanhCells?.rows(rows).columns(units),
                output: state.output.rows(from: rows.lowerBound, count: rows.count).columns(own),
                gradient: (scratch.unprojected?.view ?? gradient).rows(ranks).columns(units),
                cellGradient: cellGradient?.rows(ranks).columns(units),
                update: scratch.update?.view.rows(ranks).columns(units))
            kernels.backward(configuration.kernel, &step)
        }
    }

    /// The gradient of h_0 of the ranks whose walk begins at a step.
    private func initialStateGradient(_ step: Int, _ gradient: MatrixView, _ part: Int) {
        let first = walk.layout.offset(step)
        walk.forEachSegment(step) { segment in
            guard segment.previousRow == nil else { return }
            chain(segment.rows(from: first), segment.ranks, into: initialGradient, following: gradient, part) { nil }
        }
    }
}
