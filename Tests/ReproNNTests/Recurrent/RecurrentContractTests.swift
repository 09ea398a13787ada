import ReproNN
import ReproNumerics
import ReproRandom
import ReproTestSupport
import ReproTrace
import Testing

/// A recurrent case of the contract's vectors, as read.
struct RecurrentCase {
    let vectors: ContractCase
    let configuration: RecurrentConfiguration
    let parameters: [Parameter]
    let input: Tensor
    let lengths: [Int]
    let initial: InitialStates
    let incoming: (output: Tensor?, hidden: Tensor?, cell: Tensor?)
    let shardCount: Int

    init(_ vectors: ContractCase) throws {
        self.vectors = vectors
        let (cell, nonlinearity) = try RecurrentConfiguration.recurrence(try vectors.text("cell"))
        configuration = RecurrentConfiguration(
            cell: cell, inputSize: try vectors.int("inputs"),
            hiddenSize: try vectors.int("hidden"), layers: try vectors.int("layers"), bias: try vectors.flag("bias"),
            batchFirst: true, dropout: try vectors.number("dropout"), bidirectional: try vectors.int("directions") == 2,
            projectionSize: try vectors.int("projection"), nonlinearity: nonlinearity)
        let scales = try #require(vectors.json["scales"])
        let parameterScale = try #require(scales["parameters"]?.double)
        let gradientScale = try #require(scales["gradients"]?.double)
        parameters = configuration.parameterShapes.map { name, shape in
            Parameter(name: name, value: vectors.draw(name, shape, scale: parameterScale))
        }
        lengths = try vectors.ints("lengths")
        let (batch, steps) = (try vectors.int("batch"), try vectors.int("steps"))
        let inputShape = [batch, steps, configuration.inputSize]
        input =
            try vectors.text("input") == "negative zero"
            ? Tensor(shape: inputShape, elements: [Float](repeating: -0.0, count: Tensor.count(of: inputShape)))
            : vectors.draw("input", inputShape)
        let count = configuration.layers * configuration.directions
        let stateShape = [count, batch, configuration.stateSize]
        let cellShape = [count, batch, configuration.hiddenSize]
        let given = try vectors.flag("initial")
        initial = InitialStates(
            hidden: given ? vectors.draw("h_0", stateShape) : nil,
            cell: given && configuration.cell.hasCellState ? vectors.draw("c_0", cellShape) : nil)
        let names = try #require(vectors.json["gradients"]?.elements).map { try #require($0.string) }
        let draw = { (name: String, shape: [Int]) in
            names.contains(name) ? vectors.draw("d." + name, shape, scale: gradientScale) : nil
        }
        incoming = (
            draw("output", [batch, steps, configuration.outputSize]), draw("h_n", stateShape), draw("c_n", cellShape)
        )
        shardCount = try vectors.int("shards")
    }

    var module: Recurrent { Recurrent(configuration, parameters: parameters) }
    /// The stream (3, case), before its first draw.
    var stream: PCG64 { PCG64(seed: vectors.seed, .dropout, key: UInt32(vectors.number)) }

    /// Where the case's dropout begins to draw; nil where it drops nothing.
    var dropout: Dropout? {
        configuration.drops ? Dropout(stream: stream, configuration, batchPositions: lengths.reduce(0, +)) : nil
    }

