import ReproFormats
import ReproNN
import ReproNumerics
import ReproRandom
import ReproTestSupport
import ReproTraining
import Testing

/// Layers, losses and modules against PyTorch in binary64 (`Tests/Fixtures/torch_layers.py`).
///
/// Our greatest error in a result stays within four times PyTorch's own in binary32, or four units of rounding (2^-24) of
/// the result's greatest element where PyTorch was lucky.
@Suite struct LayerTorchTests {
    @Test func everyResultAgreesWithPyTorch() throws {
        let document = try Self.document()
        let cases = try #require(document["cases"]?.elements)
        #expect(cases.count >= 30)
        let engine = try Engine(threads: 1)
        var worst = (ratio: 0.0, what: "")
        var compared = 0
        for (number, json) in cases.enumerated() {
            let one = try LayerCase(json)
            var found = try one.results(engine)
            for expected in try #require(json["results"]?.elements) {
                let name = try #require(expected["name"]?.string)
                let title = "case \(number), \(one.layer), \(name)"
                let result = found.removeValue(forKey: name)
                let tensor = try #require(result, "\(title) is missing")
                let shape = try LayerCase.shape(expected)
                #expect(tensor.shape == shape, "\(title)")
                let values = try LayerCase.values(expected)
                let unit = 0x1p-24 * (values.map(\.magnitude).max() ?? 0)
                let bound = max(try #require(expected["error"]?.double), unit)
                let error = zip(tensor.elements, values).map { (Double($0) - $1).magnitude }.max() ?? .infinity
                #expect(error <= 4 * bound, "\(title): error \(error), bound \(bound)")
                if bound > 0, error / bound > worst.ratio { worst = (error / bound, title) }
                compared += 1
            }
            #expect(found.isEmpty, "case \(number): PyTorch gave no \(found.keys.sorted())")
        }
        print("\(compared) results; the worst is \(worst.ratio) of the bound's unit, of 4: \(worst.what)")
    }

