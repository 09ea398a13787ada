import ReproNN
import ReproNumerics
import ReproRandom
import ReproTestSupport
import ReproTrace
import ReproTraining
import Testing

private func operations(
    _ experiment: Experiment, _ engine: Engine, stage: StageID? = nil, fault: Perturbation? = nil
) throws -> (operations: [TracedOperation], root: Digest) {
    nonisolated(unsafe) var operations: [TracedOperation] = []
    let sink = OperationSink(stage: stage) { operation, bytes in
        #expect(bytes.count == operation.shape.reduce(1, *) * operation.elementType.byteCount)
        operations.append(operation)
    }
    let root = try experiment.run(
        seed: 42, engine: engine, options: RunOptions(perturbation: fault, operations: sink)
    ).trace.root
    return (operations, root)
}

@Suite struct OperationTests {
    @Test func theOperationsOfARunDoNotDependOnTheEngine() throws {
        var experiment = try shortened("classifier", epochs: 1)
        experiment.model.hidden = 33
        let plain = try experiment.run(seed: 42, engine: try engine(.best, workers: 1)).trace.root
        let expected = try operations(experiment, try engine(.reference, workers: 1))
        #expect(expected.root == plain)
        for path in KernelPath.supported {
            for workers in [1, 3] {
                let found = try operations(experiment, try engine(path, workers: workers))
                #expect(found.operations == expected.operations, "\(path.rawValue), \(workers) workers")
                #expect(found.root == plain)
            }
        }
    }

    /// A name stands once in a stage, so that a fault's place is one place.
    @Test(arguments: ["classifier", "sigmoid-classifier", "outputs", "layers", "last-states"])
    func namesAreUniqueInAStage(_ name: String) throws {
        let found = try operations(try shortened(name, epochs: 1), try engine(.best, workers: 1)).operations
        #expect(Set(found.map(\.place)).count == found.count)
        let stages = found.map(\.stage).reduce(into: [StageID]()) { if $0.last != $1 { $0.append($1) } }
        #expect(Set(stages).count == stages.count, "a stage was left and taken up again: \(stages)")
    }

