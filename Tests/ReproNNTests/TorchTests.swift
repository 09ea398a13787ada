import ReproFormats
import ReproNN
import ReproNumerics
import Testing

/// Layers against PyTorch in binary64 (`Tests/Fixtures/torch_vectors.py`).
///
/// Our greatest error in a tensor stays within four times PyTorch's own in binary32, or four units of rounding of the
/// tensor's greatest element where PyTorch was lucky. Forward values have errors of the same size as PyTorch's; see
/// `exceptions` for what is known of gradients.
@Suite struct TorchTests {
    private struct Ratio {
        let value: Double
        let error: Double
        let torchError: Double
        let what: String
    }

    /// The tensors of the vectors that do not keep the bound of 4, each with its own. Every one has to need it.
    ///
    /// - The gradient of a GRU's state is a chain that starts at the gradient from above (contract, section 7), so that
    ///   each of its 3·H terms rounds at the size of that. PyTorch sums the terms from 0 and adds the gradient from above
    ///   last. With 40 units `h_0` is off by 3.7 to 9 times PyTorch's error over ten other draws of the same sizes, here by
    ///   12; the two sums in isolation have a ratio of 4.6. It is the rule's doing: the code follows the rule bit for bit
    ///   (`RecurrentContractTests`).
    /// - Gradients of biases of three elements scatter: `b_ih` and `b_hh` of an RNN have one and the same gradient, and
    ///   PyTorch's errors of the two differ by a factor of 6. Of ten other draws of all cases, 1 tensor in 80 is above 4.
    private static let exceptions: [String: Double] = [
        "35/grad.h_0": 16, "20/grad.bias_hh_l1_reverse": 6, "12/grad.bias_hh_l1_reverse": 5,
    ]

    @Test func forwardValuesAndEveryGradientAgreeWithPyTorch() throws {
        let file = try SafetensorsFile(path: try vector("torch-layers.safetensors"))
        let text = try #require(file.metadata.first { $0.key == "cases" }?.value.string)
        let cases = try #require(try JSONValue.parse(text, path: "cases").elements)
        #expect(cases.count >= 40)
        let engine = try engine(.best, workers: 2)
        var ratios: [Ratio] = []
        var exceptions: Set<String> = []
        for (number, json) in cases.enumerated() {
            let one = try TorchCase(json, number: number, file: file)
            for (name, found) in try one.results(engine) {
                let (expected, shape) = try one.expected(name)
                try #require(found.shape == shape, "case \(number) \(name)")
                let torchError = try #require(json["errors"]?[name]?.double, "case \(number): no error of \(name)")
                let error =
                    zip(found.elements, expected)
                    .map { $0.isFinite ? (Double($0) - $1).magnitude : .infinity }.max() ?? 0
                let unit = 0x1p-24 * (expected.map(\.magnitude).max() ?? 0)
                let bound = max(torchError, unit)
                let ratio = error == 0 ? 0 : error / bound
                let what = "case \(number) \(one.title) \(name)"
                ratios.append(Ratio(value: ratio, error: error, torchError: torchError, what: what))
                let exception = Self.exceptions["\(number)/\(name)"]
                if exception != nil { exceptions.insert("\(number)/\(name)") }
                #expect(exception == nil || ratio > 4, "\(what): no longer an exception, \(ratio)")
                #expect(
                    ratio <= exception ?? 4,
                    "case \(number) \(one.title), \(name): error \(error), PyTorch's \(torchError), unit \(unit)")
            }
        }
        #expect(ratios.count > 400)
        #expect(exceptions == Set(Self.exceptions.keys))
        print("greatest errors over PyTorch's, of \(ratios.count) tensors:")
        for ratio in ratios.sorted(by: { $0.value > $1.value }).prefix(5) {
            print("  \(ratio.value): \(ratio.what), error \(ratio.error), PyTorch's \(ratio.torchError)")
        }
    }
}

private struct TorchCase {
    let number: Int
    let title: String
    let file: SafetensorsFile
    let configuration: RecurrentConfiguration
    let lengths: [Int]?
    let batchless: Bool

    init(_ json: JSONValue, number: Int, file: SafetensorsFile) throws {
        let cell = try #require(json["cell"]?.string)
        let int = { (key: String) in try #require(json[key]?.int, "no \(key)") }
        self.number = number
        self.file = file
        configuration = RecurrentConfiguration(
            cell: try #require(Cell(rawValue: String(cell.prefix { $0 != "_" }))), inputSize: try int("inputs"),
            hiddenSize: try int("hidden"), layers: try int("layers"), bias: try #require(json["bias"]?.bool as Bool?),
            batchFirst: try #require(json["batch_first"]?.bool as Bool?), bidirectional: try int("directions") == 2,
            projectionSize: try int("projection"), nonlinearity: cell == "rnn_relu" ? .relu : .tanh)
        lengths = try json["lengths"]?.elements?.map { try #require($0.int) }
        batchless = try #require(json["batch"]).isNull
        title = "\(cell) \(configuration.inputSize) → \(configuration.hiddenSize)"
    }

    private func tensor(_ name: String) throws -> Tensor { try #require(try optional(name), "no \(number)/\(name)") }

    private func optional(_ name: String) throws -> Tensor? {
        guard file.entry(named: "\(number)/\(name)") != nil else { return nil }
        return try file.value(named: "\(number)/\(name)").tensor
    }

    func expected(_ name: String) throws -> (values: [Double], shape: [Int]) {
        let value = try file.value(named: "\(number)/expected.\(name)")
        let bits = try #require(value.integers)
        return (bits.map { Double(bitPattern: UInt64(bitPattern: $0)) }, value.shape)
    }

    func results(_ engine: Engine) throws -> [(String, Tensor)] {
        let parameters = try configuration.parameterShapes.map { Parameter(name: $0.name, value: try tensor($0.name)) }
        let weights = Recurrent(configuration, parameters: parameters).weights(for: engine, backward: true)
        let (h, c) = (try optional("h_0"), try optional("c_0"))
        let (output, tape) = try Recurrent.forwardForTraining(
            try tensor("input"), lengths: lengths, initial: (h, c), weights: weights, engine: engine)
        let gradients = try Recurrent.backward(
            tape, output: try tensor("d.output"), hidden: try tensor("d.h_n"), cell: try optional("d.c_n"),
            batchless: batchless, engine: engine)
        var results = [("output", output.output), ("h_n", output.hidden)]
        if let cell = output.cell { results.append(("c_n", cell)) }
        results.append(("grad.input", gradients.input))
        if h != nil { results.append(("grad.h_0", gradients.hidden)) }
        if c != nil, let cell = gradients.cell { results.append(("grad.c_0", cell)) }
        return results + zip(parameters, gradients.parameters).map { ("grad." + $0.name, $1) }
    }
}
