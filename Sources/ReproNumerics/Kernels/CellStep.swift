/// The recurrences that there are kernels for: the cases of `repro_cell` in the C target, which NativeViews.swift translates.
/// What a user chooses is `Cell` in ReproNN.
public enum CellKind: String, Sendable, CaseIterable {
    case lstm
    case gru
    case rnnTanh
    case rnnRelu
}

/// Where the rows of one of a step's operands stand; how many rows and columns there are is the step's to say.
public struct CellRows: @unchecked Sendable {
    public let base: UnsafeMutablePointer<Float>
    public let stride: Int

    @inlinable @inline(__always)
    public init(_ view: MatrixView) {
        base = view.base
        stride = view.stride
    }

    @inlinable @inline(__always)
    public subscript(_ row: Int, _ column: Int) -> Float {
        get { base[row * stride + column] }
        nonmutating set { base[row * stride + column] = newValue }
    }
}

/// What one time step of a cell reads and writes, for the rows and units that one worker computes.
///
/// One row per sequence. Every view begins at the first unit; gate q of unit j stands in column `q × hidden + j` of
/// `gates`, so that callers may split the units of a layer. What a cell does not use is nil.
public struct CellStep {
    /// Rows of all views.
    public var rows: Int
    /// Units computed.
    public var units: Int
    /// Units of the layer: the distance between gates.
    public var hidden: Int
    /// Pre-activations, which become the activations; RNN, whose activation is h', only reads them. GRU's last gate
    /// holds the input's part alone. Reaches to the last unit computed of the last gate.
    public var gates: CellRows
    /// GRU: the state's part of the last gate, `gh`.
    public var candidate: CellRows?
    /// The state that the step reads: h. Kernels of GRU alone read it.
    public var before: CellRows
    /// LSTM: c before the step, c' after it (which may be the same memory), and tanh(c') where it is kept.
    public var cellBefore: CellRows?
    public var cell: CellRows?
    public var tanhCell: CellRows?
    /// Receives h', or o × tanh(c') where a projection follows. May be `before`, and for RNN `gates`.
    public var output: CellRows

    @inlinable @inline(__always)
    public init(
        rows: Int, units: Int, hidden: Int, gates: MatrixView, candidate: MatrixView? = nil, before: MatrixView,
        cellBefore: MatrixView? = nil, cell: MatrixView? = nil, tanhCell: MatrixView? = nil, output: MatrixView
    ) {
        self.rows = rows
        self.units = units
        self.hidden = hidden
        self.gates = CellRows(gates)
        self.candidate = candidate.map(CellRows.init)
        self.before = CellRows(before)
        self.cellBefore = cellBefore.map(CellRows.init)
        self.cell = cell.map(CellRows.init)
        self.tanhCell = tanhCell.map(CellRows.init)
        self.output = CellRows(output)
    }
}

/// What one time step of a cell reads and writes backward; rows, units and columns as in ``CellStep``.
public struct CellGradientStep {
    public var rows: Int
    public var units: Int
    public var hidden: Int
    /// Activations, which become the gradients before activation; RNN only writes them.
    public var gates: CellRows
    /// GRU: `gh`, which becomes its gradient, δn × r.
    public var candidate: CellRows?
    /// h before the step.
    public var before: CellRows
    /// LSTM: c before the step and tanh(c').
    public var cellBefore: CellRows?
    public var tanhCell: CellRows?
    /// h', which RNN's derivative is taken from.
    public var output: CellRows
    /// The gradient of h' (of o × tanh(c') under a projection). For RNN it may be `gates`.
    public var gradient: CellRows
    /// LSTM: the gradient that flows into c' from the next step, which becomes the one that flows into c.
    public var cellGradient: CellRows?
    /// GRU: receives z, which the gradient of the state before is completed with.
    public var update: CellRows?

    @inlinable @inline(__always)
    public init(
        rows: Int, units: Int, hidden: Int, gates: MatrixView, candidate: MatrixView? = nil, before: MatrixView,
        cellBefore: MatrixView? = nil, tanhCell: MatrixView? = nil, output: MatrixView, gradient: MatrixView,
        cellGradient: MatrixView? = nil, update: MatrixView? = nil
    ) {
        self.rows = rows
        self.units = units
        self.hidden = hidden
        self.gates = CellRows(gates)
        self.candidate = candidate.map(CellRows.init)
        self.before = CellRows(before)
        self.cellBefore = cellBefore.map(CellRows.init)
        self.tanhCell = tanhCell.map(CellRows.init)
        self.output = CellRows(output)
        self.gradient = CellRows(gradient)
        self.cellGradient = cellGradient.map(CellRows.init)
        self.update = update.map(CellRows.init)
    }
}
