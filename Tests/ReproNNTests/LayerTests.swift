import Foundation
import ReproFormats
import ReproNN
import ReproNumerics
import ReproRandom
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

    /// Step and exponential in every bit, which are products in one order; linear in a few, since PyTorch multiplies the
    /// last rate by a quotient and we interpolate anew.
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
                default:
                    options["total_iters"] == nil
                        ? .linear()
                        : .linear(
                            start: try #require(options["start_factor"]?.double),
                            end: try #require(options["end_factor"]?.double),
                            epochs: try #require(options["total_iters"]?.int))
                }
            for (epoch, rate) in try #require(json["rates"]?.elements).enumerated() {
                let (found, expected) = (schedule.rate(0.3, epoch: epoch), try #require(rate.double))
                let bound = kind == "linear" ? 0x1p-48 * expected : 0
                #expect((found - expected).magnitude <= bound, "\(schedule), epoch \(epoch)")
            }
        }
    }

    private static func document() throws -> JSONValue {
        let url = try #require(Bundle.module.url(forResource: "Vectors/torch-layers.json", withExtension: nil))
        return try JSONValue.read(path: url.path)
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
                : try Loss.crossEntropy(input, targets: targets, weight: weight, ignoreIndex: ignore, engine: engine)
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
                of: LSTM(
                    inputSize: inputs, hiddenSize: hidden, layers: 2, bias: options["bias"]?.bool ?? true,
                    batchFirst: batchFirst, bidirectional: true, projSize: options["proj_size"]?.int ?? 0,
                    streams: streams), engine)
        case "GRU":
            return try results(
                of: GRU(
                    inputSize: inputs, hiddenSize: hidden, layers: 2, batchFirst: batchFirst, bidirectional: true,
                    streams: streams), engine)
        case "RNN":
            let nonlinearity = try #require(options["nonlinearity"]?.string.flatMap { Nonlinearity(rawValue: $0) })
            return try results(
                of: RNN(
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
        var results = ["output": output.output, "h_n": output.hidden, "final": output.final()]
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

/// What holds in every bit.
@Suite struct LayerIdentityTests {
    private static func random(_ shape: [Int], key: UInt32 = 0, scale: Float = 1) -> Tensor {
        var stream = PCG64(seed: 33, .generatedData, key: key)
        return Tensor(
            shape: shape, elements: stream.uniforms(Tensor.count(of: shape), from: -1, to: 1).map { $0 * scale })
    }

    @Test func withoutWeightsCrossEntropyIsTheTrainingLoss() throws {
        let engine = try Engine(threads: 1)
        let logits = Self.random([50, 7], scale: 5)
        let targets = (0..<50).map { ($0 * 3) % 7 }
        let plain = try SequenceModelConfiguration.Head.softmax.loss(logits, targets: targets, engine: engine)
        let ones = Tensor(shape: [7], elements: [Float](repeating: 1, count: 7))
        for weight in [nil, ones] {
            let found = try Loss.crossEntropy(logits, targets: targets, weight: weight, engine: engine)
            #expect(found.value.isBitwiseEqual(to: plain.value))
            #expect(found.gradient.isBitwiseEqual(to: plain.gradient))
            let nll = try Loss.nll(
                LogSoftmax().forward(logits, engine: engine), targets: targets, weight: weight)
            #expect(nll.value.isBitwiseEqual(to: plain.value))
        }
    }

    @Test func ignoredRowsCountForNothing() throws {
        let engine = try Engine(threads: 1)
        let logits = Self.random([6, 4], scale: 3)
        let weight = Tensor(shape: [4], elements: [0.5, 2, 0, 1.25])
        let all = [1, -100, 3, 0, -100, 2]
        let counted = all.indices.filter { all[$0] >= 0 }
        let rows = Tensor(shape: [4, 4], elements: counted.flatMap { logits.slice($0).elements })
        let found = try Loss.crossEntropy(logits, targets: all, weight: weight, engine: engine)
        let expected = try Loss.crossEntropy(rows, targets: counted.map { all[$0] }, weight: weight, engine: engine)
        #expect(found.value.isBitwiseEqual(to: expected.value))
        for (place, row) in counted.enumerated() {
            #expect(found.gradient.slice(row).isBitwiseEqual(to: expected.gradient.slice(place)))
        }
        for row in [1, 4] { #expect(found.gradient.slice(row).elements.allSatisfy { $0.bitPattern == 0 }) }
    }

    @Test func aMeanOverNothingIsAnError() throws {
        let engine = try Engine(threads: 1)
        let logits = Self.random([2, 3])
        let weight = Tensor(shape: [3], elements: [0, 1, 1])
        #expect(throws: NothingCounted(targetCount: 2)) {
            try Loss.crossEntropy(logits, targets: [-100, -100], engine: engine)
        }
        #expect(throws: NothingCounted(targetCount: 2)) { try Loss.nll(logits, targets: [1, 1], ignoreIndex: 1) }
        #expect(throws: NothingCounted(targetCount: 2)) {
            try Loss.crossEntropy(logits, targets: [0, 0], weight: weight, engine: engine)
        }
        let none = Tensor(zeros: [0])
        #expect(throws: NothingCounted(targetCount: 0)) {
            try Loss.binaryCrossEntropyWithLogits(none, targets: none, engine: engine)
        }
    }

    @Test func binaryCrossEntropyOfOneLogitPerRowIsTheTrainingLoss() throws {
        let engine = try Engine(threads: 1)
        let logits = Self.random([40, 1], scale: 8)
        let targets = (0..<40).map { ($0 / 3) % 2 }
        let plain = try SequenceModelConfiguration.Head.sigmoid.loss(logits, targets: targets, engine: engine)
        let found = try Loss.binaryCrossEntropyWithLogits(
            logits, targets: Tensor(shape: [40, 1], elements: targets.map { Float($0) }), engine: engine)
        #expect(found.value.isBitwiseEqual(to: plain.value))
        #expect(found.gradient.isBitwiseEqual(to: plain.gradient))
    }

    @Test func dropoutKeepsWhereTheDrawIsAtLeastItsProbability() {
        let input = Self.random([4, 25], key: 4)
        let before = PCG64(seed: 6, .dropout, key: 0)
        for probability in [0.1, 0.5, 1] {
            var stream = before
            let dropped = Dropout.forward(input, probability: probability, from: &stream)
            var expected = before
            let uniforms = expected.uniforms(100)
            #expect(stream.next64() == expected.next64(), "as many draws as elements")
            let gradient = Self.random([4, 25], key: 5)
            let back = Dropout.backward(gradient, dropped)
            for (index, u) in uniforms.enumerated() {
                let kept = u >= Float(probability)
                let factor = kept ? Float(1 / (1 - probability)) : 0
                #expect(
                    dropped.output.elements[index].bitPattern
                        == (kept ? input.elements[index] * factor : 0).bitPattern)
                #expect(
                    back.elements[index].bitPattern == (kept ? gradient.elements[index] * factor : 0).bitPattern)
            }
        }
        var stream = before
        let whole = Dropout.forward(input, probability: 0, from: &stream)
        #expect(whole.output.isBitwiseEqual(to: input) && Dropout.backward(input, whole).isBitwiseEqual(to: input))
        var untouched = before
        #expect(stream.next64() == untouched.next64(), "p = 0 draws nothing")
    }

    /// The contract's sentences as a loop that shares nothing with the layer. Its fma goes by way of binary64, which holds
    /// every step before the rounding: with inputs that are multiples of 2^-8 and a mean over 8, differences are multiples
    /// of 2^-11 below 2, and the chain of their squares of 2^-22 below 32.
    @Test func layerNormIsTheContractsLoop() throws {
        let x = Self.random([3, 8]).elements.map { ($0 * 256).rounded() / 256 }
        let (output, _) = try LayerNorm().forward(Tensor(shape: [3, 8], elements: x))
        for row in 0..<3 {
            let values = Array(x[(row * 8)..<(row * 8 + 8)])
            let mean = values.reduce(Float(0), +) / 8
            let differences = values.map { $0 - mean }
            var squares: Float = 0
            for d in differences { squares = Float(Double(squares) + Double(d) * Double(d)) }
            let deviation = (squares / 8 + Float(1e-5)).squareRoot()
            #expect(differences.map { $0 / deviation } == output.slice(row).elements)
        }
    }

    @Test func layerNormNamesWhatDoesNotFit() throws {
        let input = Self.random([2, 3])
        #expect(throws: ShapeError.self) { try LayerNorm().forward(Tensor(zeros: [])) }
        #expect(throws: ShapeError.self) { try LayerNorm(weight: Tensor(zeros: [2])).forward(input) }
        #expect(throws: ShapeError.self) { try LayerNorm(bias: Tensor(zeros: [3])).forward(input) }
        let (_, tape) = try LayerNorm().forward(input)
        #expect(throws: ShapeError.self) { try LayerNorm().backward(Tensor(zeros: [3, 2]), tape) }
    }
}

