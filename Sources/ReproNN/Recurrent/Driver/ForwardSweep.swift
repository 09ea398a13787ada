import ReproNumerics

/// One direction of one layer, walking forward through its steps: the one driver of all cells.
struct ForwardSweep {
    let weights: RecurrentWeights
    let layer: Int
    let direction: Int
    let state: DirectionState
    let walk: Walk
    let kernels: any Kernels
    /// The layer's input, one row per position.
    let input: MatrixView
    /// Steps are taken in chunks of at most so many rows, unless one step has more.
    let chunkRows: Int
    let training: Bool
    /// +0, as many as a projected state has.
    let zeros: VectorView

    var configuration: RecurrentConfiguration { weights.configuration }
    private var projects: Bool { configuration.projectionSize > 0 }
    private var own: DirectionWeights { weights.direction(direction, layer: layer) }

    /// Rows whose pre-activations fit a core's cache together.
    static func chunkRows(_ configuration: RecurrentConfiguration, layout: SequenceLayout) -> Int {
        let widest = layout.running(0)
        let budget = 256 * 1024 / (configuration.gateRows * MemoryLayout<Float>.stride)
        return min(layout.positions, max(widest, max(16, budget)))
    }

    /// Computes the units of `parts`. Where the direction's parts are divided over workers, each calls this with its own
    /// and `synchronize` waits for all of them. An observer watches a worker that has all parts.
    func run(parts: Range<Int>, observer: OperationObserver? = nil, synchronize: () -> Void) {
        let (walk, layout) = (walk, walk.layout)
        let observed = observer.map { ObservedForward(self, $0) }
        let first = weights.firstPart(direction: direction, layer: layer)
        let parts = (first + parts.lowerBound)..<(first + parts.upperBound)
        var place = 0
        while place < layout.longest {
            var rows = layout.running(walk.step(place))
            var end = place + 1
            while end < layout.longest, rows + layout.running(walk.step(end)) <= chunkRows {
                rows += layout.running(walk.step(end))
                end += 1
            }
            let firstRow = min(layout.offset(walk.step(place)), layout.offset(walk.step(end - 1)))
            let origin = training ? 0 : firstRow
            for part in parts { multiplyInput(firstRow..<(firstRow + rows), weights.part(at: part), origin: origin) }
            for current in place..<end {
                let step = walk.step(current)
                for part in parts { multiplyState(step, walk, part, origin: origin) }
                observed?.chains(step, origin: origin)
                for part in parts { activate(step, walk, part, origin: origin) }
                observed?.activations(step, origin: origin)
                if projects { project(step) }
                observed?.states(step)
                synchronize()
            }
            place = end
        }
    }

    /// Starts the chains of the pre-activations and takes them over the input.
    private func multiplyInput(_ rows: Range<Int>, _ part: UnitPart, origin: Int) {
        let own = (rows.lowerBound - origin)..<(rows.upperBound - origin)
        part.input.multiply(
            input.rows(rows), start: self.own.start, into: state.gates.rows(own), kernels)
    }

    /// The states that a segment of a step reads.
    @inline(__always)
    private func before(_ segment: StepSegment) -> MatrixView {
        guard let previousRow = segment.previousRow else { return state.initialState.rows(segment.ranks) }
        return state.output.rows(from: previousRow + segment.ranks.lowerBound, count: segment.ranks.count)
    }

    /// Continues the chains of a step's pre-activations over the state that it reads.
    private func multiplyState(_ step: Int, _ walk: Walk, _ part: Int, origin: Int) {
        let firstRow = walk.layout.offset(step) - origin
        walk.forEachSegment(step) { segment in
            let rows = segment.rows(from: firstRow)
            let before = before(segment)
            weights.part(at: part).state.multiply(before, start: nil, into: state.gates.rows(rows), kernels)
            if let candidate = weights.part(at: part).candidate {
                candidate.multiply(
                    before, start: own.candidateStart!, into: state.candidate!.rows(rows), kernels)
            }
        }
    }

    /// From a step's pre-activations to its states, before any projection.
    private func activate(_ step: Int, _ walk: Walk, _ part: Int, origin: Int) {
        let firstRow = walk.layout.offset(step)
        let units = weights.part(at: part).units
        let unit = units.lowerBound
        walk.forEachSegment(step) { segment in
            let (rank, count) = (segment.ranks.lowerBound, segment.ranks.count)
            let row = firstRow + rank
            let running = CellRows(state.cell, row: rank, column: unit)
            // In training every c is kept, so the one before stands in the previous step's rows.
            let kept = training ? state.cells : nil
            let previousRow = kept == nil ? nil : segment.previousRow
            var step = CellStep(
                rows: count, units: units.count, hidden: configuration.hiddenSize,
                gates: CellRows(state.gates, row: row - origin, column: unit),
                candidate: CellRows(state.candidate, row: row - origin, column: unit),
                before: CellRows(before(segment), row: 0, column: projects ? 0 : unit),
                cellBefore: previousRow.map { CellRows(kept, row: $0 + rank, column: unit) } ?? running,
                cell: kept == nil ? running : CellRows(kept, row: row, column: unit),
                tanhCell: CellRows(training ? state.tanhCells : nil, row: row, column: unit),
                output: projects
                    ? CellRows(state.unprojected, row: training ? row : rank, column: unit)
                    : CellRows(state.output.rows(from: row, count: count), row: 0, column: unit))
            kernels.forward(configuration.kernel, &step)
        }
    }

    private func project(_ step: Int) {
        let (row, count) = (walk.layout.offset(step), walk.layout.running(step))
        let unprojected = state.unprojected!.rows(training ? row..<(row + count) : 0..<count)
        own.projection!.multiply(
            unprojected, start: zeros, into: state.output.rows(from: row, count: count), kernels)
    }
}
