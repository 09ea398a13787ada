import ReproFormats
import ReproNN
import ReproNumerics
import ReproRandom
import ReproTrace

/// The training loop: init, data, steps and epochs, evaluation, final (contract, sections 11 and 12).
struct TrainingRun {
    private let experiment: Experiment
    private let seed: UInt64
    private let training: TrainingOptions
    private let streams: RandomStreams
    private let engine: Engine
    private let options: RunOptions
    private var dataset: Dataset
    private var recorder: Recorder
    private var model: SequenceModel
    private let initialStreams: [StreamState]
    private var optimizer: Optimizer
    private var losses: [StepLoss] = []
    private var metrics: [(name: String, value: Double)] = []
    private var outputs: [(name: String, value: Tensor)] = []

    init(
        experiment: Experiment, seed: UInt64, streams: RandomStreams, engine: Engine, recorder: Recorder,
        options: RunOptions
    ) throws {
        guard let training = experiment.training else { preconditionFailure("'\(experiment.name)' does not train") }
        self.experiment = experiment
        self.seed = seed
        self.training = training
        self.streams = streams
        self.engine = engine
        self.recorder = recorder
        self.options = options
        dataset = try Dataset(
            experiment.data, tagging: experiment.task == .tagging, streams: streams, kernels: engine.kernels,
            resolve: options.resolve)
        try experiment.validate(dataset)
        let configuration = experiment.modelConfiguration(for: dataset)
        switch experiment.model.initialization {
        case .repro:
            model = try SequenceModel(configuration, streams: streams)
            initialStreams = streams.states(after: model.parameters)
        case .torch:
            var generator = MersenneTwister(seed: seed)
            model = SequenceModel(configuration, torch: &generator)
            initialStreams = [generator.streamState]
        }
        optimizer = Optimizer(training, parameters: model.parameters)
    }

    mutating func result() throws -> RunResult {
        do { try carryOut() } catch is LastStageReached {}
        return RunResult(
            experiment: experiment, seed: seed, trace: try recorder.trace(), metrics: metrics, losses: losses,
            parameters: model.parameters, optimizerState: optimizer.tensors, outputs: outputs, inspection: nil)
    }

    private mutating func carryOut() throws {
        if let stage = options.lastStage, !stageNames.contains(stage) { throw StageNeverReached(stage: stage) }
        recorder.begin("init")
        try recordState()
        try recorder.end(streams: initialStreams)
        try dataset.record(in: &recorder)
        try train()
        try evaluate()
        recorder.begin("final")
        try recordState()
        try recorder.end()
    }

    /// Every stage that the run will have.
    private var stageNames: [String] {
        let sequences = dataset.sequences(.train)!.count
        let steps = (sequences + training.batchSize - 1) / training.batchSize * training.epochs
        return ["init", "data"] + (0..<steps).map { "step " + padded($0, to: 6) }
            + (0..<training.epochs).map { "epoch " + padded($0, to: 3) } + ["evaluation", "final"]
    }

    private mutating func recordState() throws {
        try recordParameters()
        try optimizer.record(in: &recorder)
    }

    private mutating func recordParameters() throws {
        for index in model.parameters.indices {
            try recorder.record(model.parameters[index].name, &model.parameters[index].value)
        }
    }

    private mutating func train() throws {
        let sequences = dataset.sequences(.train)!
        let stepsPerEpoch = (sequences.count + training.batchSize - 1) / training.batchSize
        for epoch in 0..<training.epochs {
            optimizer.learningRate = training.learningRate(epoch: epoch)
            var order = streams.stream(.epochOrder, key: UInt32(epoch))
            let permutation = order.permutation(sequences.count)
            var lossSum = 0.0
            var rowSum = 0
            for (place, first) in stride(from: 0, to: sequences.count, by: training.batchSize).enumerated() {
                let batch = sequences.batch(permutation[first..<min(first + training.batchSize, sequences.count)])
                let drawn = place == 0 ? [order.streamState(.epochOrder, key: UInt32(epoch))] : []
                let loss = try step(batch, epoch: epoch, drawn: drawn)
                lossSum += Double(loss) * Double(batch.targets.count)
                rowSum += batch.targets.count
                try options.onProgress(.step(optimizer.step, of: stepsPerEpoch * training.epochs))
            }
            recorder.begin("epoch " + padded(epoch, to: 3))
            try recordState()
            try recorder.end()
            let mean = lossSum / Double(rowSum)
            try options.onProgress(.epoch(epoch, of: training.epochs, loss: mean))
            if epoch == training.epochs - 1 { metrics.append(("trainLoss", mean)) }
        }
    }

