import Foundation
import ReproFormats
import ReproNumerics
import ReproTestSupport
import ReproTrace
import ReproTraining
import Testing

/// The options of training and of models that only some experiments use.
@Suite struct TrainingOptionTests {
    private static func experiment(_ text: String) throws -> Experiment {
        try Experiment.decode(try JSONValue.parse(text, path: "x.json"), path: "x.json").experiment
    }

    /// An experiment with these members in `model`, in `training` and of the whole.
    private static func text(
        task: String = "classification", model: String = "", training: String = "", data: String? = nil
    ) -> String {
        let data =
            data ?? (task == "tagging" ? "{\"format\": \"roman\"}" : "{\"format\": \"tsv\", \"train\": \"a.tsv\"}")
        return """
            {"name": "x", "task": "\(task)", "data": \(data), "model": {"embedding": 2, "hidden": 2\(model)},
             "training": {"optimizer": "sgd", "learningRate": 0.5, "batchSize": 2, "epochs": 3\(training)}}
            """
    }

    /// Whole runs against the second implementation, stage by stage (`contract.py training`).
    @Test(arguments: KernelPath.supported)
    func runsEqualTheSecondImplementation(_ path: KernelPath) throws {
        let document = try JSONValue.read(path: try vectors.path("contract-training.json"))
        let runs = try #require(document["experiments"]?.elements)
        #expect(runs.count >= 7)
        for run in runs {
            let (experiment, seed) = try Experiment.decode(try #require(run["configuration"]), path: "x")
            try withTemporaryDirectory { folder in
                for file in run["files"]?.members ?? [] {
                    try Data((file.value.string ?? "").utf8).write(to: URL(fileURLWithPath: folder + "/" + file.key))
                }
                let result = try experiment.run(
                    seed: try #require(seed), engine: try engine(path, workers: 2),
                    options: RunOptions(resolve: { folder + "/" + $0 }))
                for (stage, wanted) in zip(result.trace.stages, try #require(run["stages"]?.elements)) {
                    let name = try #require(wanted["name"]?.string)
                    #expect(stage.name == name, "\(experiment.name)")
                    #expect(
                        stage.streams.hexadecimal == wanted["streams"]?.string, "\(experiment.name), \(name): streams")
                    // After the first difference every later stage differs too; one is enough.
                    try #require(stage.digest.hexadecimal == wanted["digest"]?.string, "\(experiment.name), \(name)")
                }
                #expect(result.trace.root.hexadecimal == run["root"]?.string, "\(experiment.name)")
            }
        }
    }

    @Test func optionsReadBackAsTheyWereWritten() throws {
        for (task, model, training) in [
            ("classification", ", \"embeddingDropout\": 0.2, \"readoutDropout\": 0.5", ", \"clipValue\": 0.5"),
            ("tagging", ", \"affixes\": [1, 3], \"affixEmbedding\": 4", ", \"validate\": \"epoch\""),
            ("classification", ", \"vectors\": {\"file\": \"v.txt\", \"frozen\": true}", ", \"warmup\": 10"),
            ("classification", ", \"weights\": \"w.safetensors\"", ", \"labelSmoothing\": 0.1"),
            ("classification", "", ", \"classWeights\": [0.5, 2]"), ("tagging", "", ", \"classWeights\": \"balanced\""),
            ("regression", ", \"head\": \"linear\"", ", \"lengthBuckets\": 5"),
            (
                "tagging", "",
                ", \"validate\": \"epoch\", \"earlyStopping\": {\"metric\": \"macroF1\", \"patience\": 2}"
            ),
            ("regression", "", ", \"schedule\": {\"kind\": \"cosine\", \"epochs\": 4, \"end\": 0.1}"),
        ] {
            let experiment = try Self.experiment(Self.text(task: task, model: model, training: training))
            let written = experiment.json.text(.compact)
            #expect(try Self.experiment(written) == experiment, "\(written)")
            for option in (model + training).split(separator: "\"") where option.allSatisfy(\.isLetter) {
                #expect(written.contains("\"\(option)\""), "\(written) lacks \(option)")
            }
        }
    }

