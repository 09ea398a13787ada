import ReproNumerics

extension RecurrentPass {
    /// Where the gradients go, by the contract's section 7.
    struct GradientTargets {
        /// Every parameter's, in order.
        let parameters: ArraySlice<UnsafeMutablePointer<Float>>
        /// The input's rows, `[P × I]`; nil where nobody reads their gradient.
        let input: UnsafeMutablePointer<Float>?
        /// The initial states', rows by rank; the cells' hold those of the final cells on entry.
        let initial: States
        /// Whether the chains of parameters continue from what is there, instead of starting at +0.
        var continues = false
    }

    /// - Parameter outputGradient: `[P × D·S]`, changed where elements were dropped above a layer.
    /// - Parameter hiddenGradients: those of the final states, rows by rank.
    static func backward(
        _ tape: RecurrentTape, engine: Engine, outputGradient: Rows, hiddenGradients: UnsafePointer<Float>,
        into targets: GradientTargets, observer: OperationObserver? = nil
    ) throws(FloatingPointFault) {
        precondition(!tape.isUsed, "a tape serves one backward pass")
        tape.isUsed = true
        let configuration = tape.weights.configuration
        var gradient = outputGradient
        for layer in stride(from: configuration.layers - 1, through: 0, by: -1) {
            if let kept = tape.layers[layer].kept {
                Dropout.restore(gradient.pointer, kept: kept, probability: configuration.dropout)
            }
            let input =
                layer == 0
                ? targets.input.map { Rows(borrowing: $0) }
                : Rows(count: tape.layout.positions * configuration.inputSize(ofLayer: layer))
            try withExtendedLifetime((gradient.owner, input?.owner, tape)) { () throws(FloatingPointFault) in
                try LayerBackward(
                    tape: tape, layer: layer, engine: engine, outputGradient: gradient.pointer,
                    hiddenGradients: hiddenGradients, inputGradient: input?.pointer, targets: targets,
                    observer: observer
                ).run()
            }
            guard let input else { return }
            gradient = input
            observer?.observe(
                "l\(layer).input", gradient, tape.layout, width: configuration.inputSize(ofLayer: layer))
        }
    }
}

/// The backward pass of one layer: both directions' sweeps, then parameters and input.
private struct LayerBackward {
    let layout: SequenceLayout
    let weights: RecurrentWeights
    let configuration: RecurrentConfiguration
    let layer: Int
    let recorded: RecurrentTape.Layer
    let engine: Engine
    let outputGradient: UnsafePointer<Float>
    let hiddenGradients: UnsafePointer<Float>
    let inputGradient: UnsafeMutablePointer<Float>?
    let targets: RecurrentPass.GradientTargets
    let observer: OperationObserver?
    let inputSize: Int
    /// With a projection, the gradient of h' at each position, by direction.
    private let projected: UnsafeMutablePointer<Float>?
    private let zeros: UnsafePointer<Float>
    private let scratch: UnsafeMutablePointer<Float>

    init(
        tape: RecurrentTape, layer: Int, engine: Engine, outputGradient: UnsafePointer<Float>,
        hiddenGradients: UnsafePointer<Float>, inputGradient: UnsafeMutablePointer<Float>?,
        targets: RecurrentPass.GradientTargets, observer: OperationObserver?
    ) {
        layout = tape.layout
        weights = tape.weights
        configuration = weights.configuration
        self.layer = layer
        recorded = tape.layers[layer]
        self.engine = engine
        self.outputGradient = outputGradient
        self.hiddenGradients = hiddenGradients
        self.inputGradient = inputGradient
        self.targets = targets
        self.observer = observer
        inputSize = configuration.inputSize(ofLayer: layer)
        let (directions, size) = (configuration.directions, configuration.stateSize)
        let isProjected = configuration.projectionSize > 0
        projected = isProjected ? tape.memory.take(directions * layout.positions * size) : nil
        let perDirection = layout.batch * (2 * size + (isProjected ? configuration.hiddenSize : 0))
        scratch = tape.memory.take(directions * perDirection)
        zeros = UnsafePointer(tape.memory.take(max(inputSize, configuration.hiddenSize, size), zeroed: true))
    }

