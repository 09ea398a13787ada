import ReproNumerics

/// Watches a pass operation by operation, each value between the moment when it is computed and the first time it is read.
///
/// A watched pass computes on the calling thread, with the kernels of any other pass; no bit depends on being watched.
package struct OperationObserver {
    /// Receives an operation's name and value. It may change one element, and then says which: the next reader sees the
    /// change, also where that reader is the same fused kernel.
    package typealias Watch = (_ name: String, _ value: inout Tensor) -> Int?

    private let watch: Watch
    private let prefix: String

    package init(prefix: String = "", _ watch: @escaping Watch) {
        self.prefix = prefix
        self.watch = watch
    }

    /// The same observer, every name behind `prefix`.
    package func within(_ prefix: String) -> OperationObserver {
        OperationObserver(prefix: self.prefix + prefix, watch)
    }

    /// For one direction of a layer, with PyTorch's suffix of its parameters.
    func within(layer: Int, direction: Int) -> OperationObserver {
        within("l\(layer)" + (direction == 1 ? "_reverse" : ""))
    }

    /// Shows a tensor. Returns the element that was changed.
    @discardableResult
    package func observe(_ name: String, _ value: inout Tensor) -> Int? { watch(prefix + name, &value) }

    /// Shows rows that stand anywhere in memory as one tensor `[rows, columns]`, and writes a change back.
    @discardableResult
    func observe(
        _ name: String, rows: [UnsafeMutablePointer<Float>], columns: Int
    ) -> (row: Int, column: Int)? {
        var value = Tensor.filled([[rows.count, columns]]) { pointers in
            for (index, row) in rows.enumerated() { (pointers[0] + index * columns).update(from: row, count: columns) }
        }[0]
        guard let element = observe(name, &value) else { return nil }
        let place = (row: element / columns, column: element % columns)
        rows[place.row][place.column] = value[offset: element]
        return place
    }
}

extension OperationObserver {
    /// Shows a layer's rows in the order of positions, `[P, width]`.
    func observe(_ name: String, _ rows: Rows, _ layout: SequenceLayout, width: Int) {
        var pointers: [UnsafeMutablePointer<Float>] = []
        layout.forEachPosition { _, _, row in pointers.append(rows.pointer + row * width) }
        withExtendedLifetime(rows.owner) { _ = observe(name, rows: pointers, columns: width) }
    }
}

/// The rows of one step in the batch's order, whatever their order in memory.
struct ObservedRows {
    /// The ranks of the running sequences, in batch order.
    let ranks: [Int]

    init(_ layout: SequenceLayout, step: Int) {
        ranks = (0..<layout.running(step)).sorted { layout.sequence(rank: $0) < layout.sequence(rank: $1) }
    }

    /// The running ranks' rows, where rank 0's is at `base`.
    func pointers(_ base: UnsafeMutablePointer<Float>, stride: Int) -> [UnsafeMutablePointer<Float>] {
        ranks.map { base + $0 * stride }
    }

    /// A copy of the rows.
    func copy(_ base: UnsafePointer<Float>, stride: Int, columns: Int) -> [[Float]] {
        ranks.map { Array(UnsafeBufferPointer(start: base + $0 * stride, count: columns)) }
    }

    /// What a step's kernel reads besides the gates: c of an LSTM, h of a GRU; nothing of an RNN.
    func statesBefore(
        _ step: Int, _ walk: Walk, _ state: DirectionState, _ configuration: RecurrentConfiguration
    ) -> [[Float]] {
        if configuration.cell == .rnn { return [] }
        let hidden = configuration.hiddenSize
        var states = [[Float]](repeating: [], count: ranks.count)
        walk.forEachSegment(step) { segment in
            for rank in segment.ranks {
                let row = segment.previousRow.map { $0 + rank }
                // Cells are kept at every position in training alone; else c runs in place.
                let cell = row.flatMap { row in state.cells.map { $0 + row * hidden } }
                let source =
                    configuration.cell == .gru
                    ? row.map { state.row($0) } ?? state.initialState + rank * hidden
                    : cell ?? state.cell! + rank * hidden
                states[rank] = Array(UnsafeBufferPointer(start: source, count: hidden))
            }
        }
        return ranks.map { states[$0] }
    }
}
