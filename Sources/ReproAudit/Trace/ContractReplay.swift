import ReproFormats

/// What one direction of a recurrent layer was given, row-major, in PyTorch's layouts.
public struct LayerInputs: Sendable, Equatable {
    /// Steps, rows of the batch, inputs and hidden units.
    public let steps: Int, batch: Int, inputs: Int, hidden: Int
    /// x, `[T, B, I]`.
    public let input: [Float]
    /// W_ih `[4H, I]`, W_hh `[4H, H]`, b_ih and b_hh `[4H]`; rows in the order i f g o.
    public let weights: [[Float]]
    /// h and c before the first step, `[B, H]`.
    public let states: [[Float]]
    /// Whether the steps are taken from the last position to the first.
    public let isReverse: Bool
}

/// Computes h of every step, `[T, B, H]`, under the numerical contract. The command passes the engine in.
public typealias ContractReplay = @Sendable (LayerInputs) throws -> [Float]

extension OperationFinding {
    /// Adds how far the first h that differs is, in each run, from what the contract gives for the same inputs.
    ///
    /// - Throws: `FormatError` for kept tensors that cannot be read, and what the replay throws.
    public mutating func add(
        _ capsule: OperationCapsule, _ a: TracedRun, _ b: TracedRun, replay: ContractReplay
    ) throws {
        guard recurrent != nil, let gap, let layer = try capsule.layerInputs(in: a),
            let own = try capsule.operation.outputs.first.flatMap({ try a.floats($0) }),
            let other = try capsule.other.outputs.first.flatMap({ try b.floats($0) })
        else { return }
        let contract = try replay(layer)
        guard contract.count == own.count, own.count == other.count, output == 0 else { return }
        recurrent?.fromContract = [own, other].compactMap {
            NumberType.float32.ulp(
                UInt64($0[gap.element].bitPattern), UInt64(contract[gap.element].bitPattern))
        }
    }
}

extension OperationCapsule {
    /// The inputs of an LSTM layer with biases that oneDNN computed in binary32; nil for every other operation.
    func layerInputs(in run: TracedRun) throws(FormatError) -> LayerInputs? {
        let inputs = operation.inputs
        guard operation.name == "aten::mkldnn_rnn_layer", operation.kind == "LSTM", inputs.count == 7,
            inputs[0].shape.count == 3, let hidden = inputs[2].shape.last, inputs[1].shape.first == 4 * hidden,
            inputs[3].shape == [4 * hidden]
        else { return nil }
        var tensors: [[Float]] = []
        for input in inputs {
            guard let floats = try run.floats(input) else { return nil }
            tensors.append(floats)
        }
        return LayerInputs(
            steps: inputs[0].shape[0], batch: inputs[0].shape[1], inputs: inputs[0].shape[2], hidden: hidden,
            input: tensors[0], weights: Array(tensors[1...4]), states: Array(tensors[5...6]), isReverse: isReverse)
    }
}

extension TracedRun {
    /// The numbers of a kept binary32 tensor; nil for every other.
    func floats(_ tensor: TracedTensor) throws(FormatError) -> [Float]? {
        guard tensor.type == NumberType.float32.rawValue, let bytes = try bytes(of: tensor) else { return nil }
        return stride(from: 0, to: bytes.count, by: 4).map { place in
            let bits = (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[place + $1]) << UInt32(8 * $1) }
            return Float(bitPattern: bits)
        }
    }
}