    func run() throws(FloatingPointFault) {
        let operations =
            4 * layout.positions * configuration.directions * configuration.gateRows
            * (inputSize + configuration.stateSize)
        let workers = observer == nil ? engine.workerCount(operations: operations) : 1
        let directions = configuration.directions
        try RecurrentPass.sweep(
            engine, workers: workers, directions: directions, parts: weights.partCount,
            { direction, parts, synchronize in
                sweep(direction).run(
                    parts: parts, observer: observer?.within(layer: layer, direction: direction),
                    synchronize: synchronize)
            },
            after: { worker in
                // Whole directions stay with the workers that swept them, where that divides the work evenly.
                let divided = workers % directions == 0
                for direction in 0..<directions where !divided || direction == worker % directions {
                    ParameterReduction(
                        layer: self, direction: direction, worker: divided ? worker / directions : worker,
                        workers: divided ? workers / directions : workers
                    ).run()
                }
                if let inputGradient { reduceInput(into: inputGradient, worker: worker, workers: workers) }
            })
    }

    private func sweep(_ direction: Int) -> BackwardSweep {
        let (batch, size, hidden) = (layout.batch, configuration.stateSize, configuration.hiddenSize)
        let index = layer * configuration.directions + direction
        let isProjected = configuration.projectionSize > 0
        let own = scratch + direction * batch * (2 * size + (isProjected ? hidden : 0))
        return BackwardSweep(
            configuration: configuration, weights: weights, layer: layer, direction: direction,
            state: recorded.directions[direction], walk: Walk(layout: layout, reverse: direction == 1),
            kernels: engine.kernels, outputGradient: outputGradient + direction * size,
            outputGradientStride: configuration.outputSize, hiddenGradient: hiddenGradients + index * batch * size,
            cellGradient: targets.initial.cells.map { $0 + index * batch * hidden },
            initialGradient: targets.initial.hidden + index * batch * size, scratch: own,
            projected: projected(direction), unprojectedGradient: isProjected ? own + 2 * batch * size : nil,
            zeros: zeros)
    }

    func projected(_ direction: Int) -> UnsafeMutablePointer<Float>? {
        projected.map { $0 + direction * layout.positions * configuration.stateSize }
    }

    /// dx: a chain over the gate rows of the forward direction, continued over those of the reverse.
    private func reduceInput(into inputGradient: UnsafeMutablePointer<Float>, worker: Int, workers: Int) {
        let share = Workers.share(of: layout.positions, worker: worker, workers: workers, granule: 8)
        let gateRows = configuration.gateRows
        for direction in 0..<configuration.directions {
            engine.kernels.multiply(
                rows: share.count, columns: inputSize, depth: gateRows,
                a: recorded.directions[direction].gates + share.lowerBound * gateRows, aStride: gateRows,
                packed: weights.direction(direction, layer: layer).inputGradient!.pointer,
                start: direction == 0 ? zeros : nil, c: inputGradient + share.lowerBound * inputSize,
                cStride: inputSize)
        }
    }
}

/// A worker's share in the gradients of one direction's parameters: rows of weights, so that no chain is divided.
private struct ParameterReduction {
    let layer: LayerBackward
    let direction: Int
    let worker: Int
    let workers: Int

    private typealias Pointers = UnsafeMutablePointer<UnsafePointer<Float>?>

    private var configuration: RecurrentConfiguration { layer.configuration }
    private var layout: SequenceLayout { layer.layout }
    private var state: DirectionState { layer.recorded.directions[direction] }

    private func gradient(_ index: Int) -> UnsafeMutablePointer<Float> {
        let parameters = layer.targets.parameters
        let first = configuration.firstParameter(layer: layer.layer, direction: direction)
        return parameters[parameters.startIndex + first + index]
    }

