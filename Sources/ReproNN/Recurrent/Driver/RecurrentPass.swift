import ReproNumerics

/// A batch's rows through all layers: everything but the caller's layouts of tensors.
struct RecurrentPass {
    let weights: RecurrentWeights
    let layout: SequenceLayout
    let engine: Engine
    /// Watches every operation; nil for none.
    let observer: OperationObserver?

    /// - Parameter configuration: the module's.
    /// - Precondition: weights of that configuration and of the engine's path.
    init(
        _ configuration: RecurrentConfiguration, _ layout: SequenceLayout, weights: RecurrentWeights, engine: Engine,
        training: Bool, observer: OperationObserver?
    ) {
        weights.verify(for: configuration, engine: engine, training: training)
        self.weights = weights
        self.layout = layout
        self.engine = engine
        self.observer = observer
    }

    private var configuration: RecurrentConfiguration { weights.configuration }

    /// What a forward pass reads and where its results go.
    struct Operands {
        /// `[P × I]`, one row per position of the layout.
        var input: Matrix
        /// By layer and direction, rows by rank. An LSTM's cells are computed in place.
        var initial: States
        /// Receives the state after each direction's last step, rows in batch order.
        var final: States
        /// Receives the last layer's rows: sequence by sequence where `sequenceMajor`, which takes a uniform layout.
        var output: Matrix
        var sequenceMajor = false
        /// Where the draws of dropout come from; nil for none. The tape receives where they ended.
        var dropout: Dropout?
    }

    /// - Parameter tape: receives what the backward pass needs; nil outside training.
    func forward(_ operands: Operands, tape: RecurrentTape?) {
        var memory = Workspace()
        let zeros = memory.vector(max(1, configuration.projectionSize), zeroed: true)
        let chunkRows = ForwardSweep.chunkRows(configuration, layout: layout)
        var (input, dropout) = (operands.input, operands.dropout)
        for layer in 0..<configuration.layers {
            let isLast = layer + 1 == configuration.layers
            let output =
                isLast ? operands.output : Matrix(rows: layout.positions, columns: configuration.outputSize)
            let rows = OutputRows(output.view, layout: layout, sequenceMajor: isLast && operands.sequenceMajor)
            let states = (0..<configuration.directions).map { direction in
                DirectionState(
                    configuration, layout: layout, training: tape != nil, chunkRows: chunkRows,
                    index: layer * configuration.directions + direction, initial: operands.initial,
                    output: rows.columns(columns(direction)), in: &memory)
            }
            sweep(layer, states, input: input, chunkRows: chunkRows, training: tape != nil, zeros: zeros)
            for direction in 0..<configuration.directions {
                finish(states[direction], layer: layer, direction: direction, into: operands.final)
            }

            let layerInput = input
            input = output
            var kept: [Bool]?
            if !isLast, let drawn = dropout?.drop(output, layer: layer, layout: layout) {
                (input, kept) = drawn
                observer?.observe("l\(layer).dropped", input, layout)
            }
            tape?.layers.append(RecurrentTape.Layer(input: layerInput, output: output, directions: states, kept: kept))
        }
        tape?.dropout = dropout
        tape?.memory = (memory, operands.initial)
        memory.keepAlive()
        withExtendedLifetime(operands) {}
    }

    /// A direction's columns of a layer's output.
    private func columns(_ direction: Int) -> Range<Int> {
        (direction * configuration.stateSize)..<((direction + 1) * configuration.stateSize)
    }

    private func sweep(
        _ layer: Int, _ states: [DirectionState], input: Matrix, chunkRows: Int, training: Bool, zeros: Matrix
    ) {
        let operations =
            2 * layout.positions * configuration.directions * configuration.gateRows
            * (input.columns + configuration.stateSize)
        DirectionTeams(engine, weights, operations: operations, isWatched: observer != nil)
            .run { direction, parts, synchronize in
                ForwardSweep(
                    weights: weights, layer: layer, direction: direction, state: states[direction],
                    walk: Walk(layout: layout, reverse: direction == 1), kernels: engine.kernels, input: input.view,
                    chunkRows: chunkRows, training: training, zeros: zeros[0]
                ).run(
                    parts: parts, observer: observer?.within(layer: layer, direction: direction),
                    synchronize: synchronize)
            }
    }

    /// Copies the state after each sequence's last step of the walk.
    private func finish(_ state: DirectionState, layer: Int, direction: Int, into final: States) {
        let block = (layer * configuration.directions + direction) * layout.batch
        for rank in 0..<layout.batch {
            let sequence = layout.sequence(rank: rank)
            let row = layout.row(sequence: sequence, step: direction == 1 ? 0 : layout.length(sequence) - 1)
            final.hidden[block + sequence].copy(from: state.output.rows(from: row, count: 1)[0])
            final.cells?[block + sequence].copy(from: state.cells?[row] ?? state.cell![rank])
        }
    }
}

/// Divides a layer's directions over the engine's workers: beside each other where there are workers, each direction's
/// parts over its share of them with a barrier per step, else one after another.
struct DirectionTeams {
    let workers: Int
    private let engine: Engine
    private let directions: Int
    private let parts: Int

    /// - Parameter isWatched: one worker computes what an observer watches.
    init(_ engine: Engine, _ weights: RecurrentWeights, operations: Int, isWatched: Bool) {
        self.engine = engine
        directions = weights.configuration.directions
        parts = weights.partCount
        // With one part no worker waits within a direction, and the reductions afterwards can use every worker.
        let most =
            parts > 1 ? directions * parts : max(directions, directions * weights.configuration.gateRows / 16)
        workers = isWatched ? 1 : max(1, min(engine.workerCount(operations: operations), most))
    }

    typealias Body = (_ direction: Int, _ parts: Range<Int>, _ synchronize: () -> Void) -> Void

    /// Runs `body` for all directions and parts.
    func run(_ body: Body) {
        engine.run(workers: workers) { worker in run(body, worker) }
    }

    /// Runs `body` for all directions and parts, then `after` on every worker, when all are done.
    func run(_ body: Body, then after: (_ worker: Int) -> Void) {
        engine.run(workers: workers) { worker in
            run(body, worker)
            if workers > 1 { engine.workers.barrier() }
            after(worker)
        }
    }

    private func run(_ body: Body, _ worker: Int) {
        if workers < directions || workers == 1 {
            for direction in stride(from: worker, to: directions, by: workers) { body(direction, 0..<parts, {}) }
            return
        }
        let direction = worker % directions
        // As many parts as workers where the weights were laid out for this engine; any other number is dealt out.
        let own = Workers.share(
            of: parts, worker: worker / directions, workers: (workers - direction + directions - 1) / directions)
        if parts > 1 {
            body(direction, own) { engine.workers.barrier() }
        } else if !own.isEmpty {
            body(direction, own, {})
        }
    }
}
