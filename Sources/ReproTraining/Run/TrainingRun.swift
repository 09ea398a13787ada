import ReproFormats
import ReproNN
import ReproNumerics
import ReproRandom
import ReproTrace

/// The training loop: init, data, steps and epochs, evaluation, final (contract, sections 11 and 12).
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
    private var model: SequenceModel
    private var optimizer: Optimizer
    private var losses: [StepLoss] = []
    private var metrics: [(name: String, value: Double)] = []
    private var outputs: [NamedTensor] = []

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
        dataset = try source.dataset(
            tagging: experiment.task == .tagging, streams: streams, resolve: options.resolve)
        dataStreams = streams.takeLedger()
        try experiment.validate(dataset)
        let configuration = experiment.modelConfiguration(for: dataset)
        switch experiment.model.initialization {
        case .repro: model = try SequenceModel(configuration, streams: streams)
        case .torch: model = try streams.drawAsTorch { try SequenceModel(configuration, torch: &$0) }
        }
        optimizer = Optimizer(training, parameters: model.parameters)
    }

    mutating func result() throws -> RunResult {
        if let stage = options.lastStage, !has(stage) { throw StageNeverReached(stage.description) }
        try carryOut()
        return RunResult(
            experiment: experiment, seed: streams.seed, trace: try recorder.trace(), metrics: metrics, losses: losses,
            parameters: model.parameters, optimizerState: optimizer.tensors, outputs: outputs, inspection: nil)
    }

    private var stepsPerEpoch: Int {
        (dataset.sequences(.train)!.count + training.batchSize - 1) / training.batchSize
    }

    /// Whether the run will have the stage.
    private func has(_ stage: StageID) -> Bool {
        switch stage {
        case .step(let number): number < stepsPerEpoch * training.epochs
        case .epoch(let number): number < training.epochs
        case .initialization, .data, .evaluation, .final: true
        }
    }

    /// Goes through the stages, up to the last one that was asked for.
    private mutating func carryOut() throws {
        recorder.begin(.initialization)
        try recordState()
        guard try end() else { return }
        recorder.begin(.data)
        try dataset.record(in: recorder)
        guard try recorder.end(streams: dataStreams), try train(), try evaluate() else { return }
        recorder.begin(.final)
        try recordState()
        _ = try end()
    }

    /// Closes the open stage over what it drew. Returns whether the run goes on.
    private func end() throws -> Bool { try recorder.end(streams: streams.takeLedger()) }

    private mutating func recordState() throws {
        for index in model.parameters.indices {
            try recorder.record(model.parameters[index].name, &model.parameters[index].value)
        }
        try optimizer.record(in: recorder)
    }

    /// Returns whether the run goes on after the last epoch.
    private mutating func train() throws -> Bool {
        let sequences = dataset.sequences(.train)!
        for epoch in 0..<training.epochs {
            optimizer.learningRate = try training.learningRate(epoch: epoch)
            let order = streams.draw(.epochOrder, key: UInt32(epoch)) { $0.permutation(sequences.count) }
            var lossSum = 0.0
            var rowSum = 0
            for first in stride(from: 0, to: sequences.count, by: training.batchSize) {
                let batch = sequences.batch(order[first..<min(first + training.batchSize, sequences.count)])
                guard let loss = try step(batch, epoch: epoch) else { return false }
                lossSum += Double(loss) * Double(batch.targets.count)
                rowSum += batch.targets.count
                try options.onProgress(.step(optimizer.step, of: stepsPerEpoch * training.epochs))
            }
            recorder.begin(.epoch(epoch))
            try recordState()
            guard try end() else { return false }
            let mean = lossSum / Double(rowSum)
            try options.onProgress(.epoch(epoch, of: training.epochs, loss: mean))
            if epoch == training.epochs - 1 { metrics.append(("trainLoss", mean)) }
        }
        return true
    }

    /// One step of the optimiser. Returns the loss, nil where the run ends with this step.
    private mutating func step(_ batch: SequenceBatch, epoch: Int) throws -> Float? {
        let number = optimizer.step
        recorder.begin(.step(number))
        var batch = batch
        try batch.record(prefix: "batch.", in: recorder)
        let observer = recorder.observer
        let hashed = experiment.digest == .step
        let step = TrainingStep(
            model: model, weights: try model.weights(for: engine, backward: true), engine: engine, observer: observer,
            isInMicroBatches: training.microBatch != nil)
        let tagging = experiment.task == .tagging
        let shards = batch.shards(training.shards, tagging: tagging).map {
            $0?.microBatches(training.microBatch, tagging: tagging) ?? []
        }
        var forward = try step.forward(shards, number: number, streams: streams)
        try recorder.record("logits", &forward.logits)
        let head = model.configuration.head
        var loss = try head.loss(forward.logits, targets: batch.targets, engine: engine)
        try recorder.record("loss", &loss.value)
        observer?.observe("grad.logits", &loss.gradient)

        var gradients = try step.gradients(forward, logitsGradient: loss.gradient)
        for index in gradients.indices {
            try recorder.record("grad." + model.parameters[index].name, &gradients[index], hashed: hashed)
        }
        try optimizer.apply(gradients, to: &model.parameters, engine: engine, observer: observer)
        for index in model.parameters.indices {
            try recorder.record(model.parameters[index].name, &model.parameters[index].value, hashed: hashed)
        }
        guard try end() else { return nil }
        let scalar = loss.value[offset: 0]
        losses.append(StepLoss(step: number, epoch: epoch, loss: scalar))
        return scalar
    }

    /// Returns whether the run goes on.
    private mutating func evaluate() throws -> Bool {
        recorder.begin(.evaluation)
        let weights = try model.weights(for: engine, backward: false)
        let head = model.configuration.head
        for (split, sequences) in dataset.splits where split != .train {
            let size = options.evaluationBatchSize
            var parts: [Tensor] = []
            for first in stride(from: 0, to: sequences.count, by: size) {
                let batch = sequences.batch(first..<min(first + size, sequences.count))
                parts.append(
                    try model.logits(
                        batch, weights: weights, engine: engine,
                        observer: recorder.observer?.within("\(split.rawValue)[\(first)].")))
            }
            var logits = Tensor(joiningRows: parts)
            let targets = sequences.all.targets
            try recorder.record(split.rawValue + ".logits", &logits)
            var loss = try head.loss(logits, targets: targets, engine: engine).value
            try recorder.record(split.rawValue + ".loss", &loss)
            let correct = zip(try head.predictions(logits), targets).count { $0 == $1 }
            try recorder.record(split.rawValue + ".correct", shape: [], [Int64(correct)])
            metrics.append((split.rawValue + "Loss", Double(loss[offset: 0])))
            metrics.append((split.rawValue + "Accuracy", Double(correct) / Double(targets.count)))
            outputs.append(NamedTensor(split.rawValue + ".logits", logits))
        }
        return try end()
    }
}

extension Recorder {
    /// Watches the operations of the open stage, where it is to be looked into.
    var observer: OperationObserver? {
        guard operations.watches else { return nil }
        return OperationObserver { [operations] in operations.observe($0, &$1) }
    }

    /// Records a tensor that the digest covers where `hashed`; else it is an operation, and has to be finite all the same.
    fileprivate func record(_ name: String, _ tensor: inout Tensor, hashed: Bool) throws {
        if hashed { return try record(name, &tensor) }
        observer?.observe(name, &tensor)
        try verifyFinite(name, tensor)
    }
}
