import CRepro
import ReproNN
import ReproNumerics

// Reads what a recurrent pass is given: the module, its parameters, and the axes of its rows.

extension repro_recurrent {
    /// The options, each within its range.
    func configuration(batchFirst: Bool) throws -> RecurrentConfiguration {
        let (recurrence, nonlinearity): (Cell, Nonlinearity) =
            switch Int(cell) {
            case REPRO_CELL_LSTM: (.lstm, .tanh)
            case REPRO_CELL_GRU: (.gru, .tanh)
            case REPRO_CELL_RNN_TANH: (.rnn, .tanh)
            case REPRO_CELL_RNN_RELU: (.rnn, .relu)
            default: throw Refusal.argument("cell is \(cell); expected REPRO_CELL_LSTM … REPRO_CELL_RNN_RELU")
            }
        let hidden = try size(hidden_size, "hidden_size")
        let projection = try size(projection_size, "projection_size", least: 0)
        guard projection == 0 || (recurrence == .lstm && projection < hidden) else {
            throw Refusal.argument(
                "projection_size is \(projection); expected 0, or of an LSTM a size below its hidden_size \(hidden)")
        }
        return RecurrentConfiguration(
            cell: recurrence, inputSize: try size(input_size, "input_size"), hiddenSize: hidden,
            layers: try size(layers, "layers"), bias: try flag(bias, "bias"), batchFirst: batchFirst,
            dropout: try number(dropout, "dropout", in: 0...1),
            bidirectional: try flag(bidirectional, "bidirectional"), projectionSize: projection,
            nonlinearity: nonlinearity)
    }
}

extension Recurrent {
    /// The module of a caller's parameters, read where they stand.
    init(_ configuration: RecurrentConfiguration, _ inputs: UnsafeBufferPointer<repro_input>) throws {
        let kinds = configuration.parameterKinds.count
        let expected = configuration.layers * configuration.directions * kinds
        guard inputs.count == expected else {
            throw Refusal.argument(
                "parameters are \(inputs.count); expected \(expected): \(kinds) for each of \(configuration.layers) layers "
                    + "and \(configuration.directions) directions")
        }
        self.init(
            configuration,
            parameters: try zip(inputs, configuration.parameterNames).enumerated().map { index, pair in
                Parameter(
                    name: "", value: try pair.0.tensor("parameters[\(index)]", configuration.shape(of: pair.1)))
            })
    }
}

extension repro_recurrent_forward_call {
    /// How the rows stand, and which of them are valid.
    func sequences(_ configuration: RecurrentConfiguration) throws -> SequenceShape {
        let module = configuration.cell.moduleName
        let (steps, batch) = (try size(steps, "steps"), try size(batch, "batch"))
        let features = configuration.inputSize
        let lengths =
            self.lengths.isAbsent
            ? nil : try self.lengths.values("lengths", allowed: "1 … \(steps)") { 1...steps ~= $0 }
        guard let lengths else {
            guard layout != Int64(REPRO_PACKED) else { throw Refusal.argument("lengths are absent of packed rows") }
            return try SequenceShape(
                configuration.batchFirst ? [batch, steps, features] : [steps, batch, features],
                batchFirst: configuration.batchFirst, features: features, module: module)
        }
        guard lengths.count == batch else {
            throw Refusal.argument("lengths are \(lengths.count); expected \(batch), one for each sequence")
        }
        if layout == Int64(REPRO_PACKED) {
            guard lengths.max() == steps else {
                throw Refusal.argument("steps are \(steps); expected the greatest length, \(lengths.max() ?? 0)")
            }
            return try SequenceShape(
                packed: [lengths.reduce(0, +), features], lengths: lengths, features: features, module: module)
        }
        return try SequenceShape(
            configuration.batchFirst ? [batch, steps, features] : [steps, batch, features],
            batchFirst: configuration.batchFirst, lengths: lengths, features: features, module: module)
    }
}

extension RecurrentConfiguration {
    /// The shapes of final states: `[L·D, B, S]` and, of an LSTM, `[L·D, B, H]`.
    func states(_ sequences: SequenceShape) -> (hidden: [Int], cell: [Int]?) {
        let blocks = layers * directions
        return (
            sequences.states(blocks: blocks, width: stateSize),
            cell.hasCellState ? sequences.states(blocks: blocks, width: hiddenSize) : nil
        )
    }
}

/// Refuses what a cell without c cannot have.
func refuse(_ isAbsent: Bool, _ name: String, of configuration: RecurrentConfiguration) throws {
    guard isAbsent || configuration.cell.hasCellState else {
        throw Refusal.argument("\(name) is given; a \(configuration.cell.moduleName) keeps h alone")
    }
}
