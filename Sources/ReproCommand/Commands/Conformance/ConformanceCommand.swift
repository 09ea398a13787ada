import Repro

/// `repro conformance`: this engine's answers to the cases of the conformance kit (Tests/Conformance), one per line.
enum ConformanceCommand: Command {
    static let specification = CommandSpecification(
        name: "conformance", summary: "Answers cases of the numerical contract's conformance kit", operands: "",
        options: [],
        notes: [
            "Reads cases from standard input, a JSON object on each line, and prints the id and the answer of each.",
            "`Tests/Conformance/run.py -- repro conformance` asks every case and compares.",
        ], formats: [.text])

    static func run(_ context: Context) throws -> ExitCode {
        let answers = ConformanceAnswers(engine: try context.engine())
        while let line = readLine() {
            let asked = ConformanceCase(try JSONValue.parse(line, path: ConformanceCase.source))
            let (id, answer) = (try asked.text("id"), try answers.answer(asked))
            try Output.write(["\(id) \(answer)"])
        }
        return .success
    }
}

/// The answers of one engine: what each kind of case asks is handed to the part of the engine that computes it.
struct ConformanceAnswers {
    /// A tensor that a case asks for.
    enum Result {
        case floats(Tensor)
        case integers([Int64], shape: [Int])
    }

    let engine: Engine
    let hashing: Hashing

    init(engine: Engine) {
        self.engine = engine
        hashing = Hashing(engine: engine)
    }

    func answer(_ asked: ConformanceCase) throws -> String {
        switch try asked.text("kind") {
        case "leaf": try leaf(asked)
        case "streams": try streams(asked)
        case "node": try node(asked)
        case "draws": try draws(asked)
        case "function": try function(asked)
        case "table": try table(asked)
        case "recurrent": try recurrent(asked)
        case "merging": try merging(asked)
        case "linear": try linear(asked)
        case "embedding": try embedding(asked)
        case "activation": try activation(asked)
        case "dropout": try dropout(asked)
        case "layer_norm": try layerNorm(asked)
        case "loss": try loss(asked)
        case "predict": try predict(asked)
        case "optimiser": try optimiser(asked)
        case "rates": try rates(asked)
        case "score": try score(asked)
        case "run": try run(asked)
        case "state": try state(asked)
        case "chain": try chain(asked)
        case let kind: throw asked.malformed("'\(kind)' is no kind of case that this build knows")
        }
    }

    /// The digest of results: a node named `case`, with the streams that were drawn from.
    func digest(_ results: [(name: String, value: Result)], _ streams: [StreamState] = []) -> String {
        let leaves = results.map { result in
            switch result.value {
            case .floats(let tensor): hashing.tensor(name: result.name, tensor)
            case .integers(let elements, let shape):
                elements.withBytes {
                    hashing.tensor(name: result.name, elementType: .int64, shape: shape, bytes: $0)
                }
            }
        }
        return hashing.node(name: "case", streams: hashing.streams(streams), children: leaves).hexadecimal
    }

    /// The digest of those results that a case names, in its order.
    func digest(
        _ asked: ConformanceCase, _ results: [(name: String, value: Tensor?)], _ streams: [StreamState] = []
    ) throws -> String {
        let chosen = try asked.array("results").map { name -> (name: String, value: Result) in
            guard let found = results.first(where: { $0.name == name.string })?.value else {
                throw asked.malformed("it asks for a result that there is none of")
            }
            return (name.string ?? "", .floats(found))
        }
        return digest(chosen, streams)
    }
}

// Digests, draws and functions.
extension ConformanceAnswers {
    private func leaf(_ asked: ConformanceCase) throws -> String {
        let (name, value) = (try asked.text("name"), try asked.value("tensor"))
        if value["bytes"] != nil {
            let (shape, bytes) = try asked.bytes(value)
            return hashing.tensor(name: name, elementType: .byte, shape: shape, bytes: bytes).hexadecimal
        }
        if value["integers"] != nil {
            let (shape, elements) = try asked.integers(value)
            return elements.withBytes {
                hashing.tensor(name: name, elementType: .int64, shape: shape, bytes: $0).hexadecimal
            }
        }
        return hashing.tensor(name: name, try asked.tensor(value)).hexadecimal
    }

    private func streams(_ asked: ConformanceCase) throws -> String {
        let states = try asked.array("streams").map { item -> StreamState in
            let one = ConformanceCase(item)
            var (stream, domain, key) = try one.stream(
                seed: one.value("seed"), domain: one.value("domain"), key: one.value("key"))
            for _ in 0..<(try one.int("draws")) { _ = stream.next32() }
            return StreamState(domain: domain, key: key, stream)
        }
        return hashing.streams(states).hexadecimal
    }

    private func node(_ asked: ConformanceCase) throws -> String {
        let children = try asked.array("children").map { try asked.digest($0) }
        let streams = try asked.digest(try asked.value("streams"))
        return hashing.node(name: try asked.text("name"), streams: streams, children: children).hexadecimal
    }

    private func draws(_ asked: ConformanceCase) throws -> String {
        var (stream, domain, key) = try asked.stream()
        let count = try asked.int("count")
        let drawn: Result
        switch try asked.text("what") {
        case "next32", "next32 one by one":
            return digest([("draws", .integers((0..<count).map { _ in Int64(stream.next32()) }, shape: [count]))])
        case "unit":
            drawn = .floats(Tensor(shape: [count], elements: (0..<count).map { _ in stream.uniform32() }))
        case "uniform":
            let (a, b) = (try asked.number("from"), try asked.number("to"))
            drawn = .floats(Tensor(shape: [count], elements: stream.uniforms(count, from: a, to: b)))
        case "pick":
            let bound = try asked.int("below")
            drawn = .integers((0..<count).map { _ in Int64(stream.pick(bound)) }, shape: [count])
        default: drawn = .integers(stream.permutation(count).map { Int64($0) }, shape: [count])
        }
        return digest([("draws", drawn)], [StreamState(domain: domain, key: key, stream)])
    }

    private func elementary(_ asked: ConformanceCase) throws -> ElementaryFunction {
        guard let function = ElementaryFunction(rawValue: try asked.text("function")) else {
            throw asked.malformed("there is no such function")
        }
        return function
    }

    private func function(_ asked: ConformanceCase) throws -> String {
        let x = try asked.tensor(try asked.value("x"))
        var y = Tensor(zeros: x.shape)
        try elementary(asked).apply(x.view, into: y.mutableView(), kernels: engine.kernels)
        return digest([("bits", .integers(y.elements.map { Int64($0.bitPattern) }, shape: x.shape))])
    }

    private func table(_ asked: ConformanceCase) throws -> String {
        try FunctionTable(function: elementary(asked), stride: try asked.int("stride")).digest(engine: engine)
            .hexadecimal
    }
}
