/// The recurrence of a layer.
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
}

/// The activation of an ``Cell/rnn`` cell.
public enum Nonlinearity: String, Sendable, CaseIterable {
    case tanh
    case relu
}

/// A recurrent module's options, with `torch.nn.LSTM`'s names, meanings and defaults.
public struct RecurrentConfiguration: Sendable, Equatable {
    public var cell: Cell
    public var inputSize: Int
    public var hiddenSize: Int
    public var layers: Int
    public var bias: Bool
    public var batchFirst: Bool
    /// The probability of dropping an element of a layer's output, in training, between layers.
    public var dropout: Double
    public var bidirectional: Bool
    /// The size of the projected state, LSTM alone; 0 is none.
    public var projectionSize: Int
    public var nonlinearity: Nonlinearity

    /// - Precondition: sizes and layers are positive, 0 ≤ `dropout` ≤ 1, and 0 ≤ `projectionSize` < `hiddenSize`, above
    ///   0 for an LSTM alone.
    public init(
        cell: Cell, inputSize: Int, hiddenSize: Int, layers: Int = 1, bias: Bool = true, batchFirst: Bool = false,
        dropout: Double = 0, bidirectional: Bool = false, projectionSize: Int = 0, nonlinearity: Nonlinearity = .tanh
    ) {
        precondition(inputSize > 0 && hiddenSize > 0 && layers > 0, "sizes \(inputSize), \(hiddenSize), \(layers)")
        precondition(dropout >= 0 && dropout <= 1, "dropout \(dropout) outside 0 … 1")
        precondition(
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

    /// Whether training draws for dropout, which stands between layers.
    public var drops: Bool { dropout > 0 && layers > 1 }
    public var directions: Int { bidirectional ? 2 : 1 }
    /// The size of h: the projection's where there is one, else the hidden size.
    public var stateSize: Int { projectionSize > 0 ? projectionSize : hiddenSize }
    /// Features of the output: every direction's state.
    public var outputSize: Int { directions * stateSize }
    /// Rows of a weight.
    public var gateRows: Int { cell.gateCount * hiddenSize }

    public func inputSize(ofLayer layer: Int) -> Int { layer == 0 ? inputSize : outputSize }

    /// Every parameter's name and shape, in PyTorch's order.
    public var parameterShapes: [(name: String, shape: [Int])] {
        var shapes: [(name: String, shape: [Int])] = []
        for layer in 0..<layers {
            for direction in 0..<directions {
                let suffix = "_l\(layer)" + (direction == 1 ? "_reverse" : "")
                shapes.append(("weight_ih" + suffix, [gateRows, inputSize(ofLayer: layer)]))
                shapes.append(("weight_hh" + suffix, [gateRows, stateSize]))
                if bias {
                    shapes.append(("bias_ih" + suffix, [gateRows]))
                    shapes.append(("bias_hh" + suffix, [gateRows]))
                }
                if projectionSize > 0 { shapes.append(("weight_hr" + suffix, [projectionSize, hiddenSize])) }
            }
        }
        return shapes
    }

    /// Parameters of one direction of one layer.
    var parametersPerDirection: Int { 2 + (bias ? 2 : 0) + (projectionSize > 0 ? 1 : 0) }

    /// Where the parameters of a layer's direction begin in `parameterShapes`.
    func firstParameter(layer: Int, direction: Int) -> Int {
        (layer * directions + direction) * parametersPerDirection
    }
}
