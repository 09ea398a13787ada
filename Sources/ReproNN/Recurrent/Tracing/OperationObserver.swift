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
        within("l\(layer)" + (direction == 1 ? Direction.reverse.suffix : ""))
    }

    /// Shows a tensor. Returns the element that was changed.
    @discardableResult
    package func observe(_ name: String, _ value: inout Tensor) -> Int? { watch(prefix + name, &value) }

    /// Shows rows that stand anywhere in memory as one tensor `[rows, columns]`, and writes a change back.
    @discardableResult
    func observe(_ name: String, rows: [VectorView], columns: Int) -> (row: Int, column: Int)? {
        let copy = Matrix(rows: rows.count, columns: columns)
        for (index, row) in rows.enumerated() { copy[index].copy(from: row[0..<columns]) }
        var value = Tensor(copy, shape: [rows.count, columns])
        guard let element = observe(name, &value) else { return nil }
        let place = (row: element / columns, column: element % columns)
        rows[place.row][place.column] = value[offset: element]
        return place
    }

    /// Shows a layer's rows in the order of positions, `[P, width]`.
    func observe(_ name: String, _ rows: Matrix, _ layout: SequenceLayout) {
        var views: [VectorView] = []
        layout.forEachPosition { _, _, row in views.append(rows[row]) }
        observe(name, rows: views, columns: rows.columns)
    }
}
