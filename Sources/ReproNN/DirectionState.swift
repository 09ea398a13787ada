import ReproNumerics

/// What one direction of one layer computes in, and, in training, keeps for the backward pass.
///
/// Rows follow ``SequenceLayout``; `[B × …]` buffers hold a row a rank.
final class DirectionState {
    /// Pre-activations, then activations, then their gradients. In training a row a position; else the rows of one chunk
    /// of steps.
    let gates: Buffer
    /// GRU: the hidden state's part of n, rows as in `gates`; its gradient afterwards.
    let candidate: Buffer?
    /// LSTM, in training: c' and tanh(c') at each position; `[P × H]`.
    let cells: Buffer?
    let tanhCells: Buffer?
    /// LSTM: c as it runs, `[B × H]`; in training it stays the initial one.
    let cell: Buffer?
    /// The initial state, `[B × S]`.
    let initialState: Buffer
    /// With a projection: o × tanh(c'), `[P × H]` in training, else `[B × H]`.
    let unprojected: Buffer?
    /// The direction's half of the layer's output: the first row's first element, and the distance between rows.
    let output: UnsafeMutablePointer<Float>
    let outputStride: Int

    init(
        _ configuration: RecurrentConfiguration, layout: SequenceLayout, training: Bool, chunkRows: Int,
        initialState: Buffer, cell: Buffer?, output: UnsafeMutablePointer<Float>, outputStride: Int
    ) {
        let hidden = configuration.hiddenSize
        let rows = training ? layout.positions : chunkRows
        gates = Buffer(count: rows * configuration.gateRows)
        candidate = configuration.cell == .gru ? Buffer(count: rows * hidden) : nil
        let keeps = training && configuration.cell == .lstm
        cells = keeps ? Buffer(count: layout.positions * hidden) : nil
        tanhCells = keeps ? Buffer(count: layout.positions * hidden) : nil
        unprojected =
            configuration.projectionSize > 0
            ? Buffer(count: (training ? layout.positions : layout.batch) * hidden) : nil
        self.initialState = initialState
        self.cell = cell
        self.output = output
        self.outputStride = outputStride
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

    /// A step's rows by the state that they read: the previous step's, or the initial one.
    func segments(_ step: Int) -> [StepSegment] {
        let running = layout.running(step)
        let continuing: Int
        let previousRow: Int
        if reverse {
            continuing = layout.running(step + 1)
            previousRow = continuing > 0 ? layout.offsets[step + 1] : 0
        } else {
            continuing = step > 0 ? running : 0
            previousRow = step > 0 ? layout.offsets[step - 1] : 0
        }
        var segments: [StepSegment] = []
        if continuing > 0 { segments.append(StepSegment(ranks: 0..<continuing, previousRow: previousRow)) }
        if continuing < running { segments.append(StepSegment(ranks: continuing..<running, previousRow: nil)) }
        return segments
    }

    /// The ranks of a step that another step of the walk follows, and the row where rank 0 of that step stands.
    func following(_ step: Int) -> (ranks: Range<Int>, row: Int) {
        if reverse {
            return step == 0 ? (0..<0, 0) : (0..<layout.running(step), layout.offsets[step - 1])
        }
        let continuing = layout.running(step + 1)
        return (0..<continuing, continuing > 0 ? layout.offsets[step + 1] : 0)
    }

    /// The row of the step walked before, for one sequence; nil where the initial state is read.
    func previousRow(sequence: Int, step: Int) -> Int? {
        let previous = reverse ? step + 1 : step - 1
        guard previous >= 0 && previous < layout.lengths[sequence] else { return nil }
        return layout.row(sequence: sequence, step: previous)
    }
}
