import ReproFormats
import ReproNN
import ReproNumerics
import ReproRandom
import ReproTrace

/// The training loop: init, data, steps and epochs, evaluation, final (contract, sections 11 and 12).
///
/// What changes from step to step is one value, ``TrainingState``, which each turn of the loop advances by a step.
struct TrainingRun {
    private let experiment: Experiment
    private let training: TrainingOptions
    private let streams: RandomStreams
    private let engine: Engine
    private let options: RunOptions
    private let recorder: Recorder
    private var dataset: Dataset
    /// What the data was drawn from. It is drawn before the parameters, whose shapes depend on it, and recorded after them.
    private let dataStreams: [StreamState]
    private let configuration: SequenceModelConfiguration
    private var state: TrainingState
    /// The state that was shown since the last step; let go before the next one, which would have to copy what it shares.
    private var shown: TrainingState?
    /// The batches of the open epoch; nil before the epoch's first step of this process.
    private var batches: [[Int]]?
    private let loss: TrainingLoss
    private var metrics: [(name: String, value: Double)] = []
    private var outputs: [NamedTensor] = []
    private var scores: [SplitScores] = []

    init(
        experiment: Experiment, streams: RandomStreams, engine: Engine, recorder: Recorder, options: RunOptions
    ) throws {
        guard let training = experiment.training, let source = experiment.data as? any TrainingSource else {
            fatalError("'\(experiment.name)' does not train")
        }
        self.experiment = experiment
        self.training = training
        self.streams = streams
        self.engine = engine
        self.recorder = recorder
        self.options = options
        let reader = DataReader(
            resolve: options.resolve, read: options.readData, greatestTokenCount: options.greatestTokenCount)
        dataset = try source.dataset(
            DataRequest(
                task: experiment.task, affixes: experiment.model.additions.affixes, streams: streams, reader: reader))
        dataStreams = streams.takeLedger()
        try experiment.validate(dataset)
        let configuration = experiment.modelConfiguration(for: dataset)
        self.configuration = configuration
        loss = TrainingLoss(
            head: configuration.head, classWeights: try experiment.classWeights(for: dataset),
            labelSmoothing: training.additions.labelSmoothing)
        var model =
            switch experiment.model.initialization {
            case .repro: try SequenceModel(configuration, streams: streams)
            case .torch: try streams.drawAsTorch { try SequenceModel(configuration, torch: &$0) }
            }
        try model.start(from: experiment.model.additions, dataset, reader)
        state = TrainingState(
            parameters: model.parameters, optimizer: Optimizer(training, parameters: model.parameters))
        state.optimizer.frozenCount = configuration.freezesEmbedding ? 1 : 0
    }

    mutating func result() throws -> RunResult {
        if let stage = options.lastStage, !has(stage) { throw StageNeverReached(stage.description) }
        try carryOut()
        return RunResult(
            experiment: experiment, seed: streams.seed, trace: try recorder.trace(),
            metrics: metrics + dataset.metrics,
            losses: state.losses, parameters: state.parameters, optimizerState: state.optimizer.tensors,
            outputs: outputs, encoding: dataset.encoding, inspection: nil, scores: scores,
            validations: state.validations)
    }

    private var model: SequenceModel { SequenceModel(configuration, parameters: state.parameters) }

    /// Shows the state as the last step left it, with the stages that the recorder had closed by then: until the next step it is
    /// one and the same, so that whoever keeps it keeps one state for each step.
    private mutating func showState() throws {
        guard let observe = options.onState else { return }
        if shown == nil {
            shown = state
            shown!.stages = recorder.stages
        }
        try observe(shown!)
    }

    /// Goes on from where another run of the same experiment, seed and data stood.
    ///
    /// - Throws: ``ResumptionError`` where what this run has drawn and read so far is not what that one had.
    private mutating func go(onFrom start: TrainingState) throws {
        try start.verify(
            against: state, begunWith: recorder.stages, stepsPerEpoch: stepsPerEpoch, epochs: training.epochs,
            validates: training.additions.validatesEachEpoch)
        let frozenCount = state.optimizer.frozenCount
        state = start
        state.optimizer.frozenCount = frozenCount
        recorder.append(stages: start.stages[recorder.stages.count...])
    }

