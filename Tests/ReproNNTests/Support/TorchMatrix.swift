import ReproFormats
import ReproNN
import ReproNumerics
import ReproRandom
import ReproTestSupport
import Testing

/// A file of `Tests/Fixtures/torch_matrix.py`: what PyTorch makes of recurrent layers, all elements or some of them.
struct TorchMatrix {
    let seed: UInt64
    let cases: [TorchCase]

    init(path: String) throws {
        let file = try SafetensorsFile(path: path)
        let text = { (key: String) in
            try #require(file.metadata.first { $0.key == key }?.value.string, "\(path): no \(key)")
        }
        let seed = try #require(UInt64(try text("seed")))
        self.seed = seed
        let elements = try #require(Int(try text("elements")))
        let described = try #require(try JSONValue.parse(try text("cases"), path: path).elements)
        cases = try described.enumerated().map { number, json in
            let bits = try #require(try file.value(named: String(number)).integers)
            return try TorchCase(
                json, number: number, seed: seed, elements: elements == 0 ? .max : elements, bits: bits)
        }
    }
}

/// One configuration, and PyTorch's results of it.
struct TorchCase {
    let number: Int
    /// Cell, layers, directions and sizes, for people.
    let title: String
    let cell: String
    let expected: [Expected]
    private let seed: UInt64
    private let configuration: RecurrentConfiguration
    private let lengths: [Int]?
    private let initial: Bool
    private let batch: Int?
    private let steps: Int

    struct Expected {
        let name: String
        let shape: [Int]
        /// |binary32 − binary64| of PyTorch, the greatest of the tensor.
        let torchError: Double
        let magnitude: Double
        /// The root of the mean square of binary32 − binary64 of PyTorch, over the whole tensor.
        let torchMean: Double
        /// Binary64 elements, and where they stand.
        let elements: [(offset: Int, value: Double)]
    }

    init(_ json: JSONValue, number: Int, seed: UInt64, elements: Int, bits: [Int64]) throws {
        let cell = try #require(json["cell"]?.string)
        let int = { (key: String) in try #require(json[key]?.int, "case \(number): no \(key)") }
        let flag = { (key: String) in try #require(json[key]?.bool as Bool?, "case \(number): no \(key)") }
        self.number = number
        self.seed = seed
        self.cell = cell
        let recurrence = try RecurrentConfiguration.recurrence(cell)
        configuration = RecurrentConfiguration(
            cell: recurrence.cell, inputSize: try int("inputs"),
            hiddenSize: try int("hidden"), layers: try int("layers"), bias: try flag("bias"),
            batchFirst: try flag("batch_first"), bidirectional: try int("directions") == 2,
            projectionSize: try int("projection"), nonlinearity: recurrence.nonlinearity)
        lengths = try json["lengths"]?.elements?.map { try #require($0.int) }
        initial = try flag("initial")
        batch = try #require(json["batch"]).int
        steps = try int("steps")
        title =
            "\(cell) \(batch.map { "\($0) × " } ?? "")\(steps) × \(configuration.inputSize) → "
            + "\(configuration.hiddenSize), \(configuration.layers)·\(configuration.directions)"
        var rest = bits[...]
        expected = try #require(json["results"]?.elements).map { result in
            let row = try #require(result.elements)
            let shape = try #require(row[1].elements).map { try #require($0.int) }
            let count = Tensor.count(of: shape)
            let kept = min(count, elements)
            let values = rest.prefix(kept)
            rest = rest.dropFirst(kept)
            try #require(values.count == kept, "case \(number): too few elements")
            return Expected(
                name: try #require(row[0].string), shape: shape, torchError: try #require(row[2].double),
                magnitude: try #require(row[3].double), torchMean: try #require(row[4].double),
                elements: values.enumerated().map { index, bits in
                    (index * count / kept, Double(bitPattern: UInt64(bitPattern: bits)))
                })
        }
        try #require(rest.isEmpty, "case \(number): too many elements")
    }

    /// A tensor that the case reads: drawn, not stored.
    private func draw(_ name: String, _ shape: [Int], scale: Double = 1) -> Tensor {
        random(shape, "torch/\(number)/\(name)", seed: seed, scale: Float(scale))
    }

    func results(_ engine: Engine) throws -> [(name: String, value: Tensor)] {
        let isLSTM = configuration.cell.hasCellState
        let sequences = batch.map { [$0] } ?? []
        let leading = configuration.batchFirst && batch != nil ? sequences + [steps] : [steps] + sequences
        let blocks = [configuration.layers * configuration.directions] + sequences
        let (stateShape, cellShape) = (blocks + [configuration.stateSize], blocks + [configuration.hiddenSize])
        let parameters = configuration.parameterShapes.map { name, shape in
            Parameter(name: name, value: draw(name, shape, scale: 1 / Double(configuration.hiddenSize).squareRoot()))
        }
        let h = initial ? draw("h_0", stateShape) : nil
        let c = initial && isLSTM ? draw("c_0", cellShape) : nil
        let module = Recurrent(configuration, parameters: parameters)
        let (output, tape) = try module.forwardForTraining(
            draw("input", leading + [configuration.inputSize]), lengths: lengths,
            initial: InitialStates(hidden: h, cell: c), weights: module.weights(for: engine, backward: true),
            engine: engine)
        let gradients = try module.backward(
            tape, output: draw("d.output", leading + [configuration.outputSize]), hidden: draw("d.h_n", stateShape),
            cell: isLSTM ? draw("d.c_n", cellShape) : nil, engine: engine)
        var results = [("output", output.output), ("h_n", output.hidden)]
        if let cell = output.cell { results.append(("c_n", cell)) }
        results.append(("grad.input", gradients.input!))
        if h != nil { results.append(("grad.h_0", gradients.hidden)) }
        if c != nil, let cell = gradients.cell { results.append(("grad.c_0", cell)) }
        return results + zip(parameters, gradients.parameters).map { ("grad." + $0.name, $1) }
    }
}
