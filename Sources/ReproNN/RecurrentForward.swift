import ReproNumerics

/// One direction of one layer, walking forward through its steps: the one driver of all cells.
struct ForwardSweep {
    let configuration: RecurrentConfiguration
    let weights: RecurrentWeights
    let layer: Int
    let direction: Int
    let state: DirectionState
    let walk: Walk
    let kernels: any Kernels
    /// The layer's input, a row a position.
    let input: UnsafePointer<Float>
    let inputSize: Int
    /// Steps are taken in chunks of at most so many rows, unless one step has more.
    let chunkRows: Int
    let training: Bool
    /// +0, as many as a projected state has.
    let zeros: UnsafePointer<Float>

    var own: DirectionWeights { weights.direction(direction, layer: layer) }

    /// Rows whose pre-activations fit a core's cache together.
    static func chunkRows(_ configuration: RecurrentConfiguration, layout: SequenceLayout) -> Int {
        let widest = layout.running(0)
        let budget = 256 * 1024 / (configuration.gateRows * MemoryLayout<Float>.stride)
        return min(layout.positions, max(widest, max(16, budget)))
    }

    /// Computes the units of `parts`. Where the direction's parts are divided over workers, each calls this with its own
    /// and `synchronize` waits for all of them. An observer watches a worker that has all parts.
    func run(parts: Range<Int>, observer: OperationObserver? = nil, synchronize: () -> Void) {
        let layout = walk.layout
        let observed = observer.map { ObservedForward(self, $0) }
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
            for part in parts {
                multiplyInput(
                    rows: firstRow..<(firstRow + rows), weights.part(part, direction: direction, layer: layer),
                    origin: origin)
            }
            for current in place..<end {
                let step = walk.step(current)
                for part in parts {
                    multiplyState(step, weights.part(part, direction: direction, layer: layer), origin: origin)
                }
                observed?.chains(step, origin: origin)
                for part in parts {
                    activate(step, weights.part(part, direction: direction, layer: layer), origin: origin)
                }
                observed?.activations(step, origin: origin)
                project(step)
                observed?.states(step)
                synchronize()
            }
            place = end
        }
    }

    /// Starts the chains of the pre-activations and takes them over the input.
    private func multiplyInput(rows: Range<Int>, _ part: UnitPart, origin: Int) {
        let stride = configuration.gateRows
        part.input.multiply(
            rows: rows.count, a: input + rows.lowerBound * inputSize, aStride: inputSize, start: own.start,
            gates: state.gates + (rows.lowerBound - origin) * stride, stride: stride, kernels: kernels)
    }

    /// The state that a segment of a step reads, and the distance between its rows.
    private func previous(_ segment: StepSegment) -> (rows: UnsafePointer<Float>, stride: Int) {
        let rank = segment.ranks.lowerBound
        guard let previousRow = segment.previousRow else {
            let size = configuration.stateSize
            return (UnsafePointer(state.initialState + rank * size), size)
        }
        return (UnsafePointer(state.row(previousRow + rank)), state.outputStride)
    }

    /// Continues the chains of a step's pre-activations over the state that it reads.
    private func multiplyState(_ step: Int, _ part: UnitPart, origin: Int) {
        let firstRow = walk.layout.offset(step) - origin
        let hidden = configuration.hiddenSize
        walk.forEachSegment(step) { segment in
            let count = segment.ranks.count
            let row = firstRow + segment.ranks.lowerBound
            let previous = previous(segment)
            part.state.multiply(
                rows: count, a: previous.rows, aStride: previous.stride, start: nil,
                gates: state.gates + row * configuration.gateRows, stride: configuration.gateRows, kernels: kernels)
            part.candidate?.multiply(
                rows: count, a: previous.rows, aStride: previous.stride, start: own.candidateStart! - 2 * hidden,
                gates: state.candidate! + row * hidden - 2 * hidden, stride: hidden, kernels: kernels)
        }
    }

    /// From a step's pre-activations to its states, before any projection.
    private func activate(_ step: Int, _ part: UnitPart, origin: Int) {
        let firstRow = walk.layout.offset(step)
        let unit = part.units.lowerBound
        walk.forEachSegment(step) { segment in
            let row = firstRow + segment.ranks.lowerBound
            let gates = state.gates + (row - origin) * configuration.gateRows + unit
            switch configuration.cell {
            case .lstm: lstm(segment, row: row, gates, part)
            case .gru:
                let (hidden, previous) = (configuration.hiddenSize, previous(segment))
                kernels.gruForward(
                    rows: segment.ranks.count, hidden: hidden, units: part.units.count, gates: gates,
                    gatesStride: configuration.gateRows, gh: state.candidate! + (row - origin) * hidden + unit,
                    ghStride: hidden, h: previous.rows + unit, hStride: previous.stride,
                    hOut: state.row(row) + unit, hOutStride: state.outputStride)
            case .rnn:
                kernels.rnnForward(
                    rows: segment.ranks.count, units: part.units.count, relu: configuration.nonlinearity == .relu,
                    pre: gates, preStride: configuration.gateRows, h: state.row(row) + unit,
                    hStride: state.outputStride)
            }
        }
    }

    /// The rows of `o × tanh(c)` where a projection reads them: all positions' in training, else one step's.
    private func unprojected(row: Int, rank: Int) -> UnsafeMutablePointer<Float>? {
        state.unprojected.map { $0 + (training ? row : rank) * configuration.hiddenSize }
    }

    private func project(_ step: Int) {
        guard let projection = own.projection else { return }
        let row = walk.layout.offset(step)
        kernels.multiply(
            rows: walk.layout.running(step), columns: configuration.projectionSize, depth: configuration.hiddenSize,
            a: unprojected(row: row, rank: 0)!, aStride: configuration.hiddenSize, packed: projection.pointer,
            start: zeros, c: state.row(row), cStride: state.outputStride)
    }

    private func lstm(
        _ segment: StepSegment, row: Int, _ gates: UnsafeMutablePointer<Float>, _ part: UnitPart
    ) {
        let hidden = configuration.hiddenSize
        let unit = part.units.lowerBound
        let rank = segment.ranks.lowerBound
        let running = state.cell! + rank * hidden + unit
        // In training every c is kept, so the one before stands in the previous step's rows.
        let before = training ? segment.previousRow.map { state.cells! + ($0 + rank) * hidden + unit } : nil
        let after = training ? state.cells! + row * hidden + unit : running
        let unprojected = unprojected(row: row, rank: rank)
        kernels.lstmForward(
            rows: segment.ranks.count, hidden: hidden, units: part.units.count, gates: gates,
            gatesStride: configuration.gateRows, cell: before ?? running, cellStride: hidden, cellOut: after,
            cellOutStride: hidden, tanhCell: training ? state.tanhCells! + row * hidden + unit : nil,
            tanhStride: hidden, h: (unprojected ?? state.row(row)) + unit,
            hStride: unprojected == nil ? state.outputStride : hidden)
    }
}
