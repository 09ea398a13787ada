import ReproNN
import ReproNumerics
import ReproRandom
import ReproTestSupport
import Testing

/// A model of one of the modules, on sequences of several lengths, with dropout between its layers.
private struct WatchedModel {
    let model: SequenceModel
    let batch: SequenceBatch
    let engine: Engine

    init(_ module: RecurrentConfiguration, _ engine: Engine, dropout: Double = 0.3) throws {
        let recurrent = RecurrentConfiguration(
            cell: module.cell, inputSize: module.inputSize, hiddenSize: module.hiddenSize, layers: module.layers,
            bias: module.bias, dropout: module.layers > 1 ? dropout : 0, bidirectional: module.bidirectional,
            projectionSize: module.projectionSize, nonlinearity: module.nonlinearity)
        let configuration = SequenceModelConfiguration(
            input: .features(module.inputSize), recurrent: recurrent, readout: .positions, head: .softmax, classes: 3)
        model = try SequenceModel(configuration, streams: RandomStreams(seed: 5))
        let lengths = [4, 6, 1, 6, 3]
        let positions = lengths.reduce(0, +)
        batch = SequenceBatch(
            inputs: .features(random([positions, module.inputSize], "input")), lengths: lengths,
            targets: (0..<positions).map { $0 % 3 })
        self.engine = engine
    }

    /// Logits and every gradient, watched or not.
    func results(_ observer: OperationObserver? = nil) throws -> [Tensor] {
        let recurrent = model.configuration.recurrent
        let stream = PCG64(seed: 5, .dropout, key: 0)
        let dropout =
            recurrent.drops ? Dropout(stream: stream, recurrent, batchPositions: batch.positions) : nil
        let (logits, tape) = try model.forwardForTraining(
            batch, weights: model.weights(for: engine, backward: true), engine: engine, dropout: dropout,
            observer: observer)
        let loss = try Loss.crossEntropy(logits, targets: batch.targets, engine: engine)
        let gradients = try model.backward(
            tape, logitsGradient: loss.gradient, engine: engine, observer: observer)
        return [logits] + gradients
    }
}

private func expectSame(_ found: [Tensor], _ expected: [Tensor], _ context: String) {
    for (index, (a, b)) in zip(found, expected).enumerated() {
        #expect(a.isBitwiseEqual(to: b), "\(context): result \(index)")
    }
}

@Suite struct ObservationTests {
    @Test func watchingChangesNoBit() throws {
        for module in everyModule {
            for path in KernelPath.supported {
                let plain = try WatchedModel(module, try engine(path, workers: 3))
                var count = 0
                let watched = try plain.results(
                    OperationObserver { _, _ in
                        count += 1; return nil
                    })
                expectSame(watched, try plain.results(), "\(module.cell), \(path.rawValue)")
                #expect(count > 40)
            }
        }
    }

    /// An observer that says of every operation that it changed an element makes the pass compute again what was made
    /// from it. Nothing having changed, the kernels' own bits have to come out: so a fault in any operation reaches what
    /// the kernel would have made of it.
    @Test func whatIsComputedAgainIsWhatTheKernelComputed() throws {
        for module in everyModule {
            let plain = try WatchedModel(module, try engine(.best, workers: 1))
            let expected = try plain.results()
            for round in 0..<40 {
                var stream = PCG64(seed: UInt64(round), .generatedData, key: 0)
                let observer = OperationObserver { _, value in Int(stream.next32()) % value.count }
                expectSame(try plain.results(observer), expected, "\(module.cell), round \(round)")
            }
        }
    }

    /// The names' meanings: what is shown as a gate is the elementary function of what is shown as its pre-activation, and
    /// states follow from gates by the contract's equations.
    @Test func whatIsShownIsWhatTheNamesSay() throws {
        let configuration = everyModule[0]
        let hidden = configuration.hiddenSize
        var seen: [String: Tensor] = [:]
        _ = try WatchedModel(configuration, try engine(.best, workers: 1)).results(
            OperationObserver { name, value in
                #expect(seen.updateValue(value, forKey: name) == nil, "\(name) was shown twice")
                return nil
            })
        for direction in ["lstm.l0", "lstm.l0_reverse", "lstm.l1", "lstm.l1_reverse"] {
            for step in 0..<6 {
                func value(_ name: String) throws -> Tensor {
                    try #require(seen["\(direction)[\(step)].\(name)"], "\(direction)[\(step)].\(name)")
                }
                let pre = try value("pre")
                let (i, f, g, o) = (try value("i"), try value("f"), try value("g"), try value("o"))
                let (c, h) = (try value("c"), try value("h"))
                // Lengths 4, 6, 1, 6, 3: in batch order, those that are longer than the step.
                #expect(c.shape == [[4, 6, 1, 6, 3].count { $0 > step }, hidden])
                for row in 0..<c.shape[0] {
                    for unit in 0..<hidden {
                        #expect(i[row, unit] == ReferenceElementary.sigmoid(pre[row, unit]))
                        #expect(f[row, unit] == ReferenceElementary.sigmoid(pre[row, hidden + unit]))
                        #expect(g[row, unit] == ReferenceElementary.tanh(pre[row, 2 * hidden + unit]))
                        #expect(o[row, unit] == ReferenceElementary.sigmoid(pre[row, 3 * hidden + unit]))
                        #expect(h[row, unit] == o[row, unit] * ReferenceElementary.tanh(c[row, unit]))
                        if step == 0, !direction.hasSuffix("reverse") {
                            #expect(c[row, unit] == i[row, unit] * g[row, unit])
                        }
                    }
                }
                #expect(try value("h").shape == (try #require(seen["grad.\(direction)[\(step)].h"])).shape)
            }
        }
    }

    /// A change of any operation shows in what is computed after it.
    @Test func aChangeReachesTheNextReader() throws {
        for module in everyModule {
            let plain = try WatchedModel(module, try engine(.best, workers: 1), dropout: 0)
            var names: [String] = []
            let expected = try plain.results(
                OperationObserver { name, _ in
                    names.append(name)
                    return nil
                })
            for name in names {
                // Nothing reads the gradient of the features; and where every walk begins, f multiplies a cell of zeros.
                if name.hasSuffix("l0.input") || name.hasSuffix("[0].f") || name.hasSuffix("_reverse[5].f") { continue }
                // An element alone may be dead: one that relu cut off, or an f of a shorter sequence's first step.
                let reached = try (0..<6).contains { round in
                    let found = try plain.results(
                        OperationObserver { shown, value in
                            guard shown == name else { return nil }
                            let element = (round * value.count / 6 + round) % value.count
                            value[offset: element] = value[offset: element] * 0.5 + 0.125
                            return element
                        })
                    return !zip(found, expected).allSatisfy { $0.isBitwiseEqual(to: $1) }
                }
                #expect(reached, "\(module.cell): \(name)")
            }
        }
    }
}
