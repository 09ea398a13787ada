import ReproFormats
import ReproNN
import ReproNumerics
import ReproTestSupport
import ReproTrace
import ReproTraining
import Testing

/// Runs against those of the second implementation, stage by stage and leaf by leaf (`Tests/Fixtures/contract.py`).
@Suite struct ContractTests {
    private func runs(_ file: String, atLeast count: Int) throws -> [JSONValue] {
        let document = try JSONValue.read(path: try vectors.path(file))
        #expect(document["contract"]?.int == 2)
        let runs = try #require(document["experiments"]?.elements)
        try #require(runs.count >= count)
        return runs
    }

    @Test(arguments: KernelPath.supported)
    func inspectionsEqualTheSecondImplementation(_ path: KernelPath) throws {
        let engine = try engine(path, workers: 3)
        let runs = try runs("contract.json", atLeast: 12).filter { $0["stages"]?.elements?.count == 4 }
        #expect(runs.count == 6)
        for run in runs { try compare(run, engine) }
    }

    @Test(arguments: ["classifier", "roman", "sigmoid-classifier"])
    func completeTrainingEqualsTheSecondImplementation(_ name: String) throws {
        let engine = try Engine(threads: 2)
        let runs = try runs("contract.json", atLeast: 12).filter { $0["experiment"]?.string == name }
        #expect(runs.count == 2)
        for run in runs {
            #expect(run["root"]?.string != nil, "the vectors of \(name) are not complete")
            try compare(run, engine)
        }
    }

    @Test(arguments: KernelPath.supported, workerCounts)
    func firstStepsOfVariantsEqualTheSecondImplementation(_ path: KernelPath, _ workers: Int) throws {
        let engine = try engine(path, workers: workers)
        for run in try runs("contract-variants.json", atLeast: 12) { try compare(run, engine) }
    }

    private func compare(_ run: JSONValue, _ engine: Engine) throws {
        let name = try #require(run["experiment"]?.string)
        let seed = try #require(run["seed"]?.uint64)
        var experiment = try shipped(name)
        for change in run["changes"]?.members ?? [] { try experiment.apply(change) }
        let steps = run["steps"]?.int
        let found = try Record(experiment, seed: seed, engine: engine, steps: steps)
        let expected = try #require(run["stages"]?.elements)
        let context = "\(name) \(seed)" + (run["changes"].map { " \($0)" } ?? "")
        #expect(steps != nil || found.stages.count == expected.count, "\(context): \(found.stages.count) stages")
        try #require(found.stages.count >= expected.count, "\(context)")
        for (stage, wanted) in zip(found.stages, expected) {
            // After the first difference every later stage differs too; one is enough.
            guard try compare(stage, wanted, context) else { return }
        }
        #expect(found.root?.hexadecimal == run["root"]?.string, "\(context): the root")
    }

    /// Whether the stages are the same; records the first difference.
    private func compare(_ stage: Stage, _ expected: JSONValue, _ context: String) throws -> Bool {
        let name = try #require(expected["name"]?.string)
        #expect(stage.name == name, "\(context)")
        if let wanted = expected["leaves"]?.elements {
            let leaves = try #require(stage.leaves)
            #expect(leaves.map(\.name) == wanted.compactMap { $0["name"]?.string }, "\(context), \(name)")
            for (leaf, wanted) in zip(leaves, wanted) {
                let shape = wanted["shape"]?.elements?.compactMap(\.int)
                let same =
                    leaf.digest.hexadecimal == wanted["digest"]?.string && leaf.shape == shape
                    && leaf.elementType.rawValue == wanted["dtype"]?.string
                if same { continue }
                Issue.record("\(context), \(name): \(leaf.name) \(leaf.shape) differs, expected shape \(shape ?? [])")
                return false
            }
        }
        #expect(stage.streams.hexadecimal == expected["streams"]?.string, "\(context), \(name): the streams")
        #expect(stage.digest.hexadecimal == expected["digest"]?.string, "\(context), \(name): the stage")
        return stage.digest.hexadecimal == expected["digest"]?.string
    }
}

extension Experiment {
    /// Applies a change of the vectors' `changes`.
    fileprivate mutating func apply(_ change: JSONValue.Member) throws {
        let value = change.value
        switch change.key {
        case "cell":
            let name = try #require(value.string)
            // `Cell`'s raw value, or `rnn_` and a nonlinearity.
            let nonlinearity = Nonlinearity.allCases.first { name == "rnn_\($0.rawValue)" }
            model.cells = [try #require(nonlinearity == nil ? Cell(rawValue: name) : .rnn, "no cell '\(name)'")]
            model.nonlinearity = nonlinearity ?? .tanh
        case "merging": model.pooling = try #require(Merging(rawValue: value.string ?? ""))
        case "layers": model.layers = try #require(value.int)
        case "hidden": model.hidden = try #require(value.int)
        case "projection": model.projection = try #require(value.int)
        case "dropout": model.dropout = try #require(value.double)
        case "bias": model.bias = try #require(value.bool as Bool?)
        case "bidirectional": model.bidirectional = try #require(value.bool as Bool?)
        case "head": model.head = try #require(SequenceModelConfiguration.Head(rawValue: value.string ?? ""))
        case "init": model.initialization = try #require(ModelOptions.InitialNumbers(rawValue: value.string ?? ""))
        case "schedule": training?.schedule = try Schedule(vector: value)
        case "epochs": training?.epochs = try #require(value.int)
        case "shards": training?.shards = try #require(value.int)
        case "batch": training?.batchSize = try #require(value.int)
        case "clip": training?.clipNorm = try #require(value.double as Double?)
        case "optimiser":
            training?.optimizer = try #require(TrainingOptions.OptimizerName(rawValue: value.string ?? ""))
        case "optimiser_options":
            // Replaces every option but the rate.
            let options = try #require(value.members)
            for option in options { #expect(["momentum", "weight_decay"].contains(option.key), "\(option.key)") }
            training?.momentum = value["momentum"]?.double ?? 0
            training?.weightDecay = value["weight_decay"]?.double ?? 0
        default: Issue.record("a change that the test does not know: \(change.key)")
        }
    }
}

extension Schedule {
    fileprivate init(vector: JSONValue) throws {
        let number = { (key: String) in try #require(vector[key]?.double, "no \(key)") }
        let int = { (key: String) in try #require(vector[key]?.int, "no \(key)") }
        switch try #require(vector["kind"]?.string) {
        case "step": self = .step(every: try int("every"), factor: try number("factor"))
        case "exponential": self = .exponential(factor: try number("factor"))
        default: self = .linear(start: try number("start"), end: try number("end"), epochs: try int("epochs"))
        }
    }
}
