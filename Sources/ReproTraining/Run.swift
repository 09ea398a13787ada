import ReproFormats
import ReproNN
import ReproNumerics
import ReproRandom
import ReproTrace

/// How a run is carried out. Nothing here shows in its digest, except a planted fault.
public struct RunOptions {
    public var detail: Recorder.Detail
    public var perturbation: Perturbation?
    /// Receives every operation of the stages that it asks for.
    public var operations: OperationSink?
    /// The stage that the run ends after; nil for the whole run.
    public var lastStage: String?
    /// Sequences that an evaluation takes at a time. It bounds the memory; a row's bits do not depend on its batch.
    public var evaluationBatchSize: Int
    /// Makes a path of the experiment one that can be opened.
    public var resolve: (String) -> String
    /// Told of everything as it happens. What it throws ends the run.
    public var onProgress: (RunProgress) throws -> Void
    /// Told of every tensor that is hashed. What it throws ends the run.
    public var onTensor: TensorObserver = { _, _, _ in }

    public init(
        detail: Recorder.Detail = .stage, perturbation: Perturbation? = nil, operations: OperationSink? = nil,
        lastStage: String? = nil, evaluationBatchSize: Int = 256,
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

/// Ends a run after the last stage that was asked for.
struct LastStageReached: Error {}

/// The stage that a run was to end after did not occur in it.
public struct StageNeverReached: Error, Equatable, CustomStringConvertible {
    public let stage: String

    public var description: String {
        "the run has no stage '\(stage)'. `repro run --trace stage` lists them"
    }
}

/// What a run tells while it goes on.
public enum RunProgress: Sendable {
    case stage(Stage)
    case step(Int, of: Int)
    case epoch(Int, of: Int, loss: Double)
}

/// What a run gave.
public struct RunResult: Sendable {
    public let experiment: Experiment
    public let seed: UInt64
    public let trace: Trace
    /// For people, in order of interest; in no digest.
    public let metrics: [(name: String, value: Double)]
    public let losses: [StepLoss]
    public let parameters: [Parameter]
    public let optimizerState: [(name: String, value: Tensor)]
    /// Logits of the evaluated splits, or what an inspection looked at.
    public let outputs: [(name: String, value: Tensor)]
    /// What an inspection found, nil for training.
    public let inspection: Inspection?
    /// The fault that was planted, and the stage that the run was to end after; nil in a whole and clean run.
    public internal(set) var perturbation: Perturbation?
    public internal(set) var lastStage: String?

    public func metric(_ name: String) -> Double? { metrics.first { $0.name == name }?.value }
}

extension Experiment {
    /// Carries out the experiment: the one way from a seed to a digest.
    ///
    /// - Throws: ``StageNeverReached``, `FormatError` for data, `NotFiniteError`, `ExperimentError`, `PerturbationError`, `FloatingPointFault`,
    ///   `ParameterKeyCollision`.
    public func run(seed: UInt64, engine: Engine, options: RunOptions = RunOptions()) throws -> RunResult {
        try FloatingPointEnvironment.verify()
        let recorder = Recorder(
            engine: engine, detail: options.detail, perturbation: options.perturbation,
            sink: options.operations,
            onStage: {
                try options.onProgress(.stage($0))
                if $0.name == options.lastStage { throw LastStageReached() }
            }, onTensor: options.onTensor)
        var result = try result(seed: seed, engine: engine, recorder: recorder, options: options)
        result.perturbation = options.perturbation
        result.lastStage = options.lastStage
        if let stage = options.lastStage, result.trace.stages.last?.name != stage {
            throw StageNeverReached(stage: stage)
        }
        return result
    }

    private func result(
        seed: UInt64, engine: Engine, recorder: Recorder, options: RunOptions
    ) throws -> RunResult {
        let streams = RandomStreams(seed: seed)
        if task == .inspection {
            var run = InspectionRun(experiment: self, streams: streams, engine: engine, recorder: recorder)
            return try run.result(seed: seed)
        }
        var run = try TrainingRun(
            experiment: self, seed: seed, streams: streams, engine: engine, recorder: recorder, options: options)
        return try run.result()
    }
}
