import Repro

// Answers of layers and losses, forward and backward.
extension ConformanceAnswers {
    func recurrent(_ asked: ConformanceCase) throws -> String {
        let configuration = try configuration(asked)
        let parameters = try configuration.parameterShapes.map { name, _ in
            Parameter(name: name, value: try asked.needed(name))
        }
        let module = Recurrent(configuration, parameters: parameters)
        let input = try asked.needed("input")
        let lengths = asked.optional("lengths") == nil ? nil : try asked.ints("lengths")
        let initial = InitialStates(hidden: try asked.given("h_0"), cell: try asked.given("c_0"))
        let forward = ["output", "h_n", "c_n"]
        let place = asked.optional("stream") == nil ? nil : try asked.stream()
        do {
            if place == nil, try asked.array("results").allSatisfy({ forward.contains($0.string ?? "") }) {
                let found = try module.forward(
                    input, lengths: lengths, initial: initial, weights: try module.weights(for: engine), engine: engine)
                return try digest(
                    asked, [("output", found.output), ("h_n", found.hidden), ("c_n", found.cell)])
            }
            let weights = try module.weights(for: engine, backward: true)
            let (found, tape) = try module.forwardForTraining(
                input, lengths: lengths, initial: initial, weights: weights, engine: engine, dropout: place?.stream)
            let used = tape.dropout.flatMap { dropout in
                place.map { StreamState(domain: $0.domain, key: $0.key, dropout.stream) }
            }
            let gradients = try module.backward(
                tape, output: try asked.given("d.output"), hidden: try asked.given("d.h_n"),
                cell: try asked.given("d.c_n"), engine: engine)
            let results: [(name: String, value: Tensor?)] = [
                ("output", found.output), ("h_n", found.hidden), ("c_n", found.cell),
                ("grad.input", gradients.input), ("grad.h_0", gradients.hidden), ("grad.c_0", gradients.cell),
            ]
            let named = zip(parameters, gradients.parameters).map { (name: "grad." + $0.name, value: Optional($1)) }
            return try digest(asked, results + named, used.map { [$0] } ?? [])
        } catch is ShapeError {
            return "refused"
        }
    }

    private func configuration(_ asked: ConformanceCase) throws -> RecurrentConfiguration {
        let name = try asked.text("cell")
        let nonlinearity = Nonlinearity.allCases.first { name == "rnn_\($0.rawValue)" }
        guard let cell = nonlinearity == nil ? Cell(rawValue: name) : .rnn else {
            throw asked.malformed("there is no cell '\(name)'")
        }
        func int(_ key: String, default usual: Int) throws -> Int {
            asked.optional(key) == nil ? usual : try asked.int(key)
        }
        return RecurrentConfiguration(
            cell: cell, inputSize: try asked.int("inputs"), hiddenSize: try asked.int("hidden"),
            layers: try int("layers", default: 1), bias: asked.optional("bias")?.bool ?? true, batchFirst: true,
            dropout: asked.optional("dropout")?.double ?? 0, bidirectional: try int("directions", default: 1) == 2,
            projectionSize: try int("projection", default: 0), nonlinearity: nonlinearity ?? .tanh)
    }

    func merging(_ asked: ConformanceCase) throws -> String {
        guard let merging = Merging(rawValue: try asked.text("merging")) else {
            throw asked.malformed("there is no such merging")
        }
        let (forward, reverse) = (try asked.needed("F"), try asked.given("V"))
        let gradients = try merging.backward(try asked.needed("d"), forward: forward, reverse: reverse)
        return try digest(
            asked,
            [
                ("result", try merging.merge(forward: forward, reverse: reverse)), ("grad.F", gradients.forward),
                ("grad.V", gradients.reverse),
            ])
    }

    func linear(_ asked: ConformanceCase) throws -> String {
        let x = try asked.needed("x")
        let layer = Linear(weight: try asked.needed("weight"), bias: try asked.given("bias"))
        var results: [(name: String, value: Tensor?)] = [("y", try layer.forward(x, engine: engine))]
        if let d = try asked.given("d") {
            let found = try layer.backward(d, input: x, engine: engine)
            results += [("grad.x", found.input), ("grad.weight", found.weight), ("grad.bias", found.bias)]
        }
        return try digest(asked, results)
    }

