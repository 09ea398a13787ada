import ReproNumerics

/// What the backward pass of a batch reads, and where its results go, by the contract's section 7.
struct BackwardOperands {
    /// `[P × D·S]`.
    var output: Matrix
    /// Those of the final states, rows by rank; the cells' receive the gradients of the initial cells.
    var final: States
    /// Receives those of the initial hidden states, rows by rank.
    var initialHidden: Matrix
    /// Receives every parameter's, in order.
    var parameters: [Matrix]
    /// Whether the chains of parameters continue from what is there, instead of starting at +0.
    var continues = false
    /// Receives the input's rows, `[P × I]`; nil where nobody reads their gradient.
    var input: Matrix?
}

extension RecurrentPass {
    /// The backward pass of all layers, last to first.
    ///
    /// - Parameter configuration: the module's.
    /// - Precondition: a tape of such a module, whose weights are for kernels of the engine's path.
    static func backward(
        _ configuration: RecurrentConfiguration, _ tape: RecurrentTape, _ operands: BackwardOperands, engine: Engine,
        observer: OperationObserver? = nil
    ) {
        tape.weights.verify(for: configuration, engine: engine, training: true)
        tape.use()
        // The sweeps read views of what the tape keeps.
        defer { withExtendedLifetime(tape) {} }
        var memory = Workspace()
        var gradient = operands.output
        for layer in stride(from: configuration.layers - 1, through: 0, by: -1) {
            if let kept = tape.layers[layer].kept {
                Dropout.restore(gradient, kept: kept, probability: configuration.dropout)
            }
            let input =
                layer == 0
                ? operands.input
                : Matrix(rows: tape.layout.positions, columns: configuration.inputSize(ofLayer: layer))
            LayerBackward(
                tape: tape, layer: layer, engine: engine, outputGradient: gradient, inputGradient: input,
                operands: operands, observer: observer, in: &memory
            ).run()
            guard let input else { return }
            gradient = input
            observer?.observe("l\(layer).input", gradient, tape.layout)
        }
    }
}

/// The backward pass of one layer: both directions' sweeps, then parameters and input.
final class LayerBackward {
    let layout: SequenceLayout
    let weights: RecurrentWeights
    let layer: Int
    let recorded: RecurrentTape.Layer
    let engine: Engine
    let operands: BackwardOperands
    private let outputGradient: Matrix
    private let inputGradient: Matrix?
    private let observer: OperationObserver?
    /// By direction.
    private let scratch: [BackwardSweep.Scratch]
    private let zeros: Matrix

    var configuration: RecurrentConfiguration { weights.configuration }

    init(
        tape: RecurrentTape, layer: Int, engine: Engine, outputGradient: Matrix, inputGradient: Matrix?,
        operands: BackwardOperands, observer: OperationObserver?, in memory: inout Workspace
    ) {
        layout = tape.layout
        weights = tape.weights
        self.layer = layer
        recorded = tape.layers[layer]
        self.engine = engine
        self.operands = operands
        self.outputGradient = outputGradient
        self.inputGradient = inputGradient
        self.observer = observer
        let (configuration, layout) = (tape.weights.configuration, tape.layout)
        var scratch: [BackwardSweep.Scratch] = []
        for _ in 0..<configuration.directions {
            scratch.append(BackwardSweep.Scratch(configuration, layout, in: &memory))
        }
        self.scratch = scratch
        zeros = memory.vector(recorded.input.columns, zeroed: true)
    }

    func run() {
        let operations =
            4 * layout.positions * configuration.directions * configuration.gateRows
            * (recorded.input.columns + configuration.stateSize)
        let directions = configuration.directions
        let teams = DirectionTeams(engine, weights, operations: operations, isWatched: observer != nil)
        let workers = teams.workers
        teams.run(
            { direction, parts, synchronize in
                sweep(direction).run(
                    parts: parts, observer: observer?.within(layer: layer, direction: direction),
                    synchronize: synchronize)
            },
            then: { worker in
                // Whole directions stay with the workers that swept them, where that divides the work evenly.
                let divided = workers % directions == 0
                for direction in 0..<directions where !divided || direction == worker % directions {
                    ParameterReduction(
                        layer: self, direction: direction, projected: scratch[direction].projected,
                        worker: divided ? worker / directions : worker,
                        workers: divided ? workers / directions : workers
                    ).run()
                }
                if let inputGradient { reduceInput(into: inputGradient, worker: worker, workers: workers) }
            })
    }

    private func sweep(_ direction: Int) -> BackwardSweep {
        let size = configuration.stateSize
        let index = layer * configuration.directions + direction
        let own = (index * layout.batch)..<((index + 1) * layout.batch)
        return BackwardSweep(
            weights: weights, layer: layer, direction: direction, state: recorded.directions[direction],
            walk: Walk(layout: layout, reverse: direction == 1), kernels: engine.kernels,
            outputGradient: outputGradient.view.columns((direction * size)..<((direction + 1) * size)),
            hiddenGradient: operands.final.hidden.view.rows(own),
            cellGradient: operands.final.cells?.view.rows(own),
            initialGradient: operands.initialHidden.view.rows(own), scratch: scratch[direction])
    }

    /// dx: a chain over the gate rows of the forward direction, continued over those of the reverse.
    private func reduceInput(into inputGradient: Matrix, worker: Int, workers: Int) {
        let share = Workers.share(of: layout.positions, worker: worker, workers: workers, granule: 8)
        for direction in 0..<configuration.directions {
            weights.direction(direction, layer: layer).inputGradient!.multiply(
                recorded.directions[direction].gates.rows(share), start: direction == 0 ? zeros[0] : nil,
                into: inputGradient.view.rows(share), engine.kernels)
        }
    }
}
