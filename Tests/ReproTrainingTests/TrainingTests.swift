import Foundation
import ReproNN
import ReproNumerics
import ReproTestSupport
import ReproTrace
import ReproTraining
import Testing

@Suite struct TrainingTests {
    @Test func twoRunsOfOneSeedAreTheSameBits() throws {
        for name in ["classifier", "sigmoid-classifier", "outputs", "layers", "last-states"] {
            let experiment = try shortened(name, epochs: 2)
            let engine = try Engine(threads: 2)
            let first = try experiment.run(seed: 42, engine: engine)
            let second = try experiment.run(seed: 42, engine: engine)
            #expect(first.trace == second.trace, "\(name)")
            #expect(first.losses == second.losses)
            for (a, b) in zip(first.parameters, second.parameters) {
                #expect(a.value.isBitwiseEqual(to: b.value), "\(name): \(a.name)")
            }
        }
    }

    @Test func anotherSeedIsAnotherRun() throws {
        let engine = try Engine(threads: 1)
        for name in ["classifier", "sigmoid-classifier", "outputs", "layers", "last-states"] {
            let experiment = try shortened(name, epochs: 1)
            let roots = try [0, 1, 42, UInt64.max].map {
                try experiment.run(seed: $0, engine: engine).trace.root.hexadecimal
            }
            #expect(Set(roots).count == roots.count, "\(name): \(roots)")
        }
    }

    /// Neither the kernels nor the workers, however they share the work, show in any stage. The units of 16 stay with one
    /// worker per direction; those of 33 are divided.
    @Test(arguments: [16, 33])
    func theEngineDoesNotShow(_ hidden: Int) throws {
        var experiment = try shortened("classifier", epochs: hidden == 16 ? 2 : 1)
        experiment.model.hidden = hidden
        let expected = try experiment.run(seed: 42, engine: try engine(.reference, workers: 1)).trace
        for path in KernelPath.supported {
            for workers in workerCounts {
                let found = try experiment.run(seed: 42, engine: try engine(path, workers: workers)).trace
                let difference = zip(found.stages, expected.stages).first { $0.digest != $1.digest }
                #expect(
                    found.root == expected.root,
                    "\(path.rawValue), \(workers) workers: first at \(difference?.0.name ?? "no stage")")
            }
        }
    }

    /// What is said to be without effect is: the parameters stay the same bits without it. What ships has nothing of the kind.
    @Test func optionsWithoutEffectAreNamed() throws {
        for experiment in Experiment.shipped { #expect(experiment.ineffectiveOptions.isEmpty, "\(experiment.name)") }
        let plain = try shortened("classifier", epochs: 1)
        let changes: [(String, (inout Experiment) -> Void)] = [
            ("dropout", { $0.model.dropout = 0.9 }), ("nonlinearity", { $0.model.nonlinearity = .relu }),
            ("momentum", { $0.training?.momentum = 0.9 }), ("microBatch", { $0.training?.microBatch = 1000 }),
        ]
        let engine = try Engine(threads: 1)
        let expected = try plain.run(seed: 42, engine: engine).trace.root
        for (name, change) in changes {
            var experiment = plain
            change(&experiment)
            #expect(experiment.ineffectiveOptions.count == 1 && experiment.ineffectiveOptions[0].contains(name))
            #expect(try experiment.run(seed: 42, engine: engine).trace.root == expected, "\(name)")
        }
        var sharded = plain
        sharded.training?.shards = 1000
        #expect(sharded.ineffectiveOptions.count == 1)
    }

    @Test func whatIsKeptDoesNotChangeTheRoot() throws {
        let experiment = try shortened("classifier", epochs: 1)
        let engine = try Engine(threads: 1)
        let plain = try experiment.run(seed: 42, engine: engine).trace
        let kept = try experiment.run(seed: 42, engine: engine, options: RunOptions(detail: .tensor)).trace
        #expect(plain.root == kept.root)
        #expect(kept.stages.allSatisfy { $0.leaves != nil })
        #expect(plain.stages.count { $0.isStep && $0.leaves != nil } == 2)
    }

    /// What a step's digest covers is an option of the experiment: it changes the root, and nothing that is computed.
    @Test func theDigestOfEpochsSeesTheSameParameters() throws {
        var experiment = try shortened("classifier", epochs: 1)
        let engine = try Engine(threads: 1)
        let steps = try experiment.run(seed: 42, engine: engine).trace
        experiment.digest = .epoch
        let epochs = try experiment.run(seed: 42, engine: engine).trace
        #expect(steps.root != epochs.root)
        for (a, b) in zip(steps.stages, epochs.stages) where !a.isStep { #expect(a == b, "\(a.name)") }
    }

    /// With both directions a letter's successor is known; with one it is not, and the numerals cannot all be told.
    @Test func romanNumeralsNeedBothDirections() throws {
        let engine = try Engine(threads: 2)
        var experiment = try shipped("roman")
        let both = try experiment.run(seed: 42, engine: engine)
        #expect(both.metric("testAccuracy") == 1)
        experiment.model.bidirectional = false
        let one = try experiment.run(seed: 42, engine: engine)
        let accuracy = try #require(one.metric("testAccuracy"))
        #expect(accuracy > 0.5 && accuracy < 0.99, "\(accuracy)")
    }

    @Test func theShippedClassifiersLearn() throws {
        let engine = try Engine(threads: 2)
        for name in ["classifier", "sigmoid-classifier"] {
            let result = try shipped(name).run(seed: 42, engine: engine)
            let accuracy = try #require(result.metric("testAccuracy"))
            #expect(accuracy > 0.8, "\(name): \(accuracy)")
            #expect(try #require(result.losses.last).loss < result.losses[0].loss)
        }
    }

    /// A fault in a gradient reaches the parameter that is made from it, in its own step; nothing before it moves.
    @Test func aPlantedFaultReachesWhatReadsTheTensor() throws {
        let experiment = try shortened("sigmoid-classifier", epochs: 1)
        let engine = try Engine(threads: 1)
        let plain = try Record(experiment, seed: 42, engine: engine)
        for (tensor, reached) in [
            ("grad.linear.weight", "linear.weight"), ("logits", "loss"), ("lstm.bias_ih_l0", "lstm.bias_ih_l0"),
        ] {
            nonisolated(unsafe) var stages: [Stage] = []
            let options = RunOptions(
                perturbation: Perturbation(stage: "step 000002", tensor: tensor, element: 0, kind: .bit(20)),
                onProgress: { if case .stage(let stage) = $0 { stages.append(stage) } })
            let root = try experiment.run(seed: 42, engine: engine, options: options).trace.root
            #expect(root != plain.root)
            for (found, expected) in zip(stages, plain.stages) {
                let before = ["init", "data", "step 000000", "step 000001"].contains(found.name)
                if before || found.name == "step 000002" || found.name == "final" {
                    #expect((found.digest == expected.digest) == before, "\(tensor): \(found.name)")
                }
                guard found.name == "step 000002" else { continue }
                let moved = zip(try #require(found.leaves), try #require(expected.leaves))
                    .filter { $0.digest != $1.digest }.map(\.0.name)
                #expect(moved.first == tensor && moved.contains(reached), "\(tensor) moved \(moved)")
            }
        }
        #expect(throws: PerturbationError.self) {
            try experiment.run(
                seed: 42, engine: engine, options: RunOptions(perturbation: Perturbation("step 000002/grad.lstm")))
        }
    }

    @Test func trainingThatDivergesIsAnErrorThatNamesTheTensor() throws {
        var experiment = try shortened("sigmoid-classifier", epochs: 1)
        experiment.training?.optimizer = .sgd
        experiment.training?.learningRate = 1e30
        experiment.training?.weightDecay = 1e30
        experiment.training?.clipNorm = nil
        #expect {
            try experiment.run(seed: 42, engine: try Engine(threads: 1))
        } throws: { error in
            guard let error = error as? NotFiniteError else { return false }
            return error.stage?.isStep == true && !error.tensor.isEmpty
        }
    }

    /// Parameters draw from streams of their own: a layer more leaves those of the first as they were.
    @Test func aLayerMoreLeavesTheOthersParametersUnchanged() throws {
        let engine = try Engine(threads: 1)
        var experiment = try shortened("classifier", epochs: 1)
        let first = try Record(experiment, seed: 42, engine: engine, steps: 0)
        experiment.model.layers = 2
        let second = try Record(experiment, seed: 42, engine: engine, steps: 0)
        let leaves = try #require(second.stages.first?.leaves)
        var compared = 0
        for leaf in try #require(first.stages.first?.leaves)
        where leaf.name.hasPrefix("lstm.") || leaf.name.hasPrefix("emb") {
            #expect(leaves.contains { $0.name == leaf.name && $0.digest == leaf.digest }, "\(leaf.name)")
            compared += 1
        }
        #expect(compared == 9)
    }

    /// The kernel computes with the option as binary32; where that is 0, there is nothing for a buffer to hold.
    @Test func momentumHasBuffersWhereItIsNotZeroAsBinary32() {
        let parameters = [Parameter(name: "w", value: Tensor(zeros: [2]))]
        for (momentum, count) in [(0.0, 0), (1e-50, 0), (1e-45, 1), (0.9, 1)] {
            let options = TrainingOptions(
                optimizer: .sgd, learningRate: 1, momentum: momentum, batchSize: 1, epochs: 1)
            #expect(Optimizer(options, parameters: parameters).tensors.count == count, "\(momentum)")
        }
    }
}