    /// Step and exponential in every bit, which are products in one order; linear and cosine in a few, since PyTorch
    /// multiplies the last rate by a quotient and we interpolate anew. Near its end PyTorch's cosine keeps what it has lost.
    @Test func schedulesSetPyTorchsRates() throws {
        for json in try #require(try Self.document()["schedules"]?.elements) {
            let options = try #require(json["options"])
            let kind = try #require(json["kind"]?.string)
            let schedule: Schedule =
                switch kind {
                case "step":
                    .step(
                        every: try #require(options["step_size"]?.int), factor: options["gamma"]?.double ?? 0.1)
                case "exponential": .exponential(factor: try #require(options["gamma"]?.double))
                case "cosine":
                    .cosine(
                        epochs: try #require(options["T_max"]?.int), end: (options["eta_min"]?.double ?? 0) / 0.3)
                default:
                    options["total_iters"] == nil
                        ? .linear()
                        : .linear(
                            start: try #require(options["start_factor"]?.double),
                            end: try #require(options["end_factor"]?.double),
                            epochs: try #require(options["total_iters"]?.int))
                }
            for (epoch, rate) in try #require(json["rates"]?.elements).enumerated() {
                let (found, expected) = (try schedule.rate(0.3, epoch: epoch), try #require(rate.double))
                let bound = kind == "linear" ? 0x1p-48 * expected : kind == "cosine" ? 0x1p-48 * 0.3 : 0
                #expect((found - expected).magnitude <= bound, "\(schedule), epoch \(epoch)")
            }
        }
    }

    private static func document() throws -> JSONValue {
        try JSONValue.read(path: vectors.path("torch-layers.json"))
    }
}

/// One case of the vectors.
private struct LayerCase {
    let layer: String
    private let options: JSONValue
    private let read: [String: Tensor]

    init(_ json: JSONValue) throws {
        layer = try #require(json["layer"]?.string)
        options = try #require(json["options"])
        var read: [String: Tensor] = [:]
        for one in try #require(json["read"]?.elements) {
            let elements = try Self.values(one).map { Float($0) }
            read[try #require(one["name"]?.string)] = Tensor(shape: try Self.shape(one), elements: elements)
        }
        self.read = read
    }

    static func shape(_ json: JSONValue) throws -> [Int] {
        try #require(json["shape"]?.elements).map { try #require($0.int) }
    }

    static func values(_ json: JSONValue) throws -> [Double] {
        try #require(json["values"]?.elements).map { try #require($0.double) }
    }

    private func tensor(_ name: String) throws -> Tensor { try #require(read[name], "\(layer) reads no \(name)") }

    func results(_ engine: Engine) throws -> [String: Tensor] {
        switch layer {
        case "log_softmax":
            let output = try LogSoftmax().forward(try tensor("input"), engine: engine)
            let gradient = try LogSoftmax().backward(try tensor("d.output"), output: output, engine: engine)
            return ["output": output, "grad.input": gradient]
        case "sigmoid":
            let output = try Sigmoid().forward(try tensor("input"), engine: engine)
            return ["output": output, "grad.input": try Sigmoid().backward(try tensor("d.output"), output: output)]
        case "nll", "cross_entropy":
            let targets = try #require(options["targets"]?.elements).map { try #require($0.int) }
            let ignore = try #require(options["ignore_index"]?.int)
            let (input, weight) = (try tensor("input"), read["weight"])
            let loss =
                layer == "nll"
                ? try Loss.nll(input, targets: targets, weight: weight, ignoreIndex: ignore)
                : try Loss.crossEntropy(
                    input, targets: targets, weight: weight, labelSmoothing: options["label_smoothing"]?.double ?? 0,
                    ignoreIndex: ignore, engine: engine)
            return ["loss": loss.value, "grad.input": loss.gradient]
        case "mse":
            let loss = try Loss.meanSquaredError(try tensor("input"), targets: try tensor("targets"))
            return ["loss": loss.value, "grad.input": loss.gradient]
        case "bce_with_logits":
            let loss = try Loss.binaryCrossEntropyWithLogits(
                try tensor("input"), targets: try tensor("targets"), posWeight: read["pos_weight"], engine: engine)
            return ["loss": loss.value, "grad.input": loss.gradient]
        case "layer_norm":
            let norm = LayerNorm(
                weight: read["weight"], bias: read["bias"], epsilon: try #require(options["eps"]?.double))
            let (output, tape) = try norm.forward(try tensor("input"))
            let gradients = try norm.backward(try tensor("d.output"), tape)
            var results = ["output": output, "grad.input": gradients.input]
            results["grad.weight"] = gradients.weight
            results["grad.bias"] = gradients.bias
            return results
        default: return try moduleResults(engine)
        }
    }

    private func moduleResults(_ engine: Engine) throws -> [String: Tensor] {
        let (inputs, hidden) = (try #require(options["input_size"]?.int), try #require(options["hidden_size"]?.int))
        let batchFirst = options["batch_first"]?.bool ?? false
        let streams = RandomStreams(seed: 0)
        switch layer {
        case "LSTM":
            return try results(
                of: try LSTM(
                    inputSize: inputs, hiddenSize: hidden, layers: 2, bias: options["bias"]?.bool ?? true,
                    batchFirst: batchFirst, bidirectional: true, projSize: options["proj_size"]?.int ?? 0,
                    streams: streams), engine)
        case "GRU":
            return try results(
                of: try GRU(
                    inputSize: inputs, hiddenSize: hidden, layers: 2, batchFirst: batchFirst, bidirectional: true,
                    streams: streams), engine)
        case "RNN":
            let nonlinearity = try #require(options["nonlinearity"]?.string.flatMap { Nonlinearity(rawValue: $0) })
            return try results(
                of: try RNN(
                    inputSize: inputs, hiddenSize: hidden, layers: 2, nonlinearity: nonlinearity,
                    batchFirst: batchFirst, bidirectional: true, streams: streams), engine)
        default:
            Issue.record("nothing is known of \(layer)")
            return [:]
        }
    }

    /// With PyTorch's parameters by name; the gradient of the final representation goes into h_n's last two rows.
    private func results(of fresh: some RecurrentModule, _ engine: Engine) throws -> [String: Tensor] {
        var module = fresh
        for index in module.parameters.indices {
            module.parameters[index].value = try tensor(module.parameters[index].name)
        }
        let lengths = try options["lengths"]?.elements?.map { try #require($0.int) }
        let (output, tape) = try module.forwardForTraining(
            try tensor("input"), hidden: try tensor("h_0"), cell: read["c_0"], lengths: lengths, engine: engine)
        var states = try tensor("d.h_n")
        let final = try tensor("d.final")
        let (rows, size) = (states.shape[0], output.stateSize)
        for sequence in 0..<states.shape[1] {
            for unit in 0..<size {
                states[rows - 2, sequence, unit] += final[sequence, unit]
                states[rows - 1, sequence, unit] += final[sequence, size + unit]
            }
        }
        let gradients = try module.backward(
            tape, output: try tensor("d.output"), hidden: states, cell: read["d.c_n"], engine: engine)
        var results = ["output": output.output, "h_n": output.hidden, "final": try output.final()]
        results["c_n"] = output.cell
        results["grad.input"] = gradients.input
        results["grad.h_0"] = gradients.hidden
        results["grad.c_0"] = gradients.cell
        for (parameter, gradient) in zip(module.parameters, gradients.parameters) {
            results["grad." + parameter.name] = gradient
        }
        return results
    }
}