    /// Every result under its name, computed in as many shards as told, and where the draws of dropout ended.
    func results(
        _ engine: Engine, shards count: Int
    ) throws -> (values: [(name: String, value: Tensor)], dropout: Dropout?) {
        let module = module
        let weights = try module.weights(for: engine, backward: true)
        var sums: [Tensor]?
        var outputs: [RecurrentOutput] = []
        var gradients: [RecurrentGradients] = []
        var dropout = dropout
        for range in shards(count, of: lengths.count) {
            guard !range.isEmpty else {
                let zeros = parameters.map { Tensor(zeros: $0.value.shape) }
                sums = sums.map { zip($0, zeros).map { $0.adding($1) } } ?? zeros
                continue
            }
            let (output, tape) = try module.forwardForTraining(
                input.part(range, axis: 0), lengths: Array(lengths[range]),
                initial: InitialStates(
                    hidden: initial.hidden?.part(range, axis: 1), cell: initial.cell?.part(range, axis: 1)),
                weights: weights, engine: engine, place: dropout)
            dropout = tape.dropout
            let own = try module.backward(
                tape, output: incoming.output?.part(range, axis: 0), hidden: incoming.hidden?.part(range, axis: 1),
                cell: incoming.cell?.part(range, axis: 1), engine: engine)
            outputs.append(output)
            gradients.append(own)
            sums = sums.map { zip($0, own.parameters).map { $0.adding($1) } } ?? own.parameters
        }
        let lstm = configuration.cell.hasCellState
        var results = [
            ("output", Tensor(joining: outputs.map(\.output), axis: 0)),
            ("h_n", Tensor(joining: outputs.map(\.hidden), axis: 1)),
        ]
        if lstm { results.append(("c_n", Tensor(joining: outputs.map { $0.cell! }, axis: 1))) }
        results.append(("grad.input", Tensor(joining: gradients.map { $0.input! }, axis: 0)))
        results.append(("grad.h_0", Tensor(joining: gradients.map(\.hidden), axis: 1)))
        if lstm { results.append(("grad.c_0", Tensor(joining: gradients.map { $0.cell! }, axis: 1))) }
        return (results + zip(parameters, sums!).map { ("grad." + $0.name, $1) }, dropout)
    }
}

@Suite struct RecurrentContractTests {
    private func cases() throws -> [RecurrentCase] {
        try ContractVectors().cases("recurrent", atLeast: 49).map { try RecurrentCase($0) }
    }

    @Test(arguments: KernelPath.supported, workerCounts)
    func everyCaseEqualsTheSecondImplementation(_ path: KernelPath, _ workers: Int) throws {
        let engine = try engine(path, workers: workers)
        for one in try cases() {
            let found = try one.results(engine, shards: one.shardCount).values.map { ($0.name, Found.floats($0.value)) }
            try expect(
                found, equal: one.vectors.results,
                "recurrent/\(one.vectors.number), \(path.rawValue), \(workers) workers")
        }
    }

    @Test(arguments: KernelPath.supported, workerCounts)
    func evaluationEqualsTrainingWhereNothingIsDropped(_ path: KernelPath, _ workers: Int) throws {
        let engine = try engine(path, workers: workers)
        for one in try cases() where !one.configuration.drops {
            let module = one.module
            let result = try module.forward(
                one.input, lengths: one.lengths, initial: one.initial, weights: module.weights(for: engine),
                engine: engine)
            var found: [(String, Found)] = [("output", .floats(result.output)), ("h_n", .floats(result.hidden))]
            if let cell = result.cell { found.append(("c_n", .floats(cell))) }
            try expect(
                found, equal: Array(one.vectors.results.prefix(found.count)),
                "recurrent/\(one.vectors.number), \(path.rawValue), \(workers) workers")
        }
    }

    @Test func dropoutLeavesItsStreamWhereTheSecondImplementationDoes() throws {
        let engine = try engine(.best, workers: 1)
        let hashing = Hashing()
        var dropping = 0
        for one in try cases() {
            var states: [StreamState] = []
            if one.configuration.drops {
                dropping += 1
                let after = try #require(try one.results(engine, shards: one.shardCount).dropout).stream
                states.append(
                    StreamState(
                        domain: 3, key: UInt32(one.vectors.number), state: after.state, increment: after.inc,
                        buffered: after.hasUInt32 ? after.uinteger : nil))
            }
            #expect(
                hashing.streams(states).hexadecimal == one.vectors.json["streams"]?.string,
                "recurrent/\(one.vectors.number)")
        }
        #expect(dropping >= 5)
    }

    /// What is dropped, and with it every result of a sequence, does not depend on the shards; the parameters' gradients
    /// are chains of their own per shard and may.
    @Test func resultsOfSequencesDoNotDependOnTheShards() throws {
        let engine = try engine(.best, workers: 2)
        for one in try cases() {
            let whole = try one.results(engine, shards: 1).values
            for count in [2, 3, 5] {
                for (found, expected) in zip(try one.results(engine, shards: count).values, whole)
                where !expected.name.hasPrefix("grad.weight") && !expected.name.hasPrefix("grad.bias") {
                    expectSameBits(
                        found.value, expected.value, "recurrent/\(one.vectors.number) \(found.name), \(count) shards")
                }
            }
        }
    }
}