    private var stepsPerEpoch: Int {
        (dataset.sequences(.train)!.count + training.batchSize - 1) / training.batchSize
    }

    /// Whether the run will have the stage.
    private func has(_ stage: StageID) -> Bool {
        switch stage {
        case .step(let number): number < stepsPerEpoch * training.epochs
        case .epoch(let number): number < training.epochs
        case .validation(let number): training.additions.validatesEachEpoch && number < training.epochs
        case .initialization, .data, .evaluation, .final: true
        }
    }

    /// Goes through the stages, up to the last one that was asked for.
    private mutating func carryOut() throws {
        recorder.begin(.initialization)
        try state.record(in: recorder)
        guard try end() else { return }
        recorder.begin(.data)
        try dataset.record(in: recorder)
        guard try recorder.end(streams: dataStreams) else { return }
        if let start = options.start { try go(onFrom: start) } else { try showState() }
        guard try train(), try evaluate() else { return }
        recorder.begin(.final)
        try state.record(in: recorder)
        _ = try end()
    }

    /// Closes the open stage over what it drew. Returns whether the run goes on.
    private func end() throws -> Bool { try recorder.end(streams: streams.takeLedger()) }

    /// Returns whether the run goes on after the last epoch.
    private mutating func train() throws -> Bool {
        while true {
            if isValidationDue {
                guard try validate() else { return false }
            } else if state.epoch < training.epochs, !isStopped {
                guard try advance() else { return false }
            } else {
                break
            }
            try showState()
        }
        if let best = state.best { state.parameters = best.parameters }
        if let loss = state.epochLosses.last { metrics.append(("trainLoss", loss)) }
        return true
    }

    /// Takes the next step, and closes its epoch where it was the epoch's last. Returns whether the run goes on.
    private mutating func advance() throws -> Bool {
        shown = nil
        let batches = try batchesOfEpoch()
        state.optimizer.learningRate = try training.learningRate(epoch: state.epoch, step: state.optimizer.step)
        let batch = try dataset.sequences(.train)!.batch(batches[state.batch])
        guard let loss = try step(batch) else { return false }
        state.batch += 1
        state.lossSum.loss += Double(loss) * Double(batch.targetCount)
        state.lossSum.rows += batch.targetCount
        try options.onProgress(
            .trained(
                TrainedStep(
                    loss: state.losses.last!, learningRate: Float(state.optimizer.learningRate),
                    sequences: batch.lengths.count)))
        try options.onProgress(.step(state.optimizer.step, of: stepsPerEpoch * training.epochs))
        return try state.batch < stepsPerEpoch || endEpoch()
    }

    /// The batches of the open epoch, drawn where this process has not drawn them yet.
    private mutating func batchesOfEpoch() throws -> [[Int]] {
        if let batches { return batches }
        let sequences = dataset.sequences(.train)!
        let (key, size) = (UInt32(state.epoch), training.batchSize)
        let order = streams.draw(.epochOrder, key: key) { $0.permutation(sequences.count) }
        var drawn: [[Int]]
        if let count = training.additions.lengthBuckets {
            let sorted = sequences.buckets(order, batchSize: size, batches: count)
            drawn = streams.draw(.batchOrder, key: key) { $0.permutation(sorted.count) }.map { sorted[$0] }
        } else {
            drawn = stride(from: 0, to: order.count, by: size).map { Array(order[$0..<min($0 + size, order.count)]) }
        }
        // Within an epoch, the stage of its first step has recorded the stream already.
        if state.batch > 0 { _ = streams.takeLedger() }
        batches = drawn
        return drawn
    }

    /// Records what the epoch left, and opens the next one. Returns whether the run goes on.
    private mutating func endEpoch() throws -> Bool {
        let epoch = state.epoch
        recorder.begin(.epoch(epoch))
        try state.record(in: recorder)
        guard try end() else { return false }
        let mean = state.lossSum.loss / Double(state.lossSum.rows)
        state.epochLosses.append(mean)
        (state.epoch, state.batch, state.lossSum, batches) = (epoch + 1, 0, (0, 0), nil)
        try options.onProgress(.epoch(epoch, of: training.epochs, loss: mean))
        return true
    }

