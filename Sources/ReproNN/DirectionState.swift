import ReproNumerics

/// Rows of a layer's input or output, a row a position, and what keeps their memory.
struct Rows {
    let pointer: UnsafeMutablePointer<Float>
    /// Nil where the caller keeps it.
    let owner: Buffer?

    init(count: Int) {
        let buffer = Buffer(count: count)
        pointer = buffer.pointer
        owner = buffer
    }

    init(borrowing pointer: UnsafeMutablePointer<Float>) {
        self.pointer = pointer
        owner = nil
    }
}

/// States of every layer and direction: `[L·D, B, S]` and, for LSTM, `[L·D, B, H]`.
struct States {
    let hidden: UnsafeMutablePointer<Float>
    let cells: UnsafeMutablePointer<Float>?

    init(hidden: UnsafeMutablePointer<Float>, cells: UnsafeMutablePointer<Float>?) {
        self.hidden = hidden
        self.cells = cells
    }

    init(_ configuration: RecurrentConfiguration, batch: Int, zeroed: Bool, in memory: Arena) {
        let rows = configuration.layers * configuration.directions * batch
        hidden = memory.take(rows * configuration.stateSize, zeroed: zeroed)
        cells = configuration.cell == .lstm ? memory.take(rows * configuration.hiddenSize, zeroed: zeroed) : nil
    }
}

/// What one direction of one layer computes in, and, in training, keeps for the backward pass. The memory is the pass's.
///
/// Rows follow ``SequenceLayout``; `[B × …]` memory holds a row a rank.
struct DirectionState {
    /// Pre-activations, then activations, then their gradients. In training a row a position; else the rows of one chunk
    /// of steps.
    let gates: UnsafeMutablePointer<Float>
    /// GRU: the hidden state's part of n, rows as in `gates`; its gradient afterwards.
    let candidate: UnsafeMutablePointer<Float>?
    /// LSTM, in training: c' and tanh(c') at each position; `[P × H]`.
    let cells: UnsafeMutablePointer<Float>?
    let tanhCells: UnsafeMutablePointer<Float>?
    /// LSTM: c as it runs, `[B × H]`; in training it stays the initial one.
    let cell: UnsafeMutablePointer<Float>?
    /// The initial state, `[B × S]`.
    let initialState: UnsafeMutablePointer<Float>
    /// With a projection: o × tanh(c'), `[P × H]` in training, else `[B × H]`.
    let unprojected: UnsafeMutablePointer<Float>?
    /// The direction's half of the layer's output: the first row's first element, and the distance between rows.
    let output: UnsafeMutablePointer<Float>
    let outputStride: Int
    /// Sequences, where the output stands sequence by sequence and not step by step; else nil.
    private let sequences: Int?
    private let width: Int

    /// - Parameter index: the direction's place among those of all layers, where its initial state stands.
    init(
        _ configuration: RecurrentConfiguration, layout: SequenceLayout, training: Bool, chunkRows: Int, index: Int,
        initial: States, output: UnsafeMutablePointer<Float>, sequenceMajor: Bool = false,
        in arena: Arena
    ) {
        let (hidden, size) = (configuration.hiddenSize, configuration.stateSize)
        let rows = training ? layout.positions : chunkRows
        gates = arena.take(rows * configuration.gateRows)
        candidate = configuration.cell == .gru ? arena.take(rows * hidden) : nil
        let keeps = training && configuration.cell == .lstm
        cells = keeps ? arena.take(layout.positions * hidden) : nil
        tanhCells = keeps ? arena.take(layout.positions * hidden) : nil
        unprojected =
            configuration.projectionSize > 0
            ? arena.take((training ? layout.positions : layout.batch) * hidden) : nil
        initialState = initial.hidden + index * layout.batch * size
        cell = initial.cells.map { $0 + index * layout.batch * hidden }
        self.output = output
        width = configuration.outputSize
        sequences = sequenceMajor ? layout.batch : nil
        outputStride = sequenceMajor ? layout.steps * width : width
    }

    /// A row of the output. Those of one step's ranks are `outputStride` apart.
    @inline(__always)
    func row(_ row: Int) -> UnsafeMutablePointer<Float> {
        guard let sequences else { return output + row * outputStride }
        return output + row % sequences * outputStride + row / sequences * width
    }
}

/// Rows of one step that read the same kind of state.
struct StepSegment {
    /// Ranks, and so rows from the step's first.
    let ranks: Range<Int>
    /// The row of the step walked before where rank 0 stands; nil where the initial state is read.
    let previousRow: Int?
}

/// The order in which a direction walks the steps, and what each step reads.
struct Walk {
    let layout: SequenceLayout
    let reverse: Bool

    /// The step at a place of the walk.
    func step(_ place: Int) -> Int { reverse ? layout.longest - 1 - place : place }

    /// Visits a step's rows by the state that they read: the previous step's, then the initial one.
    @inline(__always)
    func forEachSegment(_ step: Int, _ body: (StepSegment) -> Void) {
        let running = layout.running(step)
        let previous = reverse ? step + 1 : step - 1
        let continuing = reverse ? layout.running(previous) : step > 0 ? running : 0
        if continuing > 0 { body(StepSegment(ranks: 0..<continuing, previousRow: layout.offset(previous))) }
        if continuing < running { body(StepSegment(ranks: continuing..<running, previousRow: nil)) }
    }

    /// The ranks of a step that another step of the walk follows, and the row where rank 0 of that step stands.
    func following(_ step: Int) -> (ranks: Range<Int>, row: Int) {
        if reverse {
            return step == 0 ? (0..<0, 0) : (0..<layout.running(step), layout.offset(step - 1))
        }
        let continuing = layout.running(step + 1)
        return (0..<continuing, continuing > 0 ? layout.offset(step + 1) : 0)
    }

    /// The row of the step walked before, for one sequence; nil where the initial state is read.
    func previousRow(sequence: Int, step: Int) -> Int? {
        let previous = reverse ? step + 1 : step - 1
        guard previous >= 0 && previous < layout.length(sequence) else { return nil }
        return layout.row(sequence: sequence, step: previous)
    }
}
