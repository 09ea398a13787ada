/// The recurrences that there are kernels for.
public enum CellKind: String, Sendable, CaseIterable {
    case lstm
    case gru
    case rnnTanh
    case rnnRelu
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
    public var gates: MatrixView
    /// GRU: the state's part of the last gate, `gh`.
    public var candidate: MatrixView?
    /// The state that the step reads: h. Kernels of GRU alone read it.
    public var before: MatrixView
    /// LSTM: c before the step, c' after it (which may be the same memory), and tanh(c') where it is kept.
    public var cellBefore: MatrixView?
    public var cell: MatrixView?
    public var tanhCell: MatrixView?
    /// Receives h', or o × tanh(c') where a projection follows. May be `before`, and for RNN `gates`.
    public var output: MatrixView

    @inlinable
    public init(
        rows: Int, units: Int, hidden: Int, gates: MatrixView, candidate: MatrixView? = nil, before: MatrixView,
        cellBefore: MatrixView? = nil, cell: MatrixView? = nil, tanhCell: MatrixView? = nil, output: MatrixView
    ) {
        self.rows = rows
        self.units = units
        self.hidden = hidden
        self.gates = gates
        self.candidate = candidate
        self.before = before
        self.cellBefore = cellBefore
        self.cell = cell
        self.tanhCell = tanhCell
        self.output = output
    }
}

/// What one time step of a cell reads and writes backward; rows, units and columns as in ``CellStep``.
public struct CellGradientStep {
    public var rows: Int
    public var units: Int
    public var hidden: Int
    /// Activations, which become the gradients before activation; RNN only writes them.
    public var gates: MatrixView
    /// GRU: `gh`, which becomes its gradient, δn × r.
    public var candidate: MatrixView?
    /// h before the step.
    public var before: MatrixView
    /// LSTM: c before the step and tanh(c').
    public var cellBefore: MatrixView?
    public var tanhCell: MatrixView?
    /// h', which RNN's derivative is taken from.
    public var output: MatrixView
    /// The gradient of h' (of o × tanh(c') under a projection). For RNN it may be `gates`.
    public var gradient: MatrixView
    /// LSTM: the gradient that flows into c' from the next step, which becomes the one that flows into c.
    public var cellGradient: MatrixView?
    /// GRU: receives z, which the gradient of the state before is completed with.
    public var update: MatrixView?

    @inlinable
    public init(
        rows: Int, units: Int, hidden: Int, gates: MatrixView, candidate: MatrixView? = nil, before: MatrixView,
        cellBefore: MatrixView? = nil, tanhCell: MatrixView? = nil, output: MatrixView, gradient: MatrixView,
        cellGradient: MatrixView? = nil, update: MatrixView? = nil
    ) {
        self.rows = rows
        self.units = units
        self.hidden = hidden
        self.gates = gates
        self.candidate = candidate
        self.before = before
        self.cellBefore = cellBefore
        self.tanhCell = tanhCell
        self.output = output
        self.gradient = gradient
        self.cellGradient = cellGradient
        self.update = update
    }
}
