/// One of the two ways through a sequence.
public enum Direction: Int, Sendable, CaseIterable {
    case forward
    case reverse

    /// PyTorch's suffix of the direction's parameters.
    public var suffix: String { self == .reverse ? "_reverse" : "" }
}

/// Names one parameter of a recurrent module by layer, direction and kind, in PyTorch's spelling.
public struct RecurrentParameterName: Sendable, Equatable, CustomStringConvertible {
    /// The kinds in PyTorch's order.
    public enum Kind: String, Sendable, CaseIterable {
        case weightIH = "weight_ih"
        case weightHH = "weight_hh"
        case biasIH = "bias_ih"
        case biasHH = "bias_hh"
        case weightHR = "weight_hr"
    }

    /// The layer, counted from 0 at the input.
    public var layer: Int
    /// The direction that the parameter serves.
    public var direction: Direction
    /// Which of the direction's parameters it is.
    public var kind: Kind

    public init(layer: Int, direction: Direction, kind: Kind) {
        self.layer = layer
        self.direction = direction
        self.kind = kind
    }

    /// For example `weight_ih_l0_reverse`.
    public var description: String { "\(kind.rawValue)_l\(layer)\(direction.suffix)" }
}

extension RecurrentConfiguration {
    /// The kinds of parameters that each direction of each layer has.
    public var parameterKinds: [RecurrentParameterName.Kind] {
        [.weightIH, .weightHH] + (bias ? [.biasIH, .biasHH] : []) + (projectionSize > 0 ? [.weightHR] : [])
    }

    /// Every parameter in PyTorch's order: layer by layer, direction by direction, kind by kind.
    public var parameterNames: [RecurrentParameterName] {
        (0..<layers).flatMap { layer in
            Direction.allCases.prefix(directions).flatMap { direction in
                parameterKinds.map { RecurrentParameterName(layer: layer, direction: direction, kind: $0) }
            }
        }
    }

    /// The shape of a parameter, as PyTorch has it.
    public func shape(of name: RecurrentParameterName) -> [Int] {
        switch name.kind {
        case .weightIH: [gateRows, inputSize(ofLayer: name.layer)]
        case .weightHH: [gateRows, stateSize]
        case .biasIH, .biasHH: [gateRows]
        case .weightHR: [projectionSize, hiddenSize]
        }
    }

    /// Whether `shape` is ``shape(of:)``, without making that.
    func hasShape(_ shape: [Int], _ name: RecurrentParameterName) -> Bool {
        let isBias = name.kind == .biasIH || name.kind == .biasHH
        guard shape.count == (isBias ? 1 : 2) else { return false }
        switch name.kind {
        case .biasIH, .biasHH: return shape[0] == gateRows
        case .weightIH: return shape[0] == gateRows && shape[1] == inputSize(ofLayer: name.layer)
        case .weightHH: return shape[0] == gateRows && shape[1] == stateSize
        case .weightHR: return shape[0] == projectionSize && shape[1] == hiddenSize
        }
    }

    /// Every parameter's name and shape, in PyTorch's order.
    public var parameterShapes: [(name: String, shape: [Int])] {
        parameterNames.map { ($0.description, shape(of: $0)) }
    }

    /// The parameter's place in PyTorch's order; nil where the module has none of that name.
    public func index(of name: RecurrentParameterName) -> Int? {
        guard (0..<layers).contains(name.layer), name.direction.rawValue < directions else { return nil }
        return place(of: name.kind).map { (name.layer * directions + name.direction.rawValue) * kindCount + $0 }
    }

    /// The number of parameters of all layers and directions.
    var parameterCount: Int { layers * directions * kindCount }

    private var kindCount: Int { 2 + (bias ? 2 : 0) + (projectionSize > 0 ? 1 : 0) }

    /// The kind's place among the parameters of one direction, without a search: this stands in the way of every pass.
    private func place(of kind: RecurrentParameterName.Kind) -> Int? {
        switch kind {
        case .weightIH: 0
        case .weightHH: 1
        case .biasIH: bias ? 2 : nil
        case .biasHH: bias ? 3 : nil
        case .weightHR: projectionSize > 0 ? (bias ? 4 : 2) : nil
        }
    }
}