    /// With shards each has operations of its own, and every recorded tensor is among the operations.
    @Test func everyRecordedTensorIsAnOperation() throws {
        var experiment = try shortened("classifier", epochs: 1)
        experiment.training?.shards = 2
        let found = try operations(experiment, try engine(.best, workers: 1)).operations
        let trace = try experiment.run(
            seed: 42, engine: try engine(.best, workers: 1), options: RunOptions(detail: .tensor)
        ).trace
        for stage in trace.stages {
            let own = found.filter { $0.stage == stage.id }
            for leaf in try #require(stage.leaves) {
                #expect(own.contains { $0.name == leaf.name && $0.digest == leaf.digest }, "\(stage.name)/\(leaf.name)")
            }
        }
        #expect(found.contains { $0.name == "shard[1].lstm.l0[0].pre" })
        #expect(found.contains { $0.name == "shard[0].grad.lstm.l0_reverse[0].c" })
    }

    /// A watched step of micro-batches shows each operation once, and a fault in one reaches the root as in an unwatched run.
    @Test func microBatchesHaveOperationsOfTheirOwn() throws {
        var experiment = try shortened("sigmoid-classifier", epochs: 1)
        let plain = try experiment.run(seed: 42, engine: try engine(.best, workers: 1)).trace.stages
        experiment.training?.microBatch = 7
        let found = try operations(experiment, try engine(.best, workers: 1)).operations
        #expect(Set(found.map(\.place)).count == found.count)
        #expect(found.contains { $0.name == "micro[1].grad.lstm.l0[0].pre" })
        let stages = try experiment.run(seed: 42, engine: try engine(.best, workers: 1)).trace.stages
        #expect(stages.map(\.digest) == plain.map(\.digest))
    }

    @Test func oneStageIsTheSameStageOfTheWholeRun() throws {
        let experiment = try shortened("sigmoid-classifier", epochs: 1)
        let whole = try operations(experiment, try engine(.best, workers: 1)).operations
        for stage: StageID in ["init", "data", "step 000001", "evaluation", "final"] {
            let one = try operations(experiment, try engine(.best, workers: 1), stage: stage).operations
            #expect(!one.isEmpty && one == whole.filter { $0.stage == stage }, "\(stage)")
        }
    }

    @Test func aRunEndsAfterItsLastStage() throws {
        let cases: [(String, [StageID])] = [
            ("sigmoid-classifier", ["init", "data", "step 000001", "epoch 000", "evaluation"]),
            ("outputs", ["init", "evaluation"]),
        ]
        for (name, stages) in cases {
            let experiment = try shortened(name, epochs: 1)
            let whole = try experiment.run(seed: 42, engine: try engine(.best, workers: 1)).trace.stages
            for stage in stages {
                let part = try experiment.run(
                    seed: 42, engine: try engine(.best, workers: 1), options: RunOptions(lastStage: stage)
                ).trace.stages
                #expect(part.last?.id == stage)
                #expect(part.map(\.digest) == whole.prefix(part.count).map(\.digest))
            }
            #expect(throws: StageNeverReached.self) {
                try experiment.run(
                    seed: 42, engine: try engine(.best, workers: 1), options: RunOptions(lastStage: "step 999999"))
            }
        }
    }

    /// A fault in an operation that no digest covers is planted there, once, and the run without its trace has the same root.
    @Test func aFaultIsPlantedInAnOperation() throws {
        let experiment = try shortened("classifier", epochs: 1)
        let engine = try engine(.best, workers: 2)
        let clean = try operations(experiment, engine)
        for name in ["lstm.l0[2].i", "grad.lstm.l0_reverse[3].c", "exp_avg.linear.weight", "exp_avg_sq.linear.bias"] {
            let fault = Perturbation(stage: "step 000002", tensor: name, element: 1, kind: .bit(22))
            let found = try operations(experiment, engine, fault: fault)
            let first = zip(found.operations, clean.operations).first { $0 != $1 }?.0
            #expect(first?.stage == fault.stage && first?.name == name, "\(name): \(first?.name ?? "nowhere")")
            let untraced = try experiment.run(seed: 42, engine: engine, options: RunOptions(perturbation: fault))
            #expect(untraced.trace.root == found.root && found.root != clean.root, "\(name)")
        }
        let outside = Perturbation(stage: "step 000002", tensor: "lstm.l0[2].i", element: 1 << 20)
        #expect(throws: PerturbationError.self) {
            try experiment.run(seed: 42, engine: engine, options: RunOptions(perturbation: outside))
        }
    }

    /// What an observer says to have changed is computed again; nothing having changed, to the same bits.
    @Test func anOptimizersParametersFollowFromItsState() throws {
        for kind in TrainingOptions.OptimizerName.allCases {
            var options = TrainingOptions(optimizer: kind, learningRate: 0.01, batchSize: 4, epochs: 1)
            options.momentum = kind == .sgd ? 0.9 : 0
            options.weightDecay = 0.02
            options.clipNorm = 0.5
            var stream = PCG64(seed: 3, .generatedData, key: 0)
            var plain = [Parameter(name: "w", value: Tensor(shape: [5, 7], elements: stream.uniforms(35)))]
            var watched = plain
            var (one, two) = (Optimizer(options, parameters: plain), Optimizer(options, parameters: plain))
            let engine = try engine(.best, workers: 1)
            for _ in 0..<20 {
                let gradients = [Tensor(shape: [5, 7], elements: stream.uniforms(35))]
                try one.apply(gradients, to: &plain, engine: engine)
                var shown: [String] = []
                try two.apply(
                    gradients, to: &watched, engine: engine,
                    observer: OperationObserver { name, value in
                        shown.append(name)
                        return Int(stream.next32()) % value.count
                    })
                #expect(plain[0].value.isBitwiseEqual(to: watched[0].value), "\(kind)")
                #expect(shown.count == (kind == .sgd ? 2 : 3) && shown[0] == "grad.scale")
            }
        }
    }
}
