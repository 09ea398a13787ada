import ReproNN
import ReproNumerics
import ReproTestSupport
import ReproTraining
import Testing

#if compiler(>=6.3)
    /// A caller's mistake ends the program with what is wrong.
    @Suite(.serialized) struct PreconditionTests {
        @Test(arguments: breaches.indices) func aBrokenPreconditionIsSaid(_ index: Int) async throws {
            let ending = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [index] in
                try breaches[index].body()
            }
            let words = try #require(ending?.words)
            #expect(words.contains("Fatal error: \(breaches[index].says)"), "\(words)")
        }
    }

    private func step(_ gradients: [[Int]], _ parameters: [[Int]]) throws {
        let made = [
            Parameter(name: "a", value: Tensor(zeros: [2, 3])), Parameter(name: "b", value: Tensor(zeros: [4])),
        ]
        var optimizer = Optimizer(
            TrainingOptions(optimizer: .sgd, learningRate: 0.1, batchSize: 1, epochs: 1), parameters: made)
        var changed = parameters.map { Parameter(name: "p", value: Tensor(zeros: $0)) }
        let engine = try Engine(path: .portable, threads: 1)
        try optimizer.apply(gradients.map { Tensor(zeros: $0) }, to: &changed, engine: engine)
    }

    private let stepBreaches = [
        Breach("1 gradients of 2 parameters for an optimiser of 2") { try step([[2, 3]], [[2, 3], [4]]) },
        Breach("3 gradients of 3 parameters for an optimiser of 2") {
            try step([[2, 3], [4], [4]], [[2, 3], [4], [4]])
        },
        Breach("'a' of shape [2, 3] with a gradient of shape [3, 2], not [2, 3]") {
            try step([[3, 2], [4]], [[2, 3], [4]])
        },
        Breach("'b' of shape [4] with a gradient of shape [5], not [4]") { try step([[2, 3], [5]], [[2, 3], [4]]) },
        Breach("'b' of shape [5] with a gradient of shape [5], not [4]") { try step([[2, 3], [5]], [[2, 3], [5]]) },
    ]

    private func run(_ change: (inout TrainingOptions) -> Void, evaluationBatchSize: Int = 256) throws {
        var experiment = try #require(Experiment.shipped.first { $0.name == "roman" })
        change(&experiment.training!)
        _ = try experiment.run(
            seed: 1, engine: Engine(path: .portable, threads: 1),
            options: RunOptions(lastStage: .initialization, evaluationBatchSize: evaluationBatchSize))
    }

    private let optionBreaches = [
        Breach("training options: batchSize") { try run { $0.batchSize = 0 } },
        Breach("training options: epochs") { try run { $0.epochs = 0 } },
        Breach("training options: shards") { try run { $0.shards = 0 } },
        Breach("training options: microBatch") { try run { $0.microBatch = 0 } },
        Breach("training options: learningRate") { try run { $0.learningRate = -1 } },
        Breach("training options: learningRate") { try run { $0.learningRate = .nan } },
        Breach("training options: clipNorm") { try run { $0.clipNorm = 0 } },
        Breach("training options: schedule.every") { try run { $0.schedule = .step(every: 0) } },
        Breach("training options: schedule.epochs") { try run { $0.schedule = .linear(epochs: 0) } },
        Breach("0 sequences at a time in an evaluation") { try run({ _ in }, evaluationBatchSize: 0) },
        Breach("a schedule that steps every 0 epochs") { _ = try Schedule.step(every: 0).rate(1, epoch: 1) },
        Breach("a linear schedule over 0 epochs") { _ = try Schedule.linear(epochs: 0).rate(1, epoch: 1) },
    ]

    private let breaches = stepBreaches + optionBreaches
#endif
