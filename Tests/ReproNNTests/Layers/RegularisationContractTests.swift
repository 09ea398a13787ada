import ReproFormats
import ReproNN
import ReproNumerics
import ReproRandom
import ReproTestSupport
import ReproTrace
import ReproTraining
import Testing

/// Activations, regularisation and normalisation layers, losses with weights and schedules against the second implementation, bit
/// for bit.
@Suite struct RegularisationContractTests {
    @Test func activations() throws {
        let cases = try ContractVectors().cases("activations", atLeast: 6)
        try forEachEngine { engine, context in
            for one in cases {
                let shape = [try one.int("rows"), try one.int("classes")]
                let (x, d) = (one.draw("x", shape, scale: try one.number("scale")), one.draw("d", shape))
                let softmax = try one.text("function") == "log_softmax"
                let y = try softmax ? LogSoftmax().forward(x, engine: engine) : Sigmoid().forward(x, engine: engine)
                let dx =
                    try softmax
                    ? LogSoftmax().backward(d, output: y, engine: engine) : Sigmoid().backward(d, output: y)
                try expect(
                    [("y", .floats(y)), ("grad.x", .floats(dx))], equal: one.results,
                    "activations/\(one.number), \(context)")
            }
        }
    }

    @Test func dropout() throws {
        let hashing = Hashing()
        for one in try ContractVectors().cases("dropout", atLeast: 4) {
            let key = UInt32(one.number)
            var stream = PCG64(seed: one.seed, .dropout, key: key)
            let (shape, probability) = (try one.ints("shape"), try one.number("probability"))
            let dropped = try Dropout.forward(one.draw("x", shape), probability: probability, from: &stream)
            try expect(
                [
                    ("y", .floats(dropped.output)),
                    ("grad.x", .floats(try Dropout.backward(one.draw("d", shape), dropped))),
                ], equal: one.results, "dropout/\(one.number)")
            let after = StreamState(
                domain: 3, key: key, state: stream.state, increment: stream.inc,
                buffered: stream.hasUInt32 ? stream.uinteger : nil)
            #expect(hashing.streams(probability > 0 ? [after] : []).hexadecimal == (try one.text("streams")))
        }
    }

    @Test func layerNorm() throws {
        for one in try ContractVectors().cases("layer_norm", atLeast: 6) {
            let shape = try one.ints("shape")
            let draw = { (name: String) in try one.flag(name) ? one.draw(name, [shape.last!]) : nil }
            let layer = LayerNorm(
                weight: try draw("weight"), bias: try draw("bias"), epsilon: try one.number("epsilon"))
            let (output, tape) = try layer.forward(one.draw("x", shape, scale: try one.number("scale")))
            let gradients = try layer.backward(one.draw("d", shape), tape)
            var found: [(String, Found)] = [("y", .floats(output)), ("grad.input", .floats(gradients.input))]
            if let weight = gradients.weight { found.append(("grad.weight", .floats(weight))) }
            if let bias = gradients.bias { found.append(("grad.bias", .floats(bias))) }
            try expect(found, equal: one.results, "layer_norm/\(one.number)")
        }
    }

    @Test func lossesWithWeightsAndIgnoredTargets() throws {
        let cases = try ContractVectors().cases("weighted_losses", atLeast: 8)
        try forEachEngine { engine, context in
            for one in cases {
                let (rows, classes) = (try one.int("rows"), try one.int("classes"))
                let logits = one.draw("logits", [rows, classes], scale: try one.number("scale"))
                let targets = one.picks("targets", rows, below: classes)
                let weight = try one.flag("weight") ? one.unit("weight", [classes]) : nil
                let ignored = try one.int("ignored")
                let loss = try Loss.crossEntropy(
                    logits, targets: targets, weight: weight, ignoreIndex: ignored, engine: engine)
                let nll = try Loss.nll(
                    LogSoftmax().forward(logits, engine: engine), targets: targets, weight: weight,
                    ignoreIndex: ignored)
                try expect(
                    [
                        ("loss", .floats(loss.value)), ("grad.logits", .floats(loss.gradient)),
                        ("nll", .floats(nll.value)), ("grad.log_probabilities", .floats(nll.gradient)),
                    ], equal: one.results, "weighted_losses/\(one.number), \(context)")
            }
        }
    }

    @Test func binaryLossesOverTensors() throws {
        let cases = try ContractVectors().cases("binary_losses", atLeast: 4)
        try forEachEngine { engine, context in
            for one in cases {
                let (shape, positive) = (try one.ints("shape"), try one.int("positive"))
                let loss = try Loss.binaryCrossEntropyWithLogits(
                    one.draw("logits", shape, scale: try one.number("scale")), targets: one.unit("targets", shape),
                    posWeight: positive > 0 ? one.unit("positive", [positive]) : nil, engine: engine)
                try expect(
                    [("loss", .floats(loss.value)), ("grad.logits", .floats(loss.gradient))], equal: one.results,
                    "binary_losses/\(one.number), \(context)")
            }
        }
    }

    @Test func schedules() throws {
        let cases = try #require(try ContractVectors().document["schedules"]?.elements)
        #expect(cases.count >= 6)
        for one in cases {
            let options = try #require(one["schedule"])
            let number = { (key: String) in try #require(options[key]?.double, "no \(key)") }
            let int = { (key: String) in try #require(options[key]?.int, "no \(key)") }
            let schedule: Schedule =
                switch try #require(options["kind"]?.string) {
                case "step": .step(every: try int("every"), factor: try number("factor"))
                case "exponential": .exponential(factor: try number("factor"))
                default: .linear(start: try number("start"), end: try number("end"), epochs: try int("epochs"))
                }
            let expected = try #require(one["rates"]?.string).split(separator: " ").map { UInt64($0, radix: 16) }
            let rate = try #require(one["rate"]?.double)
            #expect(expected.count == 40)
            #expect(try (0..<40).map { try schedule.rate(rate, epoch: $0).bitPattern } == expected, "\(schedule)")
        }
    }
}
