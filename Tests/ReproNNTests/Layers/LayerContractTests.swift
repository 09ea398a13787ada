import ReproFormats
import ReproNN
import ReproNumerics
import ReproTestSupport
import ReproTraining
import Testing

/// Every layer but the recurrent ones, losses, optimisers and functions against the second implementation, bit for bit.
@Suite struct LayerContractTests {
    @Test func merging() throws {
        for one in try ContractVectors().cases("merging", atLeast: 4) {
            let merging = try #require(Merging(rawValue: try one.text("merging")))
            let (forward, reverse) = (one.draw("F", [3, 5]), one.draw("V", [3, 5]))
            let gradient = one.draw("d", [3, merging.width(stateSize: 5, directions: 2)])
            let gradients = try merging.backward(gradient, forward: forward, reverse: reverse)
            try expect(
                [
                    ("result", .floats(try merging.merge(forward: forward, reverse: reverse))),
                    ("grad.F", .floats(gradients.forward)), ("grad.V", .floats(try #require(gradients.reverse))),
                ], equal: one.results, "merging/\(one.number)")
        }
    }

    @Test func withOneDirectionEveryMergingIsTheForwardState() throws {
        let forward = random([3, 5], "one direction")
        for merging in Merging.allCases {
            expectSameBits(try merging.merge(forward: forward, reverse: nil), forward, merging.rawValue)
            let gradients = try merging.backward(forward, forward: forward, reverse: nil)
            expectSameBits(gradients.forward, forward, merging.rawValue)
            #expect(gradients.reverse == nil)
        }
    }

    @Test func linear() throws {
        let cases = try ContractVectors().cases("linear", atLeast: 5)
        try forEachEngine { engine, context in
            for one in cases {
                let (rows, inputs, outputs) = (try one.int("rows"), try one.int("inputs"), try one.int("outputs"))
                let (x, weight) = (one.draw("x", [rows, inputs]), one.draw("weight", [outputs, inputs]))
                let bias = try one.flag("bias") ? one.draw("bias", [outputs]) : nil
                let layer = Linear(weight: weight, bias: bias)
                let d = one.draw("d", [rows, outputs])
                let parts = try shards(try one.int("shards"), of: rows).map {
                    try layer.backward(d.part($0, axis: 0), input: x.part($0, axis: 0), engine: engine)
                }
                let sum = { (tensors: [Tensor]) in tensors.dropFirst().reduce(tensors[0]) { $0.adding($1) } }
                var found: [(String, Found)] = [
                    ("y", .floats(try layer.forward(x, engine: engine))),
                    ("grad.x", .floats(Tensor(joining: parts.map(\.input), axis: 0))),
                    ("grad.weight", .floats(sum(parts.map(\.weight)))),
                ]
                if bias != nil { found.append(("grad.bias", .floats(sum(parts.map(\.bias))))) }
                try expect(found, equal: one.results, "linear/\(one.number), \(context)")
            }
        }
    }

    @Test func embedding() throws {
        for one in try ContractVectors().cases("embedding", atLeast: 2) {
            let (words, width) = (try one.int("vocabulary"), try one.int("features"))
            let tokens = one.picks("tokens", try one.int("positions"), below: words)
            #expect(tokens.contains(Embedding.paddingRow), "a case without a padding token shows less")
            let layer = Embedding(weight: one.draw("weight", [words, width]))
            let d = one.draw("d", [tokens.count, width])
            try expect(
                [
                    ("tokens", .integers(tokens.map(Int64.init), shape: [tokens.count])),
                    ("rows", .floats(layer.forward(tokens))),
                    ("grad.weight", .floats(try layer.backward(d, tokens: tokens))),
                ], equal: one.results, "embedding/\(one.number)")
        }
    }

    /// The losses that training takes: cross-entropy without weights, and binary cross-entropy of one logit per row.
    @Test func losses() throws {
        let cases = try ContractVectors().cases("losses", atLeast: 5)
        try forEachEngine { engine, context in
            for one in cases {
                let (rows, classes) = (try one.int("rows"), try one.int("classes"))
                let softmax = try one.text("loss") == "nll"
                let logits = one.draw("logits", [rows, classes], scale: try one.number("scale"))
                let targets = one.picks("targets", rows, below: softmax ? classes : 2)
                let head = softmax ? SequenceModelConfiguration.Head.softmax : .sigmoid
                let loss = try head.loss(logits, targets: targets, engine: engine)
                var found: [(String, Found)] = [("targets", .integers(targets.map(Int64.init), shape: [rows]))]
                if softmax { found.append(("log_softmax", .floats(try LogSoftmax().forward(logits, engine: engine)))) }
                found.append(("loss", .floats(loss.value)))
                found.append(("grad.logits", .floats(loss.gradient)))
                // The vectors read one column as a sigmoid's logit, whatever the loss.
                let reader = classes == 1 ? SequenceModelConfiguration.Head.sigmoid : .softmax
                found.append(
                    ("prediction", .integers(try reader.predictions(logits).map(Int64.init), shape: [rows])))
                try expect(found, equal: one.results, "losses/\(one.number), \(context)")
            }
        }
    }

    @Test(arguments: KernelPath.supported)
    func optimisers(_ path: KernelPath) throws {
        let kernels = try path.kernels()
        for one in try ContractVectors().cases("optimisers", atLeast: 10) {
            let options = try #require(one.json["options"])
            let training = TrainingOptions(
                optimizer: try #require(TrainingOptions.OptimizerName(rawValue: try one.text("optimiser"))),
                learningRate: try #require(options["rate"]?.double), momentum: options["momentum"]?.double ?? 0,
                beta1: options["beta1"]?.double ?? 0.9, beta2: options["beta2"]?.double ?? 0.999,
                epsilon: options["epsilon"]?.double ?? 1e-8, weightDecay: options["decay"]?.double ?? 0,
                clipNorm: one.json["clip"]?.double, batchSize: 1, epochs: 1)
            let shapes = [("a", [3, 50]), ("b", [7]), ("c", [2, 2])]
            var parameters = shapes.map { Parameter(name: $0, value: one.draw($0, $1)) }
            var optimizer = Optimizer(training, parameters: parameters)
            let engine = Engine(kernels: kernels, workers: try Workers(count: 1))
            var found: [(String, Found)] = []
            for step in 0..<(try one.int("steps")) {
                let gradients = shapes.map { one.draw("d.\(step).\($0)", $1) }
                try optimizer.apply(gradients, to: &parameters, engine: engine)
                found += parameters.map { ("\(step).\($0.name)", .floats($0.value)) }
            }
            found += optimizer.tensors.map { ($0.name, .floats($0.value)) }
            found.append(("optimizer.step", .integers([Int64(optimizer.step)], shape: [])))
            try expect(found, equal: one.results, "optimisers/\(one.number), \(path.rawValue)")
        }
    }

    @Test(arguments: KernelPath.supported)
    func elementaryFunctions(_ path: KernelPath) throws {
        let kernels = try path.kernels()
        let functions = try #require(try ContractVectors().document["functions"])
        func values(_ key: String) throws -> [Float] {
            try #require(functions[key]?.string).split(separator: " ").map {
                Float(bitPattern: try #require(UInt32($0, radix: 16)))
            }
        }
        let inputs = try values("inputs")
        #expect(inputs.count > 1000)
        let arguments = Tensor(shape: [inputs.count], elements: inputs)
        let maps: [(String, (VectorView, VectorView) -> Void)] = [
            ("exp", kernels.exp), ("log", kernels.log), ("log1p", kernels.log1p), ("tanh", kernels.tanh),
            ("sigmoid", kernels.sigmoid),
        ]
        for (name, map) in maps {
            var found = Tensor(zeros: [inputs.count])
            map(arguments.view, found.mutableView())
            let wrong = zip(zip(inputs, found.elements), try values(name)).filter { $0.1.bitPattern != $1.bitPattern }
            if let ((input, value), expected) = wrong.first {
                Issue.record(
                    "\(path.rawValue): \(wrong.count) wrong, \(name)(\(hex(input))) is \(hex(value)), not \(hex(expected))"
                )
            }
        }
    }
}
