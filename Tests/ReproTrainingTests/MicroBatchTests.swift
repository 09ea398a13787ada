import ReproFormats
import ReproNumerics
import ReproTestSupport
import ReproTrace
import ReproTraining
import Testing

/// `microBatch` changes memory and time, and no bit of a run.
@Suite struct MicroBatchTests {
    @Test(arguments: [KernelPath.best, .portable])
    func theDigestIsThatOfTheWholeBatch(_ path: KernelPath) throws {
        for name in ["classifier", "sigmoid-classifier", "roman"] {
            var experiment = try shipped(name)
            experiment.model.layers = 2
            experiment.model.dropout = 0.25
            experiment.training?.batchSize = 11
            for shards in [1, 3, 20] {
                experiment.training?.shards = shards
                experiment.training?.microBatch = nil
                let whole = try Record(experiment, seed: 42, engine: try engine(path, workers: 2), steps: 3)
                for (size, workers) in [(1, 1), (2, 3), (4, 2), (10, 7), (11, 2), (1000, 2)] {
                    experiment.training?.microBatch = size
                    let found = try Record(experiment, seed: 42, engine: try engine(path, workers: workers), steps: 3)
                    #expect(found.stages.count == whole.stages.count)
                    let first = zip(found.stages, whole.stages).first { $0 != $1 }
                    #expect(
                        first == nil, "\(name), \(shards) shards, micro-batches of \(size): \(first?.0.name ?? "")")
                }
            }
        }
    }

    @Test func aWholeRunHasTheRootOfTheGolden() throws {
        var experiment = try shipped("classifier")
        let engine = try Engine(threads: 2)
        let root = try experiment.run(seed: 42, engine: engine).trace.root
        experiment.training?.microBatch = 5
        #expect(try experiment.run(seed: 42, engine: engine).trace.root == root)
    }

    /// A fault in the joined logits reaches every gradient, as it does without micro-batches.
    @Test func aFaultInTheLogitsReachesTheGradients() throws {
        var experiment = try shipped("classifier")
        func stage() throws -> Stage {
            struct Enough: Error {}
            nonisolated(unsafe) var found: Stage?
            let options = RunOptions(
                perturbation: Perturbation(stage: "step 000000", tensor: "logits", element: 40, kind: .bit(25)),
                onProgress: {
                    guard case .stage(let stage) = $0, stage.isStep else { return }
                    found = stage
                    throw Enough()
                })
            do { _ = try experiment.run(seed: 42, engine: try Engine(threads: 1), options: options) } catch is Enough {}
            return try #require(found)
        }
        let whole = try stage()
        experiment.training?.microBatch = 3
        #expect(try stage() == whole)
    }

    @Test func experimentsSayNothingOfMicroBatchesThatTheyDoNotHave() throws {
        var experiment = try shipped("classifier")
        let plain = experiment.json.text(.compact)
        #expect(!plain.contains("microBatch"))
        experiment.training?.microBatch = 7
        let json = experiment.json
        #expect(json["training"]?["microBatch"]?.int == 7)
        #expect(try Experiment.decode(json, path: "x").experiment == experiment)
        let null = plain.replacing("\"shards\":1", with: "\"shards\":1,\"microBatch\":null")
        let read = try Experiment.decode(try JSONValue.parse(null, path: "x"), path: "x").experiment
        #expect(null != plain && read.json.text(.compact) == plain)
        let zero = plain.replacing("\"shards\":1", with: "\"shards\":1,\"microBatch\":0")
        #expect(throws: FormatError.self) {
            try Experiment.decode(try JSONValue.parse(zero, path: "x"), path: "x")
        }
    }
}