    @Test func anExperimentSaysNothingOfOptionsThatItDoesNotUse() throws {
        let json = try Self.experiment(Self.text()).json
        #expect(json["training"]?.members?.last?.key == "shards")
        #expect(json["model"]?.members?.last?.key == "head")
        let unset =
            ", \"clipValue\": null, \"warmup\": 0, \"labelSmoothing\": 0, \"classWeights\": null, "
            + "\"lengthBuckets\": null, \"validate\": null, \"earlyStopping\": null"
        let model =
            ", \"embeddingDropout\": 0, \"readoutDropout\": 0, \"affixes\": null, \"vectors\": null, \"weights\": null"
        #expect(try Self.experiment(Self.text(model: model, training: unset)).json == json)
    }

    @Test(arguments: [
        ("classification", ", \"embeddingDropout\": 1.5", "", "model.embeddingDropout"),
        ("classification", ", \"readoutDropout\": -1", "", "model.readoutDropout"),
        ("tagging", ", \"affixes\": [2, 2], \"affixEmbedding\": 1", "", "model.affixes"),
        ("tagging", ", \"affixes\": [], \"affixEmbedding\": 1", "", "model.affixes"),
        ("tagging", ", \"affixes\": [2]", "", "model.affixEmbedding"),
        ("tagging", ", \"affixEmbedding\": 2", "", "model.affixEmbedding"),
        ("tagging", ", \"vectors\": {\"file\": \"v\", \"frosen\": true}", "", "model.vectors.frosen"),
        ("tagging", ", \"vectors\": {\"file\": \"v\"}, \"weights\": \"w\"", "", "model.weights"),
        ("classification", ", \"head\": \"linear\"", "", "model.head"),
        ("regression", ", \"head\": \"softmax\"", "", "model.head"),
        ("classification", "", ", \"clipValue\": 0", "training.clipValue"),
        ("classification", "", ", \"clipValue\": 1, \"clipNorm\": 1", "training.clipValue"),
        ("classification", "", ", \"warmup\": -1", "training.warmup"),
        ("classification", "", ", \"labelSmoothing\": 2", "training.labelSmoothing"),
        ("regression", "", ", \"labelSmoothing\": 0.1", "training.labelSmoothing"),
        ("regression", "", ", \"classWeights\": \"balanced\"", "training.classWeights"),
        ("classification", ", \"head\": \"sigmoid\"", ", \"classWeights\": [1, 2]", "training.classWeights"),
        ("classification", "", ", \"classWeights\": [1, 0]", "training.classWeights"),
        ("classification", "", ", \"classWeights\": \"equal\"", "training.classWeights"),
        ("classification", "", ", \"lengthBuckets\": 0", "training.lengthBuckets"),
        ("classification", "", ", \"validate\": \"step\"", "training.validate"),
        ("classification", "", ", \"earlyStopping\": {\"patience\": 2}", "training.earlyStopping"),
        (
            "classification", "", ", \"validate\": \"epoch\", \"earlyStopping\": {\"patience\": 0}",
            "training.earlyStopping.patience"
        ),
        (
            "classification", "",
            ", \"validate\": \"epoch\", \"earlyStopping\": {\"metric\": \"mae\", \"patience\": 2}",
            "training.earlyStopping.metric"
        ),
        ("classification", "", ", \"schedule\": {\"kind\": \"cosine\"}", "training.schedule.epochs"),
    ])
    func whatMakesNoSenseIsRefusedByItsKey(_ task: String, _ model: String, _ training: String, _ key: String) {
        do {
            _ = try Self.experiment(Self.text(task: task, model: model, training: training))
            Issue.record("\(model) \(training) was accepted")
        } catch let error as FormatError {
            #expect(error.key == key && error.path == "x.json", "\(error)")
        } catch {
            Issue.record("\(error)")
        }
    }

    /// A run whose data allows no validation, no scores of spans or no such weights ends before its first stage.
    @Test func whatTheDataDoesNotAllowIsRefused() throws {
        var experiment = try shipped("classifier")
        let engine = try Engine(threads: 1)
        experiment.training?.additions.validatesEachEpoch = true
        #expect(throws: ExperimentError.self) { try experiment.run(seed: 1, engine: engine) }
        experiment = try shipped("classifier")
        experiment.training?.additions.classWeights = .given([1, 2])
        #expect(throws: ExperimentError.self) { try experiment.run(seed: 1, engine: engine) }
        experiment = try shipped("roman")
        experiment.training?.additions.validatesEachEpoch = true
        experiment.training?.additions.earlyStopping = EarlyStopping(metric: .spanF1, patience: 1)
        #expect(throws: ExperimentError.self) { try experiment.run(seed: 1, engine: engine) }
    }