    /// One step of the optimiser. `drawn` are streams that it already drew from. Returns the loss.
    private mutating func step(_ batch: SequenceBatch, epoch: Int, drawn: [StreamState]) throws -> Float {
        let number = optimizer.step
        recorder.begin("step " + padded(number, to: 6))
        var batch = batch
        try batch.record(prefix: "batch.", in: &recorder)
        let recurrent = model.configuration.recurrent
        var dropout =
            recurrent.drops
            ? Dropout(
                stream: streams.stream(.dropout, key: UInt32(number)), recurrent, batchPositions: batch.positions)
            : nil
        let weights = model.weights(for: engine, backward: true)
        let observer = recorder.observer
        let hashed = experiment.digest == .step

        // Each part passes forward by itself, which changes no bit of its rows.
        let tagging = experiment.task == .tagging
        let shards = batch.shards(training.shards, tagging: tagging).map {
            $0?.microBatches(training.microBatch, tagging: tagging) ?? []
        }
        // Of micro-batches no tape is kept: the loss takes all logits before the first gradient, and one tape at a time is what
        // they are for. Each passes forward again before it passes backward. A watched step keeps them: an operation happens once.
        let keepsTapes = training.microBatch == nil || shards.joined().count == 1 || observer != nil
        var passes: [[ForwardPass]] = []
        var logitParts: [Tensor] = []
        for (number, shard) in shards.enumerated() {
            var ownPasses: [ForwardPass] = []
            for (place, part) in shard.enumerated() {
                let own = observer?.within(shard: number, of: shards.count, part: place, of: shard.count)
                let (logits, tape) = try model.forwardForTraining(
                    part, weights: weights, engine: engine, dropout: dropout, observer: own)
                logitParts.append(logits)
                ownPasses.append(
                    ForwardPass(batch: part, dropout: dropout, tape: keepsTapes ? tape : nil, observer: own))
                dropout = tape.dropout
            }
            passes.append(ownPasses)
        }
        var logits = Tensor(joiningRows: logitParts)
        try recorder.record("logits", &logits)
        var loss = value(logits, batch.targets)
        try recorder.record("loss", &loss.value)
        observer?.observe("grad.logits", &loss.logitsGradient)

        var gradients = try gradients(passes, weights: weights, logitsGradient: loss.logitsGradient)
        for index in gradients.indices {
            try recorder.record("grad." + model.parameters[index].name, &gradients[index], hashed: hashed)
        }
        try optimizer.apply(gradients, to: &model.parameters, engine: engine, observer: observer)
        for index in model.parameters.indices {
            try recorder.record(model.parameters[index].name, &model.parameters[index].value, hashed: hashed)
        }
        var streamStates = drawn
        if let dropout { streamStates.append(dropout.stream.streamState(.dropout, key: UInt32(number))) }
        try recorder.end(streams: streamStates)
        let scalar = loss.value[offset: 0]
        losses.append(StepLoss(step: number, epoch: epoch, loss: scalar))
        return scalar
    }

    /// What a part of a batch went forward with, and its tape where that is kept.
    private struct ForwardPass {
        let batch: SequenceBatch
        let dropout: Dropout?
        let tape: SequenceModel.Tape?
        let observer: OperationObserver?
    }

    /// Gradients of the whole batch: the shards', each a chain of its own that its micro-batches continue, added in
    /// ascending order. An empty shard's is +0, and is added.
    private func gradients(
        _ shards: [[ForwardPass]], weights: RecurrentWeights, logitsGradient: Tensor
    ) throws -> [Tensor] {
        var sum: [Tensor]?
        var firstRow = 0
        var afterEmpty = false
        for shard in shards {
            // A second +0 in a row changes nothing any more: the first has made +0 of every −0.
            if shard.isEmpty && afterEmpty { continue }
            afterEmpty = shard.isEmpty
            var own: [Tensor] = []
            for pass in shard {
                let tape =
                    try pass.tape
                    ?? model.forwardForTraining(pass.batch, weights: weights, engine: engine, dropout: pass.dropout)
                    .tape
                let part = logitsGradient.rows(firstRow..<(firstRow + tape.rows))
                firstRow += tape.rows
                if own.isEmpty {
                    own = try model.backward(
                        tape, logitsGradient: part, engine: engine, observer: pass.observer)
                } else {
                    try model.backward(
                        tape, logitsGradient: part, accumulating: &own, engine: engine, observer: pass.observer)
                }
            }
            if own.isEmpty { own = model.parameters.map { Tensor(zeros: $0.value.shape) } }
            sum = sum.map { zip($0, own).map { $0.adding($1) } } ?? own
        }
        return sum ?? []
    }

    private func value(_ logits: Tensor, _ targets: [Int]) -> LossValue {
        switch model.configuration.head {
        case .softmax: Loss.softmaxNLL(logits, targets: targets, engine: engine)
        case .sigmoid: Loss.sigmoidBCE(logits, targets: targets, engine: engine)
        }
    }

    private mutating func evaluate() throws {
        recorder.begin("evaluation")
        let weights = model.weights(for: engine, backward: false)
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
            var loss = value(logits, targets).value
            try recorder.record(split.rawValue + ".loss", &loss)
            let correct = zip(Loss.predictions(logits, head: model.configuration.head), targets).count { $0 == $1 }
            try recorder.record(split.rawValue + ".correct", shape: [], [Int64(correct)])
            metrics.append((split.rawValue + "Loss", Double(loss[offset: 0])))
            metrics.append((split.rawValue + "Accuracy", Double(correct) / Double(targets.count)))
            outputs.append((split.rawValue + ".logits", logits))
        }
        try recorder.end()
    }
}

extension OperationObserver {
    /// For a shard, where there are several, and for a micro-batch of it, where there are several.
    fileprivate func within(shard: Int, of shards: Int, part: Int, of parts: Int) -> OperationObserver {
        within((shards > 1 ? "shard[\(shard)]." : "") + (parts > 1 ? "micro[\(part)]." : ""))
    }
}

extension Recorder {
    /// Watches the operations of the open stage, where it is to be looked into.
    var observer: OperationObserver? {
        guard operations.watches else { return nil }
        return OperationObserver { [operations] in operations.observe($0, &$1) }
    }

    /// Records a tensor that the digest covers where `hashed`; else it is an operation, and has to be finite all the same.
    fileprivate mutating func record(_ name: String, _ tensor: inout Tensor, hashed: Bool) throws {
        if hashed { return try record(name, &tensor) }
        observer?.observe(name, &tensor)
        try verifyFinite(name, tensor)
    }
}

/// A number with leading zeros.
func padded(_ number: Int, to width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
}
