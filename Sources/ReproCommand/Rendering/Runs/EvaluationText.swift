import Repro

/// The scores of a model as a person reads them: the whole first, then a line for each class or kind of span.
enum EvaluationText {
    static func lines(_ evaluation: ModelEvaluation) -> [StyledText] {
        let scores = evaluation.scores
        var lines: [StyledText] = [
            row("sequences", "\(evaluation.sequences)"), row("loss", decimal(Double(evaluation.loss), places: 6)),
        ]
        if let accuracy = evaluation.accuracy { lines.append(row("accuracy", percent(accuracy))) }
        if let regression = scores.regression {
            lines.append(row("MAE", decimal(regression.meanAbsoluteError, places: 6)))
            lines.append(row("RMSE", decimal(regression.rootMeanSquaredError, places: 6)))
            if let r2 = regression.r2 { lines.append(row("R²", decimal(r2, places: 4))) }
        }
        if evaluation.unknown > 0 { lines.append(row("unknown labels", "\(evaluation.unknown)")) }
        if let macro = scores.confusion?.macro { lines.append(row("macro F1", decimal(macro.f1, places: 4))) }
        if let micro = scores.spans?.micro { lines.append(row("span F1", decimal(micro.f1, places: 4))) }
        guard let confusion = scores.confusion else { return lines }
        let classes = zip(scores.labels, confusion.scores).filter { $1.actual > 0 || $1.predicted > 0 }
        let width = max(5, classes.map { $0.0.count }.max() ?? 0)
        lines += ["", "\(faint: "class".padded(width))  precision  recall      F1  support"]
        for (label, score) in classes {
            let numbers = [score.precision, score.recall, score.f1].map { decimal($0, places: 4).leftPadded(6) }
            let support = String(score.actual).leftPadded(7)
            lines.append("\(label.padded(width))     \(numbers[0])  \(numbers[1])  \(numbers[2])  \(support)")
        }
        return lines
    }

    private static func row(_ name: String, _ value: String) -> StyledText { "\(name.padded(18))  \(value)" }
}

extension ModelEvaluation {
    /// What `repro evaluate --format json` prints.
    func json(of model: TrainedModel) -> JSONValue {
        let head: JSONValue = [
            "experiment": model.experiment.name, "digest": model.digest, "sequences": sequences,
            "loss": Double(loss), "accuracy": accuracy, "unknownLabels": unknown, "scores": scores.json,
        ]
        return head
    }
}
