import CReproKernels

/// The recurrences that there are kernels for: the cases of `repro_cell` in the C target, which NativeViews.swift translates.
/// What a user chooses is `Cell` in ReproNN.
public enum CellKind: String, Sendable, CaseIterable {
    case lstm
    case gru
    case rnnTanh
    case rnnRelu
}

/// Where the rows of one of a step's operands stand; their number and length are the step's to say. No base where a cell
/// does not use the operand.
public typealias CellRows = repro_rows

extension CellRows {
    @inlinable @inline(__always)
    public init(_ view: MatrixView?) { self.init(base: view?.base, stride: view?.stride ?? 0) }

    /// A view's rows and columns from one of each on.
    @inlinable @inline(__always)
    public init(_ view: MatrixView?, row: Int, column: Int) {
        guard let view else {
            self.init(base: nil, stride: 0)
            return
        }
        assert(
            row >= 0 && row < view.rows && column >= 0 && column <= view.columns,
            "row \(row) and column \(column) of \(view.rows) × \(view.columns)")
        self.init(base: view.base + (row * view.stride + column), stride: view.stride)
    }

    /// The element of a row and a column.
    @inlinable @inline(__always)
    public subscript(_ row: Int, _ column: Int) -> Float {
        get { base[row * stride + column] }
        nonmutating set { base[row * stride + column] = newValue }
    }
}

/// What one time step of a cell reads and writes, for the rows and units that one worker computes: the C target's structure,
/// which repro_cells.h describes field by field.
///
/// One row per sequence. Every operand begins at the first unit; gate q of unit j stands in column `q × hidden + j` of
/// `gates`, so that callers may split the units of a layer.
public typealias CellStep = repro_cell_step

extension CellStep {
    /// - Parameters:
    ///   - gates: reaches to the last unit computed of the last gate.
    ///   - before: the state that the step reads: h. Kernels of GRU alone read it.
    @inlinable @inline(__always)
    public init(
        rows: Int, units: Int, hidden: Int, gates: MatrixView, candidate: MatrixView? = nil, before: MatrixView,
        cellBefore: MatrixView? = nil, cell: MatrixView? = nil, tanhCell: MatrixView? = nil, output: MatrixView
    ) {
        self.init(
            rows: rows, units: units, hidden: hidden, gates: CellRows(gates), candidate: CellRows(candidate),
            before: CellRows(before), cellBefore: CellRows(cellBefore), cell: CellRows(cell),
            tanhCell: CellRows(tanhCell), output: CellRows(output))
    }
}

/// What one time step of a cell reads and writes backward; rows, units and columns as in ``CellStep``.
public typealias CellGradientStep = repro_cell_gradient_step

extension CellGradientStep {
    @inlinable @inline(__always)
    public init(
        rows: Int, units: Int, hidden: Int, gates: MatrixView, candidate: MatrixView? = nil, before: MatrixView,
        cellBefore: MatrixView? = nil, tanhCell: MatrixView? = nil, output: MatrixView, gradient: MatrixView,
        cellGradient: MatrixView? = nil, update: MatrixView? = nil
    ) {
        self.init(
            rows: rows, units: units, hidden: hidden, gates: CellRows(gates), candidate: CellRows(candidate),
            before: CellRows(before), cellBefore: CellRows(cellBefore), tanhCell: CellRows(tanhCell),
            output: CellRows(output), gradient: CellRows(gradient), cellGradient: CellRows(cellGradient),
            update: CellRows(update))
    }
}