/// The option `schedule` of an experiment.
@Suite struct ScheduleOptionTests {
    private static func text(_ schedule: String) -> String {
        """
        {"name": "s", "task": "tagging", "data": {"format": "roman"}, "model": {"hidden": 2, "embedding": 2},
         "training": {"optimizer": "sgd", "learningRate": 0.5, "batchSize": 4000, "epochs": 3\(schedule)}}
        """
    }

    private static func experiment(_ schedule: String) throws -> Experiment {
        try Experiment.decode(try JSONValue.parse(Array(text(schedule).utf8), path: "s.json"), path: "s.json")
            .experiment
    }

    @Test func aScheduleReadsBackAsItWasWritten() throws {
        for (text, expected) in [
            ("{\"kind\": \"step\", \"every\": 2, \"factor\": 0.5}", Schedule.step(every: 2, factor: 0.5)),
            ("{\"kind\": \"step\", \"every\": 2}", .step(every: 2, factor: 0.1)),
            ("{\"kind\": \"exponential\", \"factor\": 0.9}", .exponential(factor: 0.9)),
            ("{\"kind\": \"linear\"}", .linear(start: 1.0 / 3, end: 1, epochs: 5)),
            (
                "{\"kind\": \"linear\", \"start\": 1, \"end\": 0, \"epochs\": 9}",
                .linear(start: 1, end: 0, epochs: 9)
            ),
        ] {
            let experiment = try Self.experiment(", \"schedule\": " + text)
            #expect(experiment.training?.schedule == expected)
            #expect(try Experiment.decode(experiment.json, path: "again").experiment == experiment)
        }
    }

