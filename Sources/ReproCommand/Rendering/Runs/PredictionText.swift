import Repro

/// How a line's prediction is printed.
enum PredictionForm: String, CaseIterable {
    case text, tsv, jsonl
}

/// Prints the predictions of a line as one line.
struct PredictionPrinter {
    private let labels: [String]
    private let isTagger: Bool
    private let form: PredictionForm

    init(_ model: TrainedModel, _ form: PredictionForm) {
        (labels, isTagger, self.form) = (model.labels, model.isTagger, form)
    }

    /// One line for its predictions: of a tagger one for each word, else one, or none where the line holds no token.
    func line(_ predictions: [Prediction]) -> String {
        switch form {
        case .text where isTagger: predictions.map(\.label).joined(separator: " ")
        case .text:
            predictions.map { ([$0.label] + ($0.probability.map { ["\($0)"] } ?? [])).joined(separator: "  ") }
                .joined()
        case .tsv where isTagger: predictions.map(\.label).joined(separator: "\t")
        case .tsv:
            predictions.map { ([$0.label] + $0.probabilities.map { "\($0)" }).joined(separator: "\t") }.joined()
        case .jsonl: json(predictions).text(.compact)
        }
    }

    private func json(_ predictions: [Prediction]) -> JSONValue {
        guard isTagger else {
            if let number = predictions.first?.number { return ["number": number] }
            return ["label": predictions.first?.label, "probabilities": predictions.first.map(probabilities)]
        }
        return ["labels": predictions.map(\.label), "probabilities": predictions.map(probabilities)]
    }

    private func probabilities(_ prediction: Prediction) -> JSONValue {
        .object(zip(labels, prediction.probabilities).map { JSONValue.Member($0, $1.json) })
    }
}
