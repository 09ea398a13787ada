import ReproNumerics

/// What a forward pass leaves for the backward pass. Used up by it.
public final class RecurrentTape {
    struct Layer {
        /// The layer's input after dropout, `[P × I]`.
        let input: Rows
        let directions: [DirectionState]
        /// The layer's output before dropout, which the states' rows point into.
        let output: Rows
        /// Which elements of the layer's output were kept by the dropout above it; nil where there is none.
        let kept: [Bool]?
    }

    let layout: SequenceLayout
    let weights: RecurrentWeights
    /// Where the directions' states stand.
    let memory: Arena
    var layers: [Layer] = []
    /// Where the next part of the batch draws for dropout; nil where the pass drew nothing.
    public internal(set) var dropout: Dropout?
    var isUsed = false

    init(layout: SequenceLayout, weights: RecurrentWeights, memory: Arena) {
        self.layout = layout
        self.weights = weights
        self.memory = memory
    }
}

/// A batch's rows through all layers: everything but the caller's layouts of tensors.
struct RecurrentPass {
    let weights: RecurrentWeights
    let layout: SequenceLayout
    let engine: Engine
    let training: Bool
    /// Watches every operation; nil for none.
    var observer: OperationObserver?
    /// Where the pass computes; the initial states stand there too.
    let memory = Arena()

    private var configuration: RecurrentConfiguration { weights.configuration }

    /// States to start from, rows by rank; +0 where `zeroed`. An LSTM's cells are computed in place.
    func states(zeroed: Bool) -> States {
        States(configuration, batch: layout.batch, zeroed: zeroed, in: memory)
    }

    /// - Parameter initial: by layer and direction, rows by rank.
    /// - Parameter final: receives the state after each direction's last step, rows in batch order.
    /// - Parameter target: where the last layer's rows go, where the caller has a place for them: sequence by sequence where
    ///   `sequenceMajor`, which takes a uniform layout and no training.
    /// - Parameter dropout: where the draws of dropout come from; nil for none. The tape has where they ended.
    /// - Returns: the last layer's output `[P × D·S]`.
    func forward(
        input: consuming Rows, initial: States, final: States, output target: UnsafeMutablePointer<Float>? = nil,
        sequenceMajor: Bool = false, dropout: Dropout?
    ) throws(FloatingPointFault) -> (output: Rows, tape: RecurrentTape?) {
        let tape = training ? RecurrentTape(layout: layout, weights: weights, memory: memory) : nil
        let zeros = memory.take(max(1, configuration.projectionSize), zeroed: true)
        let chunkRows = ForwardSweep.chunkRows(configuration, layout: layout)
        let size = configuration.stateSize
        var (input, dropout) = (input, dropout)
        for layer in 0..<configuration.layers {
            let inputSize = configuration.inputSize(ofLayer: layer)
            let isLast = layer + 1 == configuration.layers
            let output =
                (isLast ? target : nil).map { Rows(borrowing: $0) }
                ?? Rows(count: layout.positions * configuration.outputSize)
            let states = (0..<configuration.directions).map { direction in
                DirectionState(
                    configuration, layout: layout, training: training, chunkRows: chunkRows,
                    index: layer * configuration.directions + direction, initial: initial,
                    output: output.pointer + direction * size,
                    sequenceMajor: isLast && sequenceMajor, in: memory)
            }
            let operations =
                2 * layout.positions * configuration.directions * configuration.gateRows * (inputSize + size)
            let rows = UnsafePointer(input.pointer)
            try withExtendedLifetime((input.owner, output.owner, memory)) { () throws(FloatingPointFault) in
                try RecurrentPass.sweep(
                    engine, workers: observer == nil ? engine.workerCount(operations: operations) : 1,
                    directions: configuration.directions, parts: weights.partCount
                ) { direction, parts, synchronize in
                    ForwardSweep(
                        configuration: configuration, weights: weights, layer: layer, direction: direction,
                        state: states[direction], walk: Walk(layout: layout, reverse: direction == 1),
                        kernels: engine.kernels, input: rows, inputSize: inputSize, chunkRows: chunkRows,
                        training: training, zeros: zeros
                    ).run(
                        parts: parts, observer: observer?.within(layer: layer, direction: direction),
                        synchronize: synchronize)
                }
                for direction in 0..<configuration.directions {
                    finish(states[direction], layer: layer, direction: direction, into: final)
                }
            }

            var kept: [Bool]?
            let layerInput = input
            input = output
            if !isLast,
                let drawn = dropout?.drop(
                    output, layer: layer, layout: layout, width: configuration.outputSize)
            {
                (input, kept) = drawn
                observer?.observe("l\(layer).dropped", input, layout, width: configuration.outputSize)
            }
            tape?.layers.append(
                RecurrentTape.Layer(input: layerInput, directions: states, output: output, kept: kept))
        }
        tape?.dropout = dropout
        return (input, tape)
    }

    /// Runs the directions of a layer: beside each other where there are workers, each direction's parts divided
    /// over its share of them with a barrier a step, else one after another. Then `after`, when all are done.
    static func sweep(
        _ engine: Engine, workers: Int, directions: Int, parts: Int,
        _ body: (_ direction: Int, _ parts: Range<Int>, _ synchronize: () -> Void) -> Void,
        after: ((_ worker: Int) -> Void)? = nil
    ) throws(FloatingPointFault) {
        try engine.run(workers: workers) { worker in
            if workers < directions || workers == 1 {
                for direction in stride(from: worker, to: directions, by: workers) { body(direction, 0..<parts, {}) }
            } else {
                let direction = worker % directions
                // As many parts as workers where the weights were laid out for this engine; any other number is dealt out.
                let own = Workers.share(
                    of: parts, worker: worker / directions,
                    workers: (workers - direction + directions - 1) / directions)
                if parts > 1 {
                    body(direction, own) { engine.workers.barrier() }
                } else if !own.isEmpty {
                    body(direction, own, {})
                }
            }
            if let after {
                if workers > 1 { engine.workers.barrier() }
                after(worker)
            }
        }
    }

    /// Copies the state after each sequence's last step of the walk.
    private func finish(_ state: DirectionState, layer: Int, direction: Int, into final: States) {
        let (size, hidden) = (configuration.stateSize, configuration.hiddenSize)
        let block = (layer * configuration.directions + direction) * layout.batch
        for rank in 0..<layout.batch {
            let sequence = layout.sequence(rank: rank)
            let row = layout.row(sequence: sequence, step: direction == 1 ? 0 : layout.length(sequence) - 1)
            (final.hidden + (block + sequence) * size)
                .update(from: state.row(row), count: size)
            if let cells = final.cells {
                let source = state.cells.map { $0 + row * hidden } ?? state.cell! + rank * hidden
                (cells + (block + sequence) * hidden).update(from: source, count: hidden)
            }
        }
    }
}