    @Test func withoutAScheduleNoneIsWritten() throws {
        let plain = try Self.experiment("")
        #expect(plain.training?.schedule == nil)
        #expect(try Self.experiment(", \"schedule\": null") == plain)
        #expect(plain.json["training"]?["schedule"] == nil)
        #expect(plain.json["training"]?.members?.last?.key == "shards")
    }

    @Test func aScheduleThatCannotBeIsRefused() throws {
        for text in [
            "{}", "{\"kind\": \"cosine\"}", "{\"kind\": \"step\"}", "{\"kind\": \"step\", \"every\": 0}",
            "{\"kind\": \"exponential\"}", "{\"kind\": \"exponential\", \"factor\": -1}",
            "{\"kind\": \"exponential\", \"factor\": 0.5, \"every\": 2}", "{\"kind\": \"linear\", \"epochs\": 0}", "2",
        ] {
            do {
                _ = try Self.experiment(", \"schedule\": " + text)
                Issue.record("\(text) was accepted")
            } catch let error as FormatError {
                #expect(error.key?.hasPrefix("training.schedule") ?? false, "\(text): \(error)")
            }
        }
    }

    /// One step per epoch: the first epoch's parameters are those without a schedule, the second's are not; a factor of 1
    /// changes nothing.
    @Test func aRunTakesEachEpochsRate() throws {
        let engine = try Engine(threads: 1)
        let plain = try Self.experiment("").run(seed: 1, engine: engine).trace
        let same = try Self.experiment(", \"schedule\": {\"kind\": \"exponential\", \"factor\": 1}")
            .run(seed: 1, engine: engine).trace
        #expect(same.root == plain.root)
        let halved = try Self.experiment(", \"schedule\": {\"kind\": \"step\", \"every\": 1, \"factor\": 0.5}")
            .run(seed: 1, engine: engine).trace
        let names = plain.stages.map(\.name)
        for (index, name) in names.enumerated() {
            let equal = halved.stages[index].digest == plain.stages[index].digest
            let early = index < names.firstIndex(of: "step 000001")!
            #expect(equal == early, "\(name)")
        }
    }
}