/// Questions of the TREC collection, where there is a copy: `REPRO_TEST_DATA` names the folder that holds `trec`.
@Suite struct QuestionTests {
    private static let folder = ProcessInfo.processInfo.environment["REPRO_TEST_DATA"]
    private static var isPresent: Bool {
        guard let folder else { return false }
        return ["train.tsv", "test.tsv"].allSatisfy {
            FileManager.default.isReadableFile(atPath: folder + "/trec/" + $0)
        }
    }

    @Test(
        .enabled(
            if: QuestionTests.isPresent, "set REPRO_TEST_DATA to a folder that holds trec/train.tsv and trec/test.tsv"))
    func questionsTrainTheSameOverEveryNumberOfWorkers() throws {
        let folder = try #require(QuestionTests.folder)
        let experiment = Experiment(
            name: "trec", task: .classification,
            data: .tsv(TextFiles(train: "train.tsv", test: "test.tsv", lowercase: true)),
            model: ModelOptions(embedding: 24, hidden: 33),
            training: TrainingOptions(optimizer: .adam, learningRate: 0.005, batchSize: 32, epochs: 1), digest: .epoch)
        var first: RunResult?
        for workers in workerCounts {
            let result = try experiment.run(
                seed: 42, engine: try engine(.best, workers: workers),
                options: RunOptions(resolve: { folder + "/trec/" + $0 }))
            #expect(try #require(result.metric("testAccuracy")) > 0.5)
            if let first {
                #expect(result.trace.root == first.trace.root, "\(workers) workers")
                for (a, b) in zip(result.parameters, first.parameters) {
                    #expect(a.value.isBitwiseEqual(to: b.value), "\(a.name)")
                }
            } else {
                first = result
            }
        }
    }
}
