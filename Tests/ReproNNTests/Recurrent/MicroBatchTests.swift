import ReproNN
import ReproNumerics
import ReproRandom
import ReproTestSupport
import Testing

/// Gradients accumulated over micro-batches are the whole batch's (contract, section 2).
@Suite struct MicroBatchTests {
    /// Every way to cut so many sequences into consecutive micro-batches.
    private func divisions(of count: Int) -> [[Range<Int>]] {
        (0..<(1 << (count - 1))).map { cuts in
            let ends = (1..<count).filter { cuts >> ($0 - 1) & 1 == 1 } + [count]
            return zip([0] + ends, ends).map { $0..<$1 }
        }
    }

    private func accumulated(
        _ module: Recurrent, _ batch: ModuleBatch, _ division: [Range<Int>], _ engine: Engine
    ) throws -> (parameters: [Tensor], inputs: [Tensor], hidden: [Tensor]) {
        let weights = try module.weights(for: engine, backward: true)
        var parameters = module.parameters.map { Tensor(zeros: $0.value.shape) }
        var (inputs, hidden): ([Tensor], [Tensor]) = ([], [])
        for range in division {
            let found = try results(
                module, batch.choosing(Array(range)), engine, weights: weights,
                options: BackwardOptions(continuing: parameters)
            ).gradients
            parameters = found.parameters
            inputs.append(found.input!)
            hidden.append(found.hidden)
        }
        return (parameters, inputs, hidden)
    }

    private func expectWhole(
        _ module: Recurrent, _ batch: ModuleBatch, _ divisions: [[Range<Int>]], _ engine: Engine, _ context: String
    ) throws {
        let whole = try results(module, batch, engine).gradients
        for division in divisions {
            let found = try accumulated(module, batch, division, engine)
            let what = "\(module.configuration.cell) in \(division.map(\.count)), \(context)"
            for (index, (a, b)) in zip(found.parameters, whole.parameters).enumerated() {
                expectSameBits(a, b, "\(what): \(module.parameters[index].name)")
            }
            expectSameBits(Tensor(joining: found.inputs, axis: 0), whole.input!, "\(what): input")
            expectSameBits(Tensor(joining: found.hidden, axis: 1), whole.hidden, "\(what): h_0")
        }
    }

    @Test func everyDivisionOfABatchGivesTheBitsOfTheWhole() throws {
        let engine = try engine(.best, workers: 2)
        for configuration in everyModule {
            let batch = ModuleBatch(configuration, lengths: [4, 6, 1, 6, 3, 5], steps: 7)
            try expectWhole(module(configuration), batch, divisions(of: 6), engine, "two workers")
        }
    }

    @Test(arguments: KernelPath.supported, workerCounts)
    func noEngineShowsWhereABatchWasDivided(_ path: KernelPath, _ workers: Int) throws {
        let engine = try engine(path, workers: workers)
        for configuration in everyModule {
            let batch = ModuleBatch(configuration, lengths: [4, 6, 1, 6, 3], steps: 6)
            try expectWhole(
                try module(configuration), batch, [[0..<1, 1..<2, 2..<3, 3..<4, 4..<5], [0..<2, 2..<5]], engine,
                "\(path.rawValue), \(workers) workers")
        }
    }

    /// The chains are of the order: sequences in another order, or gradients added after the fact, give other bits.
    @Test func anotherOrderOrASumOfPartsShows() throws {
        let engine = try engine(.best, workers: 1)
        let configuration = everyModule[0]
        let module = try module(configuration)
        let batch = ModuleBatch(configuration, lengths: [4, 6, 1, 6], steps: 6)
        let whole = try results(module, batch, engine).gradients.parameters[0]
        let reversed = try accumulated(module, batch, [2..<4, 0..<2], engine).parameters[0]
        let parts = try [0..<2, 2..<4].map { try accumulated(module, batch, [$0], engine).parameters[0] }
        #expect(difference(reversed, whole) != nil)
        #expect(difference(parts[0].adding(parts[1]), whole) != nil)
    }

    @Test func modulesContinueTheirChains() throws {
        let engine = try engine(.best, workers: 2)
        let gru = try GRU(inputSize: 3, hiddenSize: 5, layers: 2, bidirectional: true, streams: RandomStreams(seed: 3))
        let (input, d) = (random([4, 5, 3], "input"), random([4, 5, 10], "d"))
        let whole = try gru.backward(try gru.forwardForTraining(input, engine: engine).tape, output: d, engine: engine)
        var gradients = gru.parameters.map { Tensor(zeros: $0.value.shape) }
        for range in [0..<1, 1..<4, 4..<5] {
            let (_, tape) = try gru.forwardForTraining(input.part(range, axis: 1), engine: engine)
            let found = try gru.backward(
                tape, output: d.part(range, axis: 1), options: BackwardOptions(continuing: gradients), engine: engine)
            expectSameBits(found.input!, whole.input!.part(range, axis: 1), "input \(range)")
            gradients = found.parameters
        }
        for (a, b) in zip(gradients, whole.parameters) { expectSameBits(a, b, "parameter") }
        #expect(throws: ShapeError.self) {
            let (_, tape) = try gru.forwardForTraining(input, engine: engine)
            _ = try gru.backward(
                tape, output: input, options: BackwardOptions(continuing: gradients), engine: engine)
        }
    }

    @Test func linearAndEmbeddingContinueTheirChains() throws {
        let (x, d, linear) = (random([9, 18], "x"), random([9, 19], "d"), Linear(weight: random([19, 18], "weight")))
        let tokens = [3, 0, 1, 3, 2, 3, 1, 0, 3]
        let embedding = Embedding(weight: Tensor(zeros: [5, 19]))
        let table = try embedding.backward(d, tokens: tokens)
        for division in divisions(of: 9) {
            var sums = Tensor(zeros: [5, 19])
            for range in division {
                sums = try embedding.backward(
                    d.part(range, axis: 0), tokens: Array(tokens[range]), continuing: sums)
            }
            expectSameBits(sums, table, "embedding in \(division.map(\.count))")
        }
        try forEachEngine { engine, context in
            let whole = try linear.backward(d, input: x, engine: engine)
            for division in divisions(of: 9) {
                var sums = (weight: Tensor(zeros: [19, 18]), bias: Tensor(zeros: [19]))
                for range in division {
                    let found = try linear.backward(
                        d.part(range, axis: 0), input: x.part(range, axis: 0), continuing: sums, engine: engine)
                    expectSameBits(found.input, whole.input.part(range, axis: 0), "\(range), \(context)")
                    sums = (found.weight, found.bias)
                }
                expectSameBits(sums.weight, whole.weight, "weight in \(division.map(\.count)), \(context)")
                expectSameBits(sums.bias, whole.bias, "bias in \(division.map(\.count)), \(context)")
            }
        }
    }
}
