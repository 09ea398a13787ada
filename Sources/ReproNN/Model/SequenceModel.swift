import ReproNumerics
import ReproRandom

/// Embeddings (where the input is tokens) → recurrent layers → linear: the model behind every trained experiment.
public struct SequenceModel: Sendable {
    /// What the model is made of.
    public let configuration: SequenceModelConfiguration
    /// `embedding.weight`, those of affixes, the recurrent layer's under its cell's name, `linear.weight`, `linear.bias`.
    public var parameters: [Parameter]

    /// Draws every parameter from its own stream.
    ///
    /// - Throws: `ParameterKeyCollision` where two names share a stream's key, before anything is drawn;
    ///   `FloatingPointFault`.
    public init(_ configuration: SequenceModelConfiguration, streams: RandomStreams) throws {
        self.configuration = configuration
        let prefix = configuration.recurrent.cell.rawValue + "."
        var names = configuration.recurrent.parameterNames.map { prefix + $0.description }
        if case .tokens = configuration.input { names.insert("embedding.weight", at: 0) }
        _ = try ParameterKeys(names: names + ["linear.weight", "linear.bias"])
        var parameters: [Parameter] = []
        if case .tokens(let vocabulary, let width) = configuration.input {
            let words = SequenceModelConfiguration.AffixTable(
                name: "embedding", vocabulary: vocabulary, features: width)
            for table in [words] + configuration.affixes {
                let name = table.name + ".weight"
                var weight = try streams.draw(parameter: name) {
                    try Initialization.embedding.tensor(shape: [table.vocabulary, table.features], from: &$0)
                }
                for column in 0..<table.features { weight[Embedding.paddingRow, column] = 0 }
                parameters.append(Parameter(name: name, value: weight))
            }
        }
        parameters += try Recurrent(configuration.recurrent, prefix: prefix, streams: streams).parameters
        let fanIn = configuration.readoutSize
        for (name, shape) in [
            ("linear.weight", [configuration.logitCount, fanIn]), ("linear.bias", [configuration.logitCount]),
        ] {
            let value = try streams.draw(parameter: name) {
                try Initialization.linear(fanIn: fanIn).tensor(shape: shape, from: &$0)
            }
            parameters.append(Parameter(name: name, value: value))
        }
        self.parameters = parameters
    }

    /// A model of parameters that are there already.
    ///
    /// - Precondition: they have the names, shapes and order of the configuration's own.
    package init(_ configuration: SequenceModelConfiguration, parameters: [Parameter]) {
        self.configuration = configuration
        self.parameters = parameters
    }

    /// The table of tokens; nil where the input is features.
    var embedding: Embedding? { tables.first?.embedding }

    /// The tables that a token's row is joined from, with the columns that each fills: tokens, then affixes.
    var tables: [(embedding: Embedding, columns: Range<Int>)] {
        guard case .tokens = configuration.input else { return [] }
        var first = 0
        return parameters.prefix(1 + configuration.affixes.count).map { parameter in
            let columns = first..<(first + parameter.value.shape[1])
            first = columns.upperBound
            return (Embedding(weight: parameter.value), columns)
        }
    }

    /// Where the recurrent layers' parameters stand among all.
    var recurrentParameters: Range<Int> {
        let first = tables.count
        return first..<(parameters.count - 2)
    }

    var linear: Linear {
        Linear(weight: parameters[parameters.count - 2].value, bias: parameters[parameters.count - 1].value)
    }

    /// The recurrent weights laid out for an engine; to be made again when parameters change.
    ///
    /// - Precondition: the engine's workers, which lay them out, are not at work for another thread.
    /// - Throws: `FloatingPointFault`.
    public func weights(for engine: Engine, backward: Bool) throws(FloatingPointFault) -> RecurrentWeights {
        try engine.verify()
        return RecurrentWeights(
            configuration.recurrent, parameters: parameters[recurrentParameters], engine: engine, backward: backward)
    }
}