    /// Whether the last epoch is still to be validated.
    private var isValidationDue: Bool {
        training.additions.validatesEachEpoch && state.validations.count < state.epoch
    }

    /// Evaluates the validation split after the last epoch, and keeps the parameters where it is the best so far. Returns whether
    /// the run goes on.
    private mutating func validate() throws -> Bool {
        let epoch = state.validations.count
        recorder.begin(.validation(epoch))
        let evaluation = evaluation
        let weights = try evaluation.model.weights(for: engine, backward: false)
        let found = try evaluation.evaluate(.validation, weights: weights) { try showState() }
        guard try end() else { return false }
        let scores = EpochScores(epoch: epoch, scores: found.values)
        state.validations.append(scores)
        if let stopping = training.additions.earlyStopping {
            let value = scores.value(stopping.metric.rawValue)!
            if stopping.isBetter(value, than: state.best) {
                state.best = EarlyStopping.Best(epoch: epoch, value: value, parameters: state.parameters)
            }
        }
        try options.onProgress(.validation(scores, of: training.epochs))
        return true
    }

    /// Whether as many epochs as training has patience for were not the best.
    private var isStopped: Bool {
        guard let stopping = training.additions.earlyStopping, let best = state.best else { return false }
        return state.epoch - 1 - best.epoch >= stopping.patience
    }

    private var evaluation: SplitEvaluation {
        SplitEvaluation(
            model: model, loss: loss, dataset: dataset, engine: engine, recorder: recorder,
            batchSize: options.evaluationBatchSize)
    }

    /// One step of the optimiser. Returns the loss, nil where the run ends with this step.
    private mutating func step(_ batch: SequenceBatch) throws -> Float? {
        let number = state.optimizer.step
        recorder.begin(.step(number))
        var batch = batch
        try batch.record(prefix: "batch.", in: recorder)
        let observer = recorder.observer
        let hashed = experiment.digest == .step
        let model = self.model
        let step = TrainingStep(
            model: model, weights: try model.weights(for: engine, backward: true), engine: engine, observer: observer,
            isInMicroBatches: training.microBatch != nil,
            dropout: (experiment.model.additions.embeddingDropout, experiment.model.additions.readoutDropout))
        let tagging = experiment.task == .tagging
        let shards = batch.shards(training.shards, tagging: tagging).map {
            $0?.microBatches(training.microBatch, tagging: tagging) ?? []
        }
        var forward = try step.forward(shards, number: number, streams: streams)
        try recorder.record("logits", &forward.logits)
        var loss = try loss.ofTraining(forward.logits, batch, engine: engine)
        try recorder.record("loss", &loss.value)
        observer?.observe("grad.logits", &loss.gradient)

        var gradients = try step.gradients(forward, logitsGradient: loss.gradient)
        for index in gradients.indices {
            try recorder.record("grad." + state.parameters[index].name, &gradients[index], hashed: hashed)
        }
        try state.optimizer.apply(gradients, to: &state.parameters, engine: engine, observer: observer)
        for index in state.parameters.indices {
            try recorder.record(state.parameters[index].name, &state.parameters[index].value, hashed: hashed)
        }
        guard try end() else { return nil }
        let scalar = loss.value[offset: 0]
        state.losses.append(StepLoss(step: number, epoch: state.epoch, loss: scalar))
        return scalar
    }

    /// Returns whether the run goes on.
    private mutating func evaluate() throws -> Bool {
        recorder.begin(.evaluation)
        let evaluation = evaluation
        let weights = try evaluation.model.weights(for: engine, backward: false)
        if let best = state.best { metrics.append(("bestEpoch", Double(best.epoch + 1))) }
        for (split, _) in dataset.splits where split != .train {
            let found = try evaluation.evaluate(split, weights: weights) { try showState() }
            metrics += found.metrics
            outputs.append(found.logits)
            scores.append(found.scores)
        }
        return try end()
    }
}
