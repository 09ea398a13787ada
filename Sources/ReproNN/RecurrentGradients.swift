import ReproNumerics

extension RecurrentPass {
    /// Gradients by the contract's section 7: of every parameter in order, of the input `[P × I]`, and of the initial
    /// states by layer and direction, rows by rank.
    struct Gradients {
        var parameters: [Tensor]
        let input: Buffer
        let hidden: [[Buffer]]
        let cells: [[Buffer]]
    }

    /// - Parameter outputGradient: `[P × D·S]`; `hiddenGradients` and `cellGradients` by layer and direction, `[B × S]`
    ///   and `[B × H]` by rank. The cells' become those of c_0.
    /// - Parameter undrop: takes the gradient of a layer's dropped output back to the output, given what was kept.
    static func backward(
        _ tape: RecurrentTape, engine: Engine, outputGradient: Buffer, hiddenGradients: [[Buffer]],
        cellGradients: [[Buffer]], undrop: (Buffer, [Bool]) -> Buffer
    ) throws(FloatingPointFault) -> Gradients {
        precondition(!tape.isUsed, "a tape serves one backward pass")
        tape.isUsed = true
        let configuration = tape.weights.configuration
        let shapes = configuration.parameterShapes
        var parameters = [Buffer?](repeating: nil, count: shapes.count)
        var hidden: [[Buffer]] = []
        var gradient = outputGradient
        for layer in stride(from: configuration.layers - 1, through: 0, by: -1) {
            if let kept = tape.layers[layer].kept { gradient = undrop(gradient, kept) }
            let pass = LayerBackward(
                tape: tape, layer: layer, engine: engine, outputGradient: gradient,
                hiddenGradients: hiddenGradients[layer],
                cellGradients: configuration.cell == .lstm ? cellGradients[layer] : [])
            try pass.run()
            gradient = pass.inputGradient
            hidden.insert(pass.initialGradients, at: 0)
            for direction in 0..<configuration.directions {
                let first = configuration.firstParameter(layer: layer, direction: direction)
                for (offset, buffer) in pass.parameterGradients[direction].enumerated() {
                    parameters[first + offset] = buffer
                }
            }
        }
        return Gradients(
            parameters: zip(parameters, shapes).map { $0!.tensor(shape: $1.shape) }, input: gradient, hidden: hidden,
            cells: cellGradients)
    }
}

/// The backward pass of one layer: both directions' sweeps, then parameters and input.
private final class LayerBackward {
    let configuration: RecurrentConfiguration
    let layout: SequenceLayout
    let weights: [DirectionWeights]
    let recorded: RecurrentTape.Layer
    let engine: Engine
    let outputGradient: Buffer
    let hiddenGradients: [Buffer]
    let cellGradients: [Buffer]
    let inputSize: Int
    /// Results.
    let inputGradient: Buffer
    let initialGradients: [Buffer]
    let parameterGradients: [[Buffer]]
    /// With a projection, the gradient of h' at each position of a direction.
    private let projected: [Buffer?]
    private let zeros: Buffer

    init(
        tape: RecurrentTape, layer: Int, engine: Engine, outputGradient: Buffer, hiddenGradients: [Buffer],
        cellGradients: [Buffer]
    ) {
        configuration = tape.weights.configuration
        layout = tape.layout
        weights = tape.weights.directions[layer]
        recorded = tape.layers[layer]
        self.engine = engine
        self.outputGradient = outputGradient
        self.hiddenGradients = hiddenGradients
        self.cellGradients = cellGradients
        inputSize = configuration.inputSize(ofLayer: layer)
        inputGradient = Buffer(count: layout.positions * inputSize)
        let (batch, positions, size) = (layout.batch, layout.positions, configuration.stateSize)
        let directions = 0..<configuration.directions
        initialGradients = directions.map { _ in Buffer(count: batch * size) }
        projected = directions.map { [configuration] _ in
            configuration.projectionSize > 0 ? Buffer(count: positions * size) : nil
        }
        let shapes = configuration.parameterShapes
        parameterGradients = directions.map { [configuration] direction in
            let first = configuration.firstParameter(layer: layer, direction: direction)
            return shapes[first..<(first + configuration.parametersPerDirection)].map {
                Buffer(count: Tensor.count(of: $0.shape))
            }
        }
        zeros = Buffer(count: max(inputSize, max(configuration.hiddenSize, size)), zeroed: true)
    }

    func run() throws(FloatingPointFault) {
        let operations =
            4 * layout.positions * configuration.directions * configuration.gateRows
            * (inputSize + configuration.stateSize)
        let workers = engine.workerCount(operations: operations)
        let size = configuration.stateSize
        let sweeps = (0..<configuration.directions).map { direction in
            BackwardSweep(
                configuration: configuration, weights: weights[direction], state: recorded.directions[direction],
                walk: Walk(layout: layout, reverse: direction == 1), kernels: engine.kernels,
                outputGradient: UnsafePointer(outputGradient.pointer + direction * size),
                outputGradientStride: configuration.outputSize, hiddenGradient: hiddenGradients[direction],
                cellGradient: configuration.cell == .lstm ? cellGradients[direction] : nil,
                initialGradient: initialGradients[direction], scratch: Buffer(count: 2 * layout.batch * size),
                projected: projected[direction],
                unprojectedGradient: configuration.projectionSize > 0
                    ? Buffer(count: layout.batch * configuration.hiddenSize) : nil,
                zeros: zeros)
        }
        try RecurrentPass.sweep(engine, workers: workers, parts: weights.map(\.parts.count)) {
            direction, parts, synchronize in
            sweeps[direction].run(parts: parts, synchronize: synchronize)
        }
        let rows = (0..<configuration.directions).map { PositionRows(layout, direction: $0, recorded, configuration) }
        try engine.run(workers: workers) { [self] worker in
            for direction in 0..<configuration.directions {
                reduceParameters(direction, rows[direction], worker: worker, workers: workers)
            }
            reduceInput(worker: worker, workers: workers)
        }
    }