    func run() {
        let positions = max(1, layout.positions)
        withUnsafeTemporaryAllocation(of: UnsafePointer<Float>?.self, capacity: 3 * positions) { memory in
            let pointers = memory.baseAddress!
            let (a, inputs, states) = (pointers, pointers + positions, pointers + 2 * positions)
            list(layer.recorded.input.pointer, stride: layer.inputSize, into: inputs)
            listPreviousStates(into: states)
            let (hidden, gateRows, size) = (configuration.hiddenSize, configuration.gateRows, configuration.stateSize)
            let bias = configuration.bias
            // GRU's rows n read δn × r where the state is concerned.
            let plainRows = state.candidate == nil ? gateRows : 2 * hidden

            reduce(state.gates, stride: gateRows, 0..<gateRows, a) { count, first in
                outer(a, inputs, rows: count, columns: layer.inputSize, into: gradient(0), first)
                if bias { sum(a, columns: count, into: gradient(2) + first) }
            }
            // Both biases of a row stand in one sum, and share their gradient where neither's continues another.
            let shared = plainRows == gateRows && !layer.targets.continues
            reduce(state.gates, stride: gateRows, 0..<plainRows, a) { count, first in
                outer(a, states, rows: count, columns: size, into: gradient(1), first)
                if bias && shared { (gradient(3) + first).update(from: gradient(2) + first, count: count) }
                if bias && !shared { sum(a, columns: count, into: gradient(3) + first) }
            }
            if let candidate = state.candidate {
                reduce(candidate - plainRows, stride: hidden, plainRows..<gateRows, a) { count, first in
                    outer(a, states, rows: count, columns: size, into: gradient(1), first)
                    if bias { sum(a, columns: count, into: gradient(3) + first) }
                }
            }
            if let projected = layer.projected(direction), let unprojected = state.unprojected {
                list(unprojected, stride: hidden, into: inputs)
                reduce(projected, stride: size, 0..<size, a) { count, first in
                    outer(a, inputs, rows: count, columns: hidden, into: gradient(bias ? 4 : 2), first)
                }
            }
        }
    }

    /// Lists the worker's share of `range` in every row of `base`, then hands over how many there are and the first.
    private func reduce(
        _ base: UnsafeMutablePointer<Float>, stride: Int, _ range: Range<Int>, _ pointers: Pointers,
        _ body: (_ count: Int, _ first: Int) -> Void
    ) {
        let share = Workers.share(of: range.count, worker: worker, workers: workers, granule: 16)
        guard !share.isEmpty else { return }
        let first = range.lowerBound + share.lowerBound
        list(base + first, stride: stride, into: pointers)
        body(share.count, first)
    }

    /// Rows in the contract's order of positions.
    private func list(_ base: UnsafeMutablePointer<Float>, stride: Int, into pointers: Pointers) {
        var next = pointers
        layout.forEachPosition { _, _, row in
            next.pointee = UnsafePointer(base + row * stride)
            next += 1
        }
    }

    /// For each position, the state that its step read.
    private func listPreviousStates(into pointers: Pointers) {
        let walk = Walk(layout: layout, reverse: direction == 1)
        let size = configuration.stateSize
        var next = pointers
        layout.forEachPosition { sequence, step, _ in
            let row = walk.previousRow(sequence: sequence, step: step)
            next.pointee = UnsafePointer(
                row.map { state.output + $0 * state.outputStride }
                    ?? state.initialState + layout.rank(sequence: sequence) * size)
            next += 1
        }
    }

    private func outer(
        _ a: Pointers, _ b: Pointers, rows: Int, columns: Int, into gradient: UnsafeMutablePointer<Float>, _ first: Int
    ) {
        layer.engine.kernels.outer(
            rows: rows, columns: columns, depth: layout.positions, aRows: a, bRows: b,
            accumulate: layer.targets.continues,
            c: gradient + first * columns, cStride: columns)
    }

    private func sum(_ a: Pointers, columns: Int, into gradient: UnsafeMutablePointer<Float>) {
        layer.engine.kernels.sumRows(
            columns: columns, depth: layout.positions, rows: a, accumulate: layer.targets.continues, out: gradient)
    }
}