    /// Validation computes with what training leaves, and leaves it alone: every other stage is as without it.
    @Test func validationChangesNoOtherStage() throws {
        var experiment = try shortened("roman", epochs: 2)
        let engine = try Engine(threads: 2)
        let plain = try experiment.run(seed: 42, engine: engine)
        experiment.training?.additions.validatesEachEpoch = true
        let validated = try experiment.run(seed: 42, engine: engine)
        let stages = validated.trace.stages
        #expect(stages.filter { !$0.name.hasPrefix("validation") } == plain.trace.stages)
        #expect(stages.map(\.name).filter { $0.hasPrefix("validation") } == ["validation 000", "validation 001"])
        #expect(validated.validations.map(\.epoch) == [0, 1])
        #expect(validated.validations.last?.value("accuracy") == validated.metric("validationAccuracy"))
        #expect(validated.validations.last?.value("loss") == validated.metric("validationLoss"))
    }

    /// Training ends when its patience does, at the parameters of the best epoch.
    @Test func theBestEpochsParametersAreRestored() throws {
        var experiment = try shipped("roman")
        experiment.training?.epochs = 4
        // So great a rate that the loss rises again.
        experiment.training?.learningRate = 1
        experiment.training?.batchSize = 400
        experiment.training?.additions.validatesEachEpoch = true
        experiment.training?.additions.earlyStopping = EarlyStopping(metric: .loss, patience: 1)
        let engine = try Engine(threads: 2)
        let result = try experiment.run(seed: 42, engine: engine)
        let losses = result.validations.compactMap { $0.value("loss") }
        let best = losses.firstIndex(of: try #require(losses.min()))!
        #expect(losses.count == best + 2 && losses.count < 4, "\(losses)")
        #expect(result.metric("bestEpoch") == Double(best + 1))
        #expect(result.metric("validationLoss") == losses[best])
        experiment.training?.epochs = best + 1
        experiment.training?.additions.earlyStopping = nil
        let shorter = try experiment.run(seed: 42, engine: engine)
        for (one, other) in zip(result.parameters, shorter.parameters) {
            expectSameBits(one.value, other.value, one.name)
        }
    }

    /// Every sequence of an epoch is taken once, and a batch holds like lengths.
    @Test func bucketsHoldLikeLengths() throws {
        var experiment = try shortened("classifier", epochs: 1)
        experiment.training?.additions.lengthBuckets = 1000
        let result = try experiment.run(
            seed: 42, engine: try Engine(threads: 1), options: RunOptions(detail: .tensor))
        let lengths = result.trace.stages.filter(\.isStep).compactMap { stage in
            stage.leaves?.first { $0.name == "batch.lengths" }
        }
        #expect(lengths.count == 16)
        #expect(lengths.allSatisfy { $0.shape == [32] })
    }

    /// A model starts from the weights that another run has left.
    @Test func aRunStartsFromTheWeightsOfAFile() throws {
        try withTemporaryDirectory { folder in
            var experiment = try shortened("classifier", epochs: 1)
            let engine = try Engine(threads: 1)
            let first = try experiment.run(seed: 42, engine: engine)
            try Safetensors.write(
                first.parameters.map { NamedArray($0.name, .float($0.value)) }, to: folder + "/w.safetensors")
            experiment.model.additions.weights = "w.safetensors"
            let options = RunOptions(lastStage: "init", resolve: { folder + "/" + $0 })
            let second = try experiment.run(seed: 7, engine: engine, options: options)
            for (one, other) in zip(first.parameters, second.parameters) {
                expectSameBits(one.value, other.value, one.name)
            }
            experiment.model.hidden = 8
            #expect(throws: FormatError.self) { try experiment.run(seed: 7, engine: engine, options: options) }
        }
    }
}