    /// The share of a worker in every parameter's gradient: rows of weights, so that no chain is divided.
    private func reduceParameters(_ direction: Int, _ rows: PositionRows, worker: Int, workers: Int) {
        let state = recorded.directions[direction]
        let (hidden, gateRows) = (configuration.hiddenSize, configuration.gateRows)
        let gradients = parameterGradients[direction]
        let gates = rows.rows(of: state.gates.pointer, stride: gateRows)
        let inputs = rows.rows(of: recorded.input.pointer, stride: inputSize)
        let candidates = state.candidate.map { rows.rows(of: $0.pointer, stride: hidden) }
        // GRU's rows n read δn × r where the state is concerned.
        let plainRows = candidates == nil ? gateRows : 2 * hidden

        outer(gates, inputs, range: 0..<gateRows, columns: inputSize, into: gradients[0], worker, workers)
        outer(
            gates, rows.previousStates, range: 0..<plainRows, columns: configuration.stateSize, into: gradients[1],
            worker,
            workers)
        if let candidates {
            outer(
                candidates, rows.previousStates, range: plainRows..<gateRows, columns: configuration.stateSize,
                into: gradients[1], worker, workers)
        }
        if configuration.bias {
            sum(gates, range: 0..<gateRows, into: gradients[2], worker, workers)
            sum(gates, range: 0..<plainRows, into: gradients[3], worker, workers)
            if let candidates { sum(candidates, range: plainRows..<gateRows, into: gradients[3], worker, workers) }
        }
        if let projected = projected[direction], let unprojected = state.unprojected {
            outer(
                rows.rows(of: projected.pointer, stride: configuration.stateSize),
                rows.rows(of: unprojected.pointer, stride: hidden), range: 0..<configuration.stateSize, columns: hidden,
                into: gradients[gradients.count - 1], worker, workers)
        }
    }

    /// Rows `range` of a weight's gradient, from elements 0, 1, … of `a`'s rows.
    private func outer(
        _ a: [UnsafePointer<Float>?], _ b: [UnsafePointer<Float>?], range: Range<Int>, columns: Int,
        into gradient: Buffer, _ worker: Int, _ workers: Int
    ) {
        let share = Workers.share(of: range.count, worker: worker, workers: workers, granule: 16)
        guard !share.isEmpty else { return }
        let shifted = share.lowerBound == 0 ? a : a.map { $0! + share.lowerBound }
        engine.kernels.outer(
            rows: share.count, columns: columns, depth: shifted.count, aRows: shifted, bRows: b, accumulate: false,
            c: gradient.pointer + (range.lowerBound + share.lowerBound) * columns, cStride: columns)
    }

    private func sum(
        _ a: [UnsafePointer<Float>?], range: Range<Int>, into gradient: Buffer, _ worker: Int, _ workers: Int
    ) {
        let share = Workers.share(of: range.count, worker: worker, workers: workers, granule: 16)
        guard !share.isEmpty else { return }
        let shifted = share.lowerBound == 0 ? a : a.map { $0! + share.lowerBound }
        engine.kernels.sumRows(
            columns: share.count, depth: shifted.count, rows: shifted, accumulate: false,
            out: gradient.pointer + range.lowerBound + share.lowerBound)
    }

    /// dx: a chain over the gate rows of the forward direction, continued over those of the reverse.
    private func reduceInput(worker: Int, workers: Int) {
        let share = Workers.share(of: layout.positions, worker: worker, workers: workers, granule: 8)
        let gateRows = configuration.gateRows
        for (direction, state) in recorded.directions.enumerated() {
            engine.kernels.multiply(
                rows: share.count, columns: inputSize, depth: gateRows,
                a: state.gates.pointer + share.lowerBound * gateRows, aStride: gateRows,
                packed: weights[direction].inputGradient!.buffer.pointer,
                start: direction == 0 ? UnsafePointer(zeros.pointer) : nil,
                c: inputGradient.pointer + share.lowerBound * inputSize, cStride: inputSize)
        }
    }
}

/// Rows of memory in the contract's order of positions.
private struct PositionRows {
    let rows: [Int]
    /// For each position, the state that its step read.
    let previousStates: [UnsafePointer<Float>?]

    init(
        _ layout: SequenceLayout, direction: Int, _ recorded: RecurrentTape.Layer,
        _ configuration: RecurrentConfiguration
    ) {
        rows = layout.positionRows
        let state = recorded.directions[direction]
        let walk = Walk(layout: layout, reverse: direction == 1)
        let size = configuration.stateSize
        var previous: [UnsafePointer<Float>?] = []
        previous.reserveCapacity(layout.positions)
        for sequence in 0..<layout.batch {
            for step in 0..<layout.lengths[sequence] {
                if let row = walk.previousRow(sequence: sequence, step: step) {
                    previous.append(UnsafePointer(state.output + row * state.outputStride))
                } else {
                    previous.append(UnsafePointer(state.initialState.pointer + layout.ranks[sequence] * size))
                }
            }
        }
        previousStates = previous
    }

    func rows(of base: UnsafeMutablePointer<Float>, stride: Int) -> [UnsafePointer<Float>?] {
        rows.map { UnsafePointer(base + $0 * stride) }
    }
}