    func embedding(_ asked: ConformanceCase) throws -> String {
        let (layer, tokens) = (Embedding(weight: try asked.needed("weight")), try asked.ints("tokens"))
        return try digest(
            asked,
            [
                ("rows", layer.forward(tokens)),
                ("grad.weight", try layer.backward(try asked.needed("d"), tokens: tokens)),
            ])
    }

    func activation(_ asked: ConformanceCase) throws -> String {
        let (x, d) = (try asked.needed("x"), try asked.needed("d"))
        if try asked.text("function") == "sigmoid" {
            let y = try Sigmoid().forward(x, engine: engine)
            return try digest(asked, [("y", y), ("grad.x", try Sigmoid().backward(d, output: y))])
        }
        let y = try LogSoftmax().forward(x, engine: engine)
        return try digest(asked, [("y", y), ("grad.x", try LogSoftmax().backward(d, output: y, engine: engine))])
    }

    func dropout(_ asked: ConformanceCase) throws -> String {
        var (stream, domain, key) = try asked.stream()
        let probability = try asked.number("probability")
        let dropped = try Dropout.forward(try asked.needed("x"), probability: probability, from: &stream)
        let used = dropped.kept == nil ? [] : [StreamState(domain: domain, key: key, stream)]
        return try digest(
            asked, [("y", dropped.output), ("grad.x", try Dropout.backward(try asked.needed("d"), dropped))], used)
    }

    func layerNorm(_ asked: ConformanceCase) throws -> String {
        let layer = LayerNorm(
            weight: try asked.given("weight"), bias: try asked.given("bias"), epsilon: try asked.number("epsilon"))
        let (output, tape) = try layer.forward(try asked.needed("x"))
        let gradients = try layer.backward(try asked.needed("d"), tape)
        return try digest(
            asked,
            [
                ("y", output), ("grad.input", gradients.input), ("grad.weight", gradients.weight),
                ("grad.bias", gradients.bias),
            ])
    }

    func loss(_ asked: ConformanceCase) throws -> String {
        do {
            let found = try lossValue(asked)
            return try digest(asked, [("loss", found.value), ("grad.logits", found.gradient)])
        } catch is NothingCounted {
            return "refused"
        }
    }

    private func lossValue(_ asked: ConformanceCase) throws -> LossValue {
        let (logits, weight) = (try asked.needed("logits"), try asked.given("weight"))
        let ignored = asked.optional("ignored")?.int ?? Loss.ignoreIndex
        switch try asked.text("loss") {
        case "nll":
            return try SequenceModelConfiguration.Head.softmax.loss(
                logits, targets: try asked.ints("targets"), engine: engine)
        case "binary":
            return try SequenceModelConfiguration.Head.sigmoid.loss(
                logits, targets: try asked.ints("targets"), engine: engine)
        case "cross-entropy":
            return try Loss.crossEntropy(
                logits, targets: try asked.ints("targets"), weight: weight, ignoreIndex: ignored, engine: engine)
        case "log-probabilities":
            return try Loss.nll(logits, targets: try asked.ints("targets"), weight: weight, ignoreIndex: ignored)
        case "smoothed":
            return try Loss.crossEntropy(
                logits, targets: try asked.ints("targets"), weight: weight,
                labelSmoothing: try asked.number("smoothing"), engine: engine)
        case "binary tensor":
            return try Loss.binaryCrossEntropyWithLogits(
                logits, targets: try asked.needed("targets"), posWeight: try asked.given("positive"), engine: engine)
        default:
            let targets = Tensor(shape: logits.shape, elements: Array(try asked.needed("targets").elements))
            return try Loss.meanSquaredError(logits, targets: targets)
        }
    }

    func predict(_ asked: ConformanceCase) throws -> String {
        guard let head = SequenceModelConfiguration.Head(rawValue: try asked.text("head")) else {
            throw asked.malformed("there is no such head")
        }
        let found = try head.predictions(try asked.needed("logits"))
        return digest([("prediction", .integers(found.map { Int64($0) }, shape: [found.count]))])
    }
}
