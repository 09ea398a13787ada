import ReproNumerics

/// What a forward pass leaves for the backward pass. Used up by it.
public final class RecurrentTape {
    struct Layer {
        /// The layer's input after dropout, `[P × I]`.
        let input: Buffer
        let directions: [DirectionState]
        /// The layer's output before dropout, which the states' rows point into.
        let output: Buffer
        /// Which elements of the layer's output were kept by the dropout above it; nil where there is none.
        let kept: [Bool]?
    }

    let layout: SequenceLayout
    let weights: RecurrentWeights
    var layers: [Layer] = []
    var isUsed = false

    init(layout: SequenceLayout, weights: RecurrentWeights) {
        self.layout = layout
        self.weights = weights
    }
}

/// A batch's rows through all layers: everything but the caller's layouts of tensors.
struct RecurrentPass {
    let weights: RecurrentWeights
    let layout: SequenceLayout
    let engine: Engine
    let training: Bool

    private var configuration: RecurrentConfiguration { weights.configuration }

    /// The last layer's output `[P × D·S]`, and the final states by layer and direction, `[B × S]` and `[B × H]`, rows by
    /// rank.
    struct Result {
        let output: Buffer
        let hidden: [[Buffer]]
        let cells: [[Buffer]]
        let tape: RecurrentTape?
    }

    /// - Parameter initialHidden: by layer and direction, rows by rank; `initialCells` alike for LSTM.
    /// - Parameter dropOut: where the draws of dropout come from; nil for none.
    func forward(
        input: Buffer, initialHidden: [[Buffer]], initialCells: [[Buffer]],
        dropOut: Dropout?
    ) throws(FloatingPointFault) -> Result {
        let tape = training ? RecurrentTape(layout: layout, weights: weights) : nil
        let zeros = Buffer(count: max(1, configuration.projectionSize), zeroed: true)
        let chunkRows = ForwardSweep.chunkRows(configuration, layout: layout)
        let size = configuration.stateSize
        var input = input
        var hidden: [[Buffer]] = []
        var cells: [[Buffer]] = []

        for layer in 0..<configuration.layers {
            let inputSize = configuration.inputSize(ofLayer: layer)
            let output = Buffer(count: layout.positions * configuration.outputSize)
            let states = (0..<configuration.directions).map { direction in
                DirectionState(
                    configuration, layout: layout, training: training, chunkRows: chunkRows,
                    initialState: initialHidden[layer][direction],
                    cell: configuration.cell == .lstm ? initialCells[layer][direction] : nil,
                    output: output.pointer + direction * size, outputStride: configuration.outputSize)
            }
            let sweeps = (0..<configuration.directions).map { direction in
                ForwardSweep(
                    configuration: configuration, weights: weights.directions[layer][direction],
                    state: states[direction], walk: Walk(layout: layout, reverse: direction == 1),
                    kernels: engine.kernels, input: input.pointer, inputSize: inputSize, chunkRows: chunkRows,
                    training: training, zeros: zeros)
            }
            let operations =
                2 * layout.positions * configuration.directions * configuration.gateRows * (inputSize + size)
            try RecurrentPass.sweep(
                engine, workers: engine.workerCount(operations: operations),
                parts: weights.directions[layer].map(\.parts.count)
            ) { direction, parts, synchronize in
                sweeps[direction].run(parts: parts, synchronize: synchronize)
            }

            hidden.append(states.indices.map { finalHidden(states[$0], reverse: $0 == 1) })
            if configuration.cell == .lstm {
                cells.append(states.indices.map { finalCells(states[$0], reverse: $0 == 1) })
            }
            var kept: [Bool]?
            let layerInput = input
            input = output
            if layer + 1 < configuration.layers, let dropOut {
                let (dropped, elements) = dropOut.drop(
                    output, layer: layer, rows: layout.positionRows, probability: configuration.dropout)
                input = dropped
                kept = elements
            }
            tape?.layers.append(
                RecurrentTape.Layer(input: layerInput, directions: states, output: output, kept: kept))
        }
        return Result(output: input, hidden: hidden, cells: cells, tape: tape)
    }

    /// Runs the directions of a layer: beside each other where there are workers, each direction's parts divided
    /// over its share of them with a barrier a step, else one after another.
    static func sweep(
        _ engine: Engine, workers: Int, parts: [Int],
        _ body: (_ direction: Int, _ parts: Range<Int>, _ synchronize: () -> Void) -> Void
    ) throws(FloatingPointFault) {
        let directions = parts.count
        try engine.run(workers: workers) { worker in
            if workers == 1 {
                for direction in 0..<directions { body(direction, 0..<parts[direction], {}) }
            } else if workers < directions {
                for direction in stride(from: worker, to: directions, by: workers) {
                    body(direction, 0..<parts[direction], {})
                }
            } else {
                let direction = worker % directions
                let divided = parts[0] > 1
                // As many parts as workers where the weights were laid out for this engine; any other number is dealt out.
                let own = Workers.share(
                    of: parts[direction], worker: worker / directions,
                    workers: (workers - direction + directions - 1) / directions)
                if divided {
                    body(direction, own) { engine.workers.barrier() }
                } else if !own.isEmpty {
                    body(direction, own, {})
                }
            }
        }
    }

    /// h after each sequence's last step of the walk, rows by rank.
    private func finalHidden(_ state: DirectionState, reverse: Bool) -> Buffer {
        let size = configuration.stateSize
        let final = Buffer(count: layout.batch * size)
        for rank in 0..<layout.batch {
            let row = finalRow(rank: rank, reverse: reverse)
            (final.pointer + rank * size).update(from: state.output + row * state.outputStride, count: size)
        }
        return final
    }

    private func finalCells(_ state: DirectionState, reverse: Bool) -> Buffer {
        guard let cells = state.cells else { return state.cell! }
        let hidden = configuration.hiddenSize
        let final = Buffer(count: layout.batch * hidden)
        for rank in 0..<layout.batch {
            let row = finalRow(rank: rank, reverse: reverse)
            (final.pointer + rank * hidden).update(from: cells.pointer + row * hidden, count: hidden)
        }
        return final
    }

    private func finalRow(rank: Int, reverse: Bool) -> Int {
        let sequence = layout.sequences[rank]
        return layout.row(sequence: sequence, step: reverse ? 0 : layout.lengths[sequence] - 1)
    }
}
