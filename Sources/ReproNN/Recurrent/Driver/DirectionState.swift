import ReproNumerics

/// States of every layer and direction: `[L·D·B × S]` and, for LSTM, `[L·D·B × H]`.
struct States {
    let hidden: Matrix
    let cells: Matrix?

    /// Memory of its own, which tensors can take over.
    init(_ configuration: RecurrentConfiguration, batch: Int, zeroed: Bool = false) {
        let rows = configuration.layers * configuration.directions * batch
        hidden = Matrix(rows: rows, columns: configuration.stateSize, zeroed: zeroed)
        cells =
            configuration.cell.hasCellState
            ? Matrix(rows: rows, columns: configuration.hiddenSize, zeroed: zeroed) : nil
    }
}

/// What one direction of one layer computes in, and, in training, keeps for the backward pass.
///
/// Rows follow ``SequenceLayout``; `[B × …]` memory holds one row per rank. These are views: a pass, and in training its
/// ``RecurrentTape``, keep the memory.
struct DirectionState {
    /// Pre-activations, then activations, then their gradients. In training one row per position; else the rows of one
    /// chunk of steps.
    let gates: MatrixView
    /// GRU: the hidden state's part of n, rows as in `gates`; its gradient afterwards.
    let candidate: MatrixView?
    /// LSTM, in training: c' and tanh(c') at each position; `[P × H]`.
    let cells: MatrixView?
    let tanhCells: MatrixView?
    /// LSTM: c as it runs, `[B × H]`; in training it stays the initial one.
    let cell: MatrixView?
    /// The initial state, `[B × S]`.
    let initialState: MatrixView
    /// With a projection: o × tanh(c'), `[P × H]` in training, else `[B × H]`.
    let unprojected: MatrixView?
    /// The direction's half of the layer's output.
    let output: OutputRows

    /// - Parameter index: the direction's place among those of all layers, where its initial state stands.
    init(
        _ configuration: RecurrentConfiguration, layout: SequenceLayout, training: Bool, chunkRows: Int, index: Int,
        initial: States, output: OutputRows, in memory: inout Workspace
    ) {
        let hidden = configuration.hiddenSize
        let rows = training ? layout.positions : chunkRows
        let own = (index * layout.batch)..<((index + 1) * layout.batch)
        gates = memory.matrix(rows: rows, columns: configuration.gateRows).view
        candidate = configuration.cell.hasCandidate ? memory.matrix(rows: rows, columns: hidden).view : nil
        let keeps = training && configuration.cell.hasCellState
        cells = keeps ? memory.matrix(rows: layout.positions, columns: hidden).view : nil
        tanhCells = keeps ? memory.matrix(rows: layout.positions, columns: hidden).view : nil
        unprojected =
            configuration.projectionSize > 0
            ? memory.matrix(rows: training ? layout.positions : layout.batch, columns: hidden).view : nil
        initialState = initial.hidden.view.rows(own)
        cell = initial.cells?.view.rows(own)
        self.output = output
    }
}

/// Rows of a layer's output, by the row numbers of a layout: step by step, or where a caller wants them sequence by sequence.
struct OutputRows {
    let matrix: MatrixView
    /// Steps and sequences, where the memory stands sequence by sequence; nil where it stands as the layout's rows do.
    private let sequenceMajor: (steps: Int, batch: Int)?

    /// - Precondition: a uniform layout where `sequenceMajor`.
    init(_ matrix: MatrixView, layout: SequenceLayout, sequenceMajor: Bool = false) {
        self.matrix = matrix
        self.sequenceMajor = sequenceMajor ? (layout.steps, layout.batch) : nil
    }

    /// The same rows' columns of a range.
    func columns(_ range: Range<Int>) -> OutputRows { OutputRows(matrix.columns(range), sequenceMajor) }

    private init(_ matrix: MatrixView, _ sequenceMajor: (steps: Int, batch: Int)?) {
        self.matrix = matrix
        self.sequenceMajor = sequenceMajor
    }

    /// Rows `first` to `first + count`, all of one step.
    @inline(__always)
    func rows(from first: Int, count: Int) -> MatrixView {
        guard let (steps, batch) = sequenceMajor else { return matrix.rows(first..<(first + count)) }
        return matrix.everyRow(from: first % batch * steps + first / batch, step: steps, count: count)
    }
}
