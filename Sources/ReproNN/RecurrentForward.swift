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

    private var own: DirectionWeights { weights.direction(direction, layer: layer) }

    /// Rows whose pre-activations fit a core's cache together.
    static func chunkRows(_ configuration: RecurrentConfiguration, layout: SequenceLayout) -> Int {
        let widest = layout.running(0)
        let budget = 256 * 1024 / (configuration.gateRows * MemoryLayout<Float>.stride)
        return min(layout.positions, max(widest, max(16, budget)))
    }

    /// Computes the units of `parts`. Where the direction's parts are divided over workers, each calls this with its own
    /// and `synchronize` waits for all of them.
    func run(parts: Range<Int>, synchronize: () -> Void) {
        let layout = walk.layout
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
                for part in parts {
                    take(
                        step: walk.step(current), weights.part(part, direction: direction, layer: layer), origin: origin
                    )
                }
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

    private func take(step: Int, _ part: UnitPart, origin: Int) {
        let firstRow = walk.layout.offset(step)
        let size = configuration.stateSize
        walk.forEachSegment(step) { segment in
            let count = segment.ranks.count
            let row = firstRow + segment.ranks.lowerBound
            let previous: UnsafePointer<Float>
            let previousStride: Int
            if let previousRow = segment.previousRow {
                previous = UnsafePointer(
                    state.row(previousRow + segment.ranks.lowerBound))
                previousStride = state.outputStride
            } else {
                previous = UnsafePointer(state.initialState + segment.ranks.lowerBound * size)
                previousStride = size
            }
            let gates = state.gates + (row - origin) * configuration.gateRows
            part.state.multiply(
                rows: count, a: previous, aStride: previousStride, start: nil, gates: gates,
                stride: configuration.gateRows, kernels: kernels)
            switch configuration.cell {
            case .lstm: lstm(segment, row: row, gates, part)
            case .gru: gru(row: row, count, gates, previous, previousStride, part, origin: origin)
            case .rnn:
                let unit = part.units.lowerBound
                kernels.rnnForward(
                    rows: count, units: part.units.count, relu: configuration.nonlinearity == .relu,
                    pre: gates + unit, preStride: configuration.gateRows,
                    h: state.row(row) + unit, hStride: state.outputStride)
            }
        }
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
        let projected = configuration.projectionSize > 0
        let unprojected = state.unprojected.map { $0 + (training ? row : rank) * hidden + unit }
        kernels.lstmForward(
            rows: segment.ranks.count, hidden: hidden, units: part.units.count, gates: gates + unit,
            gatesStride: configuration.gateRows, cell: before ?? running, cellStride: hidden, cellOut: after,
            cellOutStride: hidden, tanhCell: training ? state.tanhCells! + row * hidden + unit : nil,
            tanhStride: hidden,
            h: projected ? unprojected! : state.row(row) + unit,
            hStride: projected ? hidden : state.outputStride)
        if projected, let projection = own.projection {
            kernels.multiply(
                rows: segment.ranks.count, columns: configuration.projectionSize, depth: hidden, a: unprojected!,
                aStride: hidden, packed: projection.pointer, start: zeros,
                c: state.row(row), cStride: state.outputStride)
        }
    }

    private func gru(
        row: Int, _ count: Int, _ gates: UnsafeMutablePointer<Float>, _ previous: UnsafePointer<Float>,
        _ previousStride: Int, _ part: UnitPart, origin: Int
    ) {
        let hidden = configuration.hiddenSize
        let unit = part.units.lowerBound
        let candidate = state.candidate! + (row - origin) * hidden + unit
        part.candidate!.multiply(
            rows: count, a: previous, aStride: previousStride, start: own.candidateStart! - 2 * hidden,
            gates: candidate - unit - 2 * hidden, stride: hidden, kernels: kernels)
        kernels.gruForward(
            rows: count, hidden: hidden, units: part.units.count, gates: gates + unit,
            gatesStride: configuration.gateRows, gh: candidate, ghStride: hidden, h: previous + unit,
            hStride: previousStride, hOut: state.row(row) + unit,
            hOutStride: state.outputStride)
    }
}
