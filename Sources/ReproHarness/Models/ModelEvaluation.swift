import ReproFormats
import ReproNN
import ReproNumerics
import ReproTraining

/// How well a trained model predicts data that it may never have seen.
public struct ModelEvaluation: Sendable {
    /// How many sequences were predicted.
    public let sequences: Int
    /// The mean loss over the labels that the model knows.
    public let loss: Float
    /// The share of all labels that was predicted right; a label that the model does not know is never. Nil in regression.
    public let accuracy: Double?
    /// How many labels the model does not know; the scores leave them out.
    public let unknown: Int
    /// What the task can be judged by.
    public let scores: SplitScores

    /// One label and what the model said instead, or as well.
    public struct Row: Sendable {
        /// Where the label stands: the line of a text file, else the number of the sequence, from 1.
        public let line: Int
        /// The label of the data.
        public let actual: String
        /// What the model says.
        public let prediction: Prediction
        /// The text, or of a tagger the word; empty for features.
        public let text: String
    }
}

extension TrainedModel {
    /// How many files hold data of the kind that the model was trained on; 0 where its data was drawn and not read.
    public var evaluationFileCount: Int {
        if let source = experiment.data as? any FeatureSource { return type(of: source).fileCount }
        return experiment.data is any TextReadingSource ? 1 : 0
    }

    /// Evaluates the model on labelled data of the format that it was trained on.
    ///
    /// - Parameters:
    ///   - paths: a text or safetensors file; of npy data inputs, lengths and targets.
    ///   - onRow: receives every prediction, in the data's order.
    /// - Precondition: as many paths as ``evaluationFileCount`` says.
    /// - Throws: `FormatError` for data that cannot be read; `FloatingPointFault`.
    public func evaluate(
        _ paths: [String], onRow: (ModelEvaluation.Row) throws -> Void = { _ in }
    ) throws -> ModelEvaluation {
        precondition(paths.count == max(1, evaluationFileCount), "\(paths.count) files to evaluate on")
        var sum = Sum()
        if let encoding, let source = experiment.data as? any TextReadingSource {
            var text = try NumberedText(path: paths[0], as: source, encoding: encoding, task: experiment.task)
            while let part = try text.next(TrainedModel.batchSize) {
                let rows = try add(batch(part.sequences), part.targets, part.numbers, to: &sum)
                for (row, prediction) in rows.enumerated() {
                    let label = String(decoding: part.labels[row], as: UTF8.self)
                    let text = String(decoding: part.texts[row], as: UTF8.self)
                    try onRow(
                        ModelEvaluation.Row(line: part.lines[row], actual: label, prediction: prediction, text: text))
                }
            }
        } else if let source = experiment.data as? any FeatureSource {
            let features = model.configuration.recurrent.inputSize
            let all = try source.sequences(paths: paths, tagging: isTagger, features: features)
            for first in stride(from: 0, to: all.count, by: TrainedModel.batchSize) {
                let batch = all.batch(first..<min(first + TrainedModel.batchSize, all.count))
                let rows = try add(batch, batch.targets, batch.numbers, to: &sum)
                let numbers = batch.lengths.enumerated().flatMap { index, length in
                    Array(repeating: first + index + 1, count: isTagger ? length : 1)
                }
                for (row, prediction) in rows.enumerated() {
                    let label = batch.numbers.isEmpty ? labels[batch.targets[row]] : "\(batch.numbers[row])"
                    try onRow(
                        ModelEvaluation.Row(line: numbers[row], actual: label, prediction: prediction, text: ""))
                }
            }
        } else {
            throw FormatError(
                .badData, path: paths[0],
                problem: "'\(experiment.name)' draws its data from the seed and reads no file",
                remedy: "give it texts to predict: repro predict")
        }
        return try result(sum, path: paths[0])
    }

    /// What an evaluation has gathered.
    private struct Sum {
        var logits: [Tensor] = []
        var targets: [Int] = []
        var numbers: [Float] = []
        var predictions: [Int] = []
        var lengths: [Int] = []
    }

    private func add(
        _ batch: SequenceBatch, _ targets: [Int], _ numbers: [Float], to sum: inout Sum
    ) throws -> [Prediction] {
        let logits = try logits(batch)
        let predictions = try predictions(of: logits)
        sum.logits.append(logits)
        sum.targets += targets
        sum.numbers += numbers
        sum.predictions += predictions.map(\.class)
        sum.lengths += batch.lengths
        return predictions
    }

    private func result(_ sum: Sum, path: String) throws -> ModelEvaluation {
        let logits = Tensor(joiningRows: sum.logits)
        guard experiment.task != .regression else {
            let loss = try Loss.meanSquaredError(
                logits, targets: Tensor(shape: logits.shape, elements: sum.numbers))
            return ModelEvaluation(
                sequences: sum.lengths.count, loss: loss.value[offset: 0], accuracy: nil, unknown: 0,
                scores: SplitScores(.test, targets: sum.numbers, predictions: Array(logits.elements)))
        }
        let (known, targets) = logits.rowsWithTargets(sum.targets)
        guard !targets.isEmpty else {
            throw FormatError(
                .badData, path: path,
                problem: "the model knows none of its labels: it was trained on "
                    + labels.prefix(5).joined(separator: ", ") + (labels.count > 5 ? ", …" : ""),
                remedy: "correct the labels, or take data with labels of the training split")
        }
        let judged = sum.targets.indices.filter { sum.targets[$0] >= 0 }
        let hasSpans = isTagger && judged.count == sum.targets.count
        let scores = SplitScores(
            .test, targets: targets, predictions: judged.map { sum.predictions[$0] }, classes: labels.count,
            labels: encoding?.labels ?? [], lengths: hasSpans ? sum.lengths : nil)
        let correct = zip(sum.predictions, sum.targets).count { $0 == $1 }
        return ModelEvaluation(
            sequences: sum.lengths.count,
            loss: try model.configuration.head.loss(known, targets: targets, engine: engine).value[offset: 0],
            accuracy: Double(correct) / Double(sum.targets.count), unknown: sum.targets.count - targets.count,
            scores: scores)
    }
}
