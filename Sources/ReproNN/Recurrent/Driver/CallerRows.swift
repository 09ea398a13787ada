import ReproNumerics

/// Moves numbers between the caller's tensors and the rows that layers compute in.
struct CallerRows {
    let sequences: SequenceShape
    let layout: SequenceLayout
    private let configuration: RecurrentConfiguration

    init(_ sequences: SequenceShape, _ configuration: RecurrentConfiguration) {
        self.sequences = sequences
        layout = sequences.layout
        self.configuration = configuration
    }

    private var blocks: Int { configuration.layers * configuration.directions }

    /// The shape of the caller's states.
    func states(_ width: Int) -> [Int] { sequences.states(blocks: blocks, width: width) }

    /// Whether the caller's tensor and the layers' rows are the same memory: packed, or every sequence runs to the end,
    /// time-major.
    var isIdentity: Bool {
        if sequences.isPacked { return true }
        return layout.positions == sequences.batch * sequences.steps && (!sequences.batchFirst || sequences.batch == 1)
    }

    /// Whether the caller's tensor has every row, sequence by sequence.
    var isSequenceMajor: Bool {
        layout.isUniform && layout.longest == sequences.steps && sequences.batchFirst
    }

    /// Visits each row with its place in the caller's tensor, on the engine's workers where rows of this width take long.
    @inline(__always)
    private func forEachRow(width: Int, _ engine: Engine, _ body: (_ row: Int, _ place: Int) -> Void) {
        let workers = min(engine.workerCount(moving: layout.positions * width), max(1, layout.longest))
        engine.run(workers: workers) { worker in
            for step in Workers.share(of: layout.longest, worker: worker, workers: workers) {
                let first = layout.offset(step)
                for rank in 0..<layout.running(step) {
                    body(first + rank, sequences.row(sequence: layout.sequence(rank: rank), step: step))
                }
            }
        }
    }

    /// A tensor's rows for reading, in the tensor's own memory where that is possible; +0 where there is no tensor.
    func gather(_ tensor: Tensor?, width: Int, _ engine: Engine) -> Matrix {
        guard let tensor else { return Matrix(rows: layout.positions, columns: width, zeroed: true) }
        let source = tensor.matrix(rows: sequences.rowCount, columns: width)
        if isIdentity { return source }
        let rows = Matrix(rows: layout.positions, columns: width)
        forEachRow(width: width, engine) { row, place in rows[row].copy(from: source[place]) }
        return rows
    }

    /// The caller's tensor of rows, +0 past each sequence's length.
    func scatter(_ rows: Matrix, _ engine: Engine) -> Tensor {
        let shape = sequences.rows(width: rows.columns)
        if isIdentity { return Tensor(rows, shape: shape) }
        let places = Matrix(
            rows: sequences.batch * sequences.steps, columns: rows.columns,
            zeroed: layout.positions < sequences.batch * sequences.steps)
        forEachRow(width: rows.columns, engine) { row, place in places[place].copy(from: rows[row]) }
        return Tensor(places, shape: shape)
    }

    /// States with rows by rank, from the caller's `[L·D, B, width]`; +0 where there are none.
    func rank(_ tensor: Tensor?, into target: Matrix) {
        guard let tensor else { return target.view.fill(0) }
        let source = tensor.matrix(rows: blocks * layout.batch, columns: target.columns)
        forEachState { ranked, place in target[ranked].copy(from: source[place]) }
    }

    /// The caller's states from rows by rank.
    func unrank(_ rows: Matrix) -> Tensor {
        let shape = states(rows.columns)
        if layout.isUniform { return Tensor(rows, shape: shape) }
        let target = Matrix(rows: rows.rows, columns: rows.columns)
        forEachState { ranked, place in target[place].copy(from: rows[ranked]) }
        return Tensor(target, shape: shape)
    }

    @inline(__always)
    private func forEachState(_ body: (_ ranked: Int, _ place: Int) -> Void) {
        for block in 0..<blocks {
            let first = block * layout.batch
            for rank in 0..<layout.batch { body(first + rank, first + layout.sequence(rank: rank)) }
        }
    }
}
