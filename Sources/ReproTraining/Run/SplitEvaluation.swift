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
        /// How many rows were predicted right; nil in regression.
        var correct: Int? { scores.confusion?.correct }
    }

    /// Records a split's logits, loss and hits in the open stage.
    func evaluate(_ split: Split, weights: RecurrentWeights) throws -> Result {
        let sequences = dataset.sequences(split)!
        var parts: [Tensor] = []
        for first in stride(from: 0, to: sequences.count, by: batchSize) {
            let batch = sequences.batch(first..<min(first + batchSize, sequences.count))
            parts.append(
                try model.logits(
                    batch, weights: weights, engine: engine,
                    observer: recorder.observer?.within("\(split.rawValue)[\(first)].")))
        }
        var logits = Tensor(joiningRows: parts)
        let all = sequences.all
        let name = split.rawValue + ".logits"
        try recorder.record(name, &logits)
        var loss = try loss.ofEvaluation(logits, all, engine: engine).value
        try recorder.record(split.rawValue + ".loss", &loss)
        let scores: SplitScores
        if model.configuration.head == .linear {
            scores = SplitScores(split, targets: all.values, predictions: Array(logits.elements))
        } else {
            let predictions = try model.configuration.head.predictions(logits)
            scores = SplitScores(
                split, targets: all.targets, predictions: predictions, classes: dataset.classes, labels: dataset.labels,
                lengths: model.configuration.readout == .positions ? all.lengths : nil)
            let correct = zip(predictions, all.targets).count { $0 == $1 }
            try recorder.record(split.rawValue + ".correct", shape: [], [Int64(correct)])
        }
        return Result(logits: NamedTensor(name, logits), loss: loss[offset: 0], scores: scores)
    }
}

extension SplitEvaluation.Result {
    /// What a run reports of the split: loss and accuracy, in regression loss and errors.
    var metrics: [(name: String, value: Double)] {
        let split = scores.split.rawValue
        var metrics = [(name: split + "Loss", value: Double(loss))]
        if let confusion = scores.confusion { metrics.append((split + "Accuracy", confusion.accuracy)) }
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
        if let confusion = scores.confusion {
            values.append(.init("accuracy", confusion.accuracy))
            values.append(.init("macroF1", confusion.macro.f1))
        }
        if let spans = scores.spans { values.append(.init("spanF1", spans.micro.f1)) }
        if let regression = scores.regression {
            values.append(.init("mae", regression.meanAbsoluteError))
            values.append(.init("rmse", regression.rootMeanSquaredError))
            if let r2 = regression.r2 { values.append(.init("r2", r2)) }
        }
        return values
    }
}
