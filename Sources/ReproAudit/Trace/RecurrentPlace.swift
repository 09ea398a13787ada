import ReproFormats

/// Where inside an nn.LSTM, nn.GRU or nn.RNN two runs part.
///
/// Layer and direction are read from the name of the weights that the operation, or the last matrix product of the module before it,
/// was given. Steps are counted in the order of computation: the reverse direction begins with the last position.
/// How the gate is known, `gateBy` says:
/// - `column`: PyTorch computed the cell in single operations, and the first element that differs stands in this gate's columns of a
///   matrix product, or in this gate's rows of a gradient of weights;
/// - `operation`: likewise, and the operation is this gate's activation;
/// - `probe`: oneDNN computed the layer in one piece. The kernel was run again under both conditions, asked for one gate at a time, and this
///   gate is the first that differs (`recurrent.py` of the hook says how a gate is asked for).
public struct RecurrentPlace: Sendable, Equatable {
    /// How the gate is known.
    public enum Evidence: String, Sendable, Equatable {
        case column, operation, probe
    }

    /// Counted from 0.
    public internal(set) var layer: Int?
    /// Whether it is the direction that reads backwards.
    public internal(set) var isReverse: Bool?
    /// In the order of computation, from 0; nil in a backward pass.
    public internal(set) var step: Int?
    /// The row of the batch.
    public internal(set) var batch: Int?
    /// The hidden unit.
    public internal(set) var unit: Int?
    /// i f g o of an LSTM, r z n of a GRU, h of an RNN.
    public internal(set) var gate: String?
    /// How it is known.
    public internal(set) var gateBy: Evidence?
    /// How far each run's first differing h is from what `repro`'s own engine gives, in units in the last place.
    public internal(set) var fromContract: [UInt64]?

    /// Nil for an operation outside of recurrent modules.
    ///
    /// - Parameters:
    ///   - operations: those of the process, in order.
    ///   - output: which output differs.
    ///   - gap: where, if it is known.
    init?(_ operation: ProgramOperation, among operations: [ProgramOperation], output: Int?, gap: TensorGap?) {
        guard let gates = RecurrentPlace.gates(operation.kind) else { return nil }
        let call = operations.filter {
            $0.module == operation.module && $0.call == operation.call && $0.node == nil && $0.index <= operation.index
                && $0.moment.step == operation.moment.step
        }
        let weights =
            operation.weightName ?? (operation.node == nil ? call.reversed().compactMap(\.weightName).first : nil)
        (layer, isReverse) = (weights?.layer, weights?.isReverse)
        if operation.name == "aten::mkldnn_rnn_layer" {
            fused(operation, gap)
        } else if operation.name == "aten::mkldnn_rnn_layer_backward" {
            rows(operation, output, gap, gates)
        } else if operation.node == nil {
            single(operation, call, gap, gates, weights)
        } else {
            rows(operation, output, gap, gates)
        }
    }

    static func gates(_ kind: String) -> [String]? {
        switch kind {
        case "LSTM", "LSTMCell": ["i", "f", "g", "o"]
        case "GRU", "GRUCell": ["r", "z", "n"]
        case "RNN", "RNNCell": ["h"]
        default: nil
        }
    }

    /// h of all steps: `[T, B, H]`.
    private mutating func fused(_ operation: ProgramOperation, _ gap: TensorGap?) {
        guard let gap, gap.index.count == 3 else { return }
        // The first element in memory is the first in time for the forward direction alone; a probe tells for the other.
        if isReverse == false { step = gap.index[0] }
        if isReverse == false { (batch, unit) = (gap.index[1], gap.index[2]) }
    }

    /// A gradient of weights or biases: its rows are the gates' units, one gate after another.
    private mutating func rows(_ operation: ProgramOperation, _ output: Int?, _ gap: TensorGap?, _ gates: [String]) {
        guard let gap, let output, output < operation.outputs.count, let rows = operation.outputs[output].shape.first,
            rows % gates.count == 0, operation.outputs[output].shape.count <= 2,
            operation.name == "aten::mkldnn_rnn_layer_backward" ? (1...4).contains(output) : true,
            operation.inputs.isEmpty || operation.outputs[output].shape.count == 2
                || operation.name.hasSuffix("backward")
        else { return }
        let units = rows / gates.count
        (gate, unit, gateBy) = (gates[gap.index[0] / units], gap.index[0] % units, .column)
    }

    /// The cell in single operations: a product for all steps with the input's weights, then for each step one with the state's.
    private mutating func single(
        _ operation: ProgramOperation, _ call: [ProgramOperation], _ gap: TensorGap?, _ gates: [String],
        _ weights: WeightName?
    ) {
        let sameWeights = call.filter { $0.weightName == weights && $0.index < operation.index }
        if let own = operation.weightName {
            guard let gap, let width = operation.outputs.first?.shape.last, width % gates.count == 0 else { return }
            let (row, column) = (gap.element / width, gap.element % width)
            let units = width / gates.count
            (gate, unit, gateBy) = (gates[column / units], column % units, .column)
            if own.isOfState {
                (step, batch) = (sameWeights.count, row)
            } else if let rows = call.first(where: { $0.weightName?.isOfState == true })?.outputs.first?.shape.first {
                (step, batch) = (row / rows, row % rows)
            }
            return
        }
        guard weights?.isOfState == true, let last = sameWeights.last else { return }
        step = sameWeights.count - 1
        if let gap, gap.index.count == 2 { (batch, unit) = (gap.index[0], gap.index[1]) }
        let activations = call.filter { $0.index > last.index && $0.isActivation }
        guard let place = activations.firstIndex(where: { $0.index >= operation.index }) ?? activations.indices.last,
            operation.isActivation, place < gates.count
        else { return }
        (gate, gateBy) = (gates[place], .operation)
    }
}

/// What the name of a recurrent module's parameter says: `weight_hh_l0_reverse`.
struct WeightName: Equatable {
    let layer: Int
    let isReverse: Bool
    /// W_hh, not W_ih.
    let isOfState: Bool

    init?(_ parameter: String) {
        guard let name = parameter.split(separator: ".").last else { return nil }
        let parts = name.split(separator: "_")
        guard parts.count >= 3, parts[0] == "weight", parts[1] == "ih" || parts[1] == "hh", parts[2].first == "l",
            let layer = Int(parts[2].dropFirst())
        else { return nil }
        self.layer = layer
        isReverse = parts.count > 3 && parts[3] == "reverse"
        isOfState = parts[1] == "hh"
    }
}

extension ProgramOperation {
    /// The weights of a recurrent module that it reads; nil where it reads none.
    var weightName: WeightName? { inputs.lazy.compactMap { $0.parameter.flatMap(WeightName.init) }.first }

    fileprivate var isActivation: Bool {
        ["aten::sigmoid", "aten::sigmoid_", "aten::tanh", "aten::tanh_", "aten::relu", "aten::relu_"].contains(name)
    }
}

extension RecurrentPlace: JSONRepresentable {
    /// Null for what is not known.
    public var json: JSONValue {
        [
            "layer": layer, "reverse": isReverse, "step": step, "batch": batch, "unit": unit, "gate": gate,
            "gateBy": gateBy?.rawValue, "fromContract": fromContract,
        ]
    }
}
