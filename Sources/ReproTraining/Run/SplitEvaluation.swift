import ReproFormats
import ReproNN
import ReproNumerics
import ReproTrace

/// Runs splits through a model without dropout, records what the digest covers of them and scores the predictions (contract,
/// sections 11, 12 and 14).
struct SplitEvaluation {
    let model: SequenceModel
    let loss: TrainingLoss
    let dataset: Dataset
    let engine: Engine
    let recorder: Recorder
    /// How many sequences pass together. It bounds the memory; a row's bits do not depend on its batch.
    let batchSize: Int

    /// What was found of a split.
    struct Result {
        let logits: NamedTensor
        let loss: Float
        let scores: SplitScores
        /// The share of all targets that was predicted right, those among them that training lacks; nil in regression.
        let accuracy: Double?
    }

    /// Records a split's logits, loss and hits in the open stage.
    ///
    /// - Parameter onBatch: called before each batch. What it throws ends the evaluation.
    func evaluate(_ split: Split, weights: RecurrentWeights, onBatch: () throws -> Void) throws -> Result {
        let sequences = dataset.sequences(split)!
        var parts: [Tensor] = []
        for first in stride(from: 0, to: sequences.count, by: batchSize) {
            try onBatch()
            let batch = try sequences.batch(first..<min(first + batchSize, sequences.count))
            parts.append(
                try model.logits(
                    batch, weights: weights, engine: engine,
                    observer: recorder.observer?.within("\(split.rawValue)[\(first)].")))
        }
        var logits = Tensor(joiningRows: parts)
        let name = split.rawValue + ".logits"
        try recorder.record(name, &logits)
        if model.configuration.head == .linear {
            let targets = sequences.numbers
            let loss = try record(try self.loss.ofEvaluation(logits, numbers: targets).value, of: split)
            let scores = SplitScores(split, targets: targets, predictions: Array(logits.elements))
            return Result(logits: NamedTensor(name, logits), loss: loss, scores: scores, accuracy: nil)
        }
        let targets = try sequences.targets()
        let (known, knownTargets) = logits.rowsWithTargets(targets)
        let loss = try record(try self.loss.ofEvaluation(known, targets: knownTargets, engine: engine).value, of: split)
        let predictions = try model.configuration.head.predictions(logits)
        let correct = zip(predictions, targets).count { $0 == $1 }
        try recorder.record(split.rawValue + ".correct", shape: [], [Int64(correct)])
        // A label that training lacks is no class: the scores of classes leave it out, and no span is cut around it.
        let judged = targets.indices.filter { targets[$0] >= 0 }
        let hasSpans = model.configuration.readout == .positions && judged.count == targets.count
        let scores = SplitScores(
            split, targets: knownTargets, predictions: judged.map { predictions[$0] }, classes: dataset.classes,
            labels: dataset.labels, lengths: hasSpans ? sequences.lengths : nil)
        return Result(
            logits: NamedTensor(name, logits), loss: loss, scores: scores,
            accuracy: Double(correct) / Double(targets.count))
    }

    private func record(_ loss: Tensor, of split: Split) throws -> Float {
        var loss = loss
        try recorder.record(split.rawValue + ".loss", &loss)
        return loss[offset: 0]
    }
}

extension SplitEvaluation.Result {
    /// What a run reports of the split: loss and accuracy, in regression loss and errors.
    var metrics: [(name: String, value: Double)] {
        let split = scores.split.rawValue
        var metrics = [(name: split + "Loss", value: Double(loss))]
        if let accuracy { metrics.append((split + "Accuracy", accuracy)) }
        if let regression = scores.regression {
            metrics.append((split + "MAE", regression.meanAbsoluteError))
            metrics.append((split + "RMSE", regression.rootMeanSquaredError))
            if let r2 = regression.r2 { metrics.append((split + "R2", r2)) }
        }
        return metrics
    }

    /// The numbers that people and early stopping compare, under their names.
    var values: [EpochScores.Score] {
        var values = [EpochScores.Score("loss", Double(loss))]
        if let accuracy { values.append(.init("accuracy", accuracy)) }
        if let confusion = scores.confusion { values.append(.init("macroF1", confusion.macro.f1)) }
        if let spans = scores.spans { values.append(.init("spanF1", spans.micro.f1)) }
        if let regression = scores.regression {
            values.append(.init("mae", regression.meanAbsoluteError))
            values.append(.init("rmse", regression.rootMeanSquaredError))
            if let r2 = regression.r2 { values.append(.init("r2", r2)) }
        }
        return values
    }
}
