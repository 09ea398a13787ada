import ReproFormats
import ReproNumerics
import ReproRandom
import ReproTrace

/// How a run is carried out. Nothing here shows in its digest, except a planted fault.
public struct RunOptions {
    /// Which steps keep the digests of their tensors.
    public var detail: Recorder.Detail
    /// A fault to plant; nil for none.
    public var perturbation: Perturbation?
    /// Receives every operation of the stages that it asks for.
    public var operations: OperationSink?
    /// The stage that the run ends after; nil for the whole run.
    public var lastStage: StageID?
    /// Sequences that an evaluation takes at a time. It bounds the memory; a row's bits do not depend on its batch.
    public var evaluationBatchSize: Int
    /// How many tokens of a text file are kept in memory: 128 MiB of them unless said otherwise. Of a file with more, the run
    /// keeps where each example begins, and reads it again for every batch. No bit depends on it.
    public var greatestTokenCount = 1 << 24
    /// Makes a path of the experiment one that can be opened.
    public var resolve: (String) -> String
    /// Where training goes on from, of a run of the same experiment, seed and data; nil for a run from the beginning.
    public var start: TrainingState?
    /// Told of the state before the first step, after each step (an epoch's last one with what the epoch left), and now and
    /// then, of the same state again, while a split is evaluated. What it throws ends the run.
    public var onState: ((TrainingState) throws -> Void)?
    /// Gives the bytes of a data file by a path that can be opened, for whoever has read it already; nil to read it.
    public var readData: ((String) throws -> [UInt8])?
    /// Told of everything as it happens. What it throws ends the run.
    public var onProgress: (RunProgress) throws -> Void
    /// Told of every tensor that is hashed. What it throws ends the run.
    public var onTensor: TensorObserver = { _, _, _ in }

    public init(
        detail: Recorder.Detail = .stage, perturbation: Perturbation? = nil, operations: OperationSink? = nil,
        lastStage: StageID? = nil, evaluationBatchSize: Int = 256,
        resolve: @escaping (String) -> String = { $0 },
        onProgress: @escaping (RunProgress) throws -> Void = { _ in }
    ) {
        self.detail = detail
        self.perturbation = perturbation
        self.operations = operations
        self.lastStage = lastStage
        self.evaluationBatchSize = evaluationBatchSize
        self.resolve = resolve
        self.onProgress = onProgress
    }
}

/// The stage that a run was to end after did not occur in it.
public struct StageNeverReached: Error, Equatable, CustomStringConvertible {
    /// As it was asked for, which need not be a stage's text form.
    public let stage: String

    public init(_ stage: String) { self.stage = stage }

    public var description: String {
        "the run has no stage '\(stage)'. `repro run --trace stage` lists them"
    }
}

/// A step of the optimiser that was taken, for whoever watches.
public struct TrainedStep: Sendable, Equatable {
    /// The step, its epoch and the loss of its batch.
    public let loss: StepLoss
    /// The rate that the step was taken with.
    public let learningRate: Float
    /// How many sequences its batch held.
    public let sequences: Int

    public init(loss: StepLoss, learningRate: Float, sequences: Int) {
        (self.loss, self.learningRate, self.sequences) = (loss, learningRate, sequences)
    }
}

/// What a run tells while it goes on.
public enum RunProgress: Sendable {
    case stage(Stage)
    /// What a step was; ``step(_:of:)`` follows.
    case trained(TrainedStep)
    /// How many steps were taken, and how many there are at most.
    case step(Int, of: Int)
    /// The epoch that ended, counted from 0, how many there are at most, and the mean loss of its batches by their rows.
    case epoch(Int, of: Int, loss: Double)
    /// The scores of the validation split after an epoch, and how many epochs there are at most.
    case validation(EpochScores, of: Int)
}

extension Experiment {
    /// Carries out the experiment: the one way from a seed to a digest.
    ///
    /// - Precondition: training options within the ranges that their JSON has; at least 1 sequence in an evaluation.
    /// - Throws: ``StageNeverReached``, `FormatError` for data, `NotFiniteError`, `ExperimentError`, `PerturbationError`, `FloatingPointFault`,
    ///   `ParameterKeyCollision`.
    public func run(seed: UInt64, engine: Engine, options: RunOptions = RunOptions()) throws -> RunResult {
        require(options.evaluationBatchSize >= 1, "\(options.evaluationBatchSize) sequences at a time in an evaluation")
        training?.requireRanges(task: task, head: model.head)
        try FloatingPointEnvironment.verify()
        let recorder = Recorder(
            engine: engine, detail: options.detail, perturbation: options.perturbation,
            sink: options.operations, lastStage: options.lastStage,
            onStage: { try options.onProgress(.stage($0)) }, onTensor: options.onTensor)
        let streams = RandomStreams(seed: seed)
        var result: RunResult
        if task == .inspection {
            var run = try InspectionRun(experiment: self, streams: streams, engine: engine, recorder: recorder)
            result = try run.result()
        } else {
            var run = try TrainingRun(
                experiment: self, streams: streams, engine: engine, recorder: recorder, options: options)
            result = try run.result()
        }
        result.perturbation = options.perturbation
        result.lastStage = options.lastStage
        if let stage = options.lastStage, result.trace.stages.last?.id != stage {
            throw StageNeverReached(stage.description)
        }
        return result
    }
}
