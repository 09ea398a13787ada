import ReproNumerics

/// The recurrence of a layer, as a user chooses it; `RecurrentConfiguration.kernel` maps it to a `CellKind`, which has a
/// case for each nonlinearity of an RNN.
public enum Cell: String, Sendable, CaseIterable {
    case lstm
    case gru
    case rnn

    /// Blocks of rows in a weight: i f g o, r z n, or one.
    public var gateCount: Int {
        switch self {
        case .lstm: 4
        case .gru: 3
        case .rnn: 1
        }
    }

    /// PyTorch's name of the module.
    public var moduleName: String {
        switch self {
        case .lstm: "LSTM"
        case .gru: "GRU"
        case .rnn: "RNN"
        }
    }

    /// Whether the cell keeps a state of its own beside h: c.
    public var hasCellState: Bool {
        switch self {
        case .lstm: true
        case .gru, .rnn: false
        }
    }

    /// Whether the cell is of GRU's form, in two respects. The product of the last gate's W_hh rows with the state, gh, is
    /// kept apart from the input's part, because the cell multiplies it before adding (GRU: r × gh, inside n). And the new
    /// state contains a share of the old one (GRU: z × h), through which the gradient flows back beside the gates.
    var hasCandidate: Bool {
        switch self {
        case .gru: true
        case .lstm, .rnn: false
        }
    }
}

/// The activation of an ``Cell/rnn`` cell.
public enum Nonlinearity: String, Sendable, CaseIterable {
    case tanh
    case relu
}

/// A recurrent module's options, with `torch.nn.LSTM`'s names, meanings and defaults.
public struct RecurrentConfiguration: Sendable, Equatable {
    /// The kind of cell.
    public var cell: Cell
    /// The features of the input, PyTorch's `input_size`.
    public var inputSize: Int
    /// The hidden units of a direction, PyTorch's `hidden_size`.
    public var hiddenSize: Int
    /// The stacked layers, PyTorch's `num_layers`.
    public var layers: Int
    /// Whether gates have biases.
    public var bias: Bool
    /// Whether input and output are `[B, T, …]` rather than `[T, B, …]`.
    public var batchFirst: Bool
    /// The probability of dropping an element of a layer's output, in training, between layers.
    public var dropout: Double
    /// Whether a second direction reads each sequence backwards.
    public var bidirectional: Bool
    /// The size of the projected state, LSTM alone; 0 is none.
    public var projectionSize: Int
    /// The function of an RNN's cell.
    public var nonlinearity: Nonlinearity

    /// - Precondition: sizes and layers are positive, 0 ≤ `dropout` ≤ 1, and 0 ≤ `projectionSize` < `hiddenSize`, above
    ///   0 for an LSTM alone.
    public init(
        cell: Cell, inputSize: Int, hiddenSize: Int, layers: Int = 1, bias: Bool = true, batchFirst: Bool = false,
        dropout: Double = 0, bidirectional: Bool = false, projectionSize: Int = 0, nonlinearity: Nonlinearity = .tanh
    ) {
        require(inputSize > 0 && hiddenSize > 0 && layers > 0, "sizes \(inputSize), \(hiddenSize), \(layers)")
        require(dropout >= 0 && dropout <= 1, "dropout \(dropout) outside 0 … 1")
        require(
            projectionSize >= 0 && projectionSize < hiddenSize && (projectionSize == 0 || cell == .lstm),
            "projection \(projectionSize) of \(hiddenSize) units of \(cell.rawValue)")
        self.cell = cell
        self.inputSize = inputSize
        self.hiddenSize = hiddenSize
        self.layers = layers
        self.bias = bias
        self.batchFirst = batchFirst
        self.dropout = dropout
        self.bidirectional = bidirectional
        self.projectionSize = projectionSize
        self.nonlinearity = nonlinearity
    }

    /// 1, or 2 where the layers are bidirectional.
    public var directions: Int { bidirectional ? 2 : 1 }
    /// The size of h: the projection's where there is one, else the hidden size.
    public var stateSize: Int { projectionSize > 0 ? projectionSize : hiddenSize }
    /// Features of the output: every direction's state.
    public var outputSize: Int { directions * stateSize }
    /// Rows of a weight.
    public var gateRows: Int { cell.gateCount * hiddenSize }

    /// Whether a training pass draws for dropout at all.
    public var drops: Bool { dropout > 0 && layers > 1 }

    /// Which of the kernels' cells it is: the driver's one line per cell.
    var kernel: CellKind {
        switch cell {
        case .lstm: .lstm
        case .gru: .gru
        case .rnn: nonlinearity == .relu ? .rnnRelu : .rnnTanh
        }
    }

    /// The features of what a layer reads: the module's input, or the output of the layer below.
    public func inputSize(ofLayer layer: Int) -> Int { layer == 0 ? inputSize : outputSize }
}
