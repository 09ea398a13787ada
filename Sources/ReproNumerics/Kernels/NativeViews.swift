import CReproKernels

// Views as the C target's structures. Conversions cost next to nothing beside a kernel.

extension CellKind {
    /// The cell's place in the C target's tables.
    var index: Int {
        switch self {
        case .lstm: Int(REPRO_LSTM.rawValue)
        case .gru: Int(REPRO_GRU.rawValue)
        case .rnnTanh: Int(REPRO_RNN_TANH.rawValue)
        case .rnnRelu: Int(REPRO_RNN_RELU.rawValue)
        }
    }
}

extension repro_matrix {
    init(_ view: MatrixView) { self.init(base: view.base, rows: view.rows, columns: view.columns, stride: view.stride) }
}

extension repro_strided {
    init(_ view: StridedView) {
        self.init(
            base: view.base, rows: view.rows, columns: view.columns, row_stride: view.rowStride,
            column_stride: view.columnStride)
    }
}

extension repro_row_list {
    init(_ view: RowsView) { self.init(rows: view.pointers, count: view.count) }
}
