import CReproKernels

// Views and steps as the C target's structures. Conversions cost next to nothing beside a kernel.

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

extension repro_rows {
    init(_ view: MatrixView?) { self.init(base: view?.base, stride: view?.stride ?? 0) }

    init(_ rows: CellRows?) { self.init(base: rows?.base, stride: rows?.stride ?? 0) }
}

extension repro_row_list {
    init(_ view: RowsView) { self.init(rows: view.pointers, count: view.count) }
}

extension repro_cell_step {
    init(_ step: CellStep) {
        self.init(
            rows: step.rows, units: step.units, hidden: step.hidden, gates: repro_rows(step.gates),
            candidate: repro_rows(step.candidate), before: repro_rows(step.before),
            cell_before: repro_rows(step.cellBefore), cell: repro_rows(step.cell),
            tanh_cell: repro_rows(step.tanhCell), output: repro_rows(step.output))
    }
}

extension repro_cell_gradient_step {
    init(_ step: CellGradientStep) {
        self.init(
            rows: step.rows, units: step.units, hidden: step.hidden, gates: repro_rows(step.gates),
            candidate: repro_rows(step.candidate), before: repro_rows(step.before),
            cell_before: repro_rows(step.cellBefore), tanh_cell: repro_rows(step.tanhCell),
            output: repro_rows(step.output), gradient: repro_rows(step.gradient),
            cell_gradient: repro_rows(step.cellGradient), update: repro_rows(step.update))
    }
}
