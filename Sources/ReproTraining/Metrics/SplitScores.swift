import ReproFormats

/// How well a model did on one split: what its task can be judged by. In no digest.
public struct SplitScores: Sendable {
    /// The split that was evaluated.
    public let split: Split
    /// What the classes are called, in their order; their numbers where the data has no labels.
    public let labels: [String]
    /// Nil in regression.
    public let confusion: ConfusionMatrix?
    /// Nil where the labels are not those of spans, as in BIO.
    public let spans: SpanScores?
    /// Nil but in regression.
    public let regression: RegressionScores?

    /// Of classes: one per row of logits.
    ///
    /// - Parameters:
    ///   - labels: the classes' labels; empty where the data has none.
    ///   - lengths: of the sequences, where there is one prediction per position; else nil.
    public init(
        _ split: Split, targets: [Int], predictions: [Int], classes: Int, labels: [[UInt8]], lengths: [Int]?
    ) {
        self.split = split
        self.labels =
            labels.isEmpty
            ? (0..<classes).map(String.init) : labels.map { String(decoding: $0, as: UTF8.self) }
        confusion = ConfusionMatrix(targets: targets, predictions: predictions, classes: classes)
        spans =
            lengths.flatMap { lengths in
                guard SpanScores.areSpans(labels) else { return nil }
                return SpanScores(
                    targets: targets.map { labels[$0] }, predictions: predictions.map { labels[$0] }, lengths: lengths)
            }
        regression = nil
    }

    /// Of numbers: one per sequence.
    public init(_ split: Split, targets: [Float], predictions: [Float]) {
        self.split = split
        labels = []
        confusion = nil
        spans = nil
        regression = RegressionScores(targets: targets, predictions: predictions)
    }

    /// Everything but the confusion matrix.
    public var json: JSONValue {
        var json: JSONValue = [:]
        if let confusion {
            let classes = zip(labels, confusion.scores).map { label, score in
                (["label": label] as JSONValue).adding(score.json)
            }
            json = ["accuracy": confusion.accuracy, "macro": confusion.macro.json, "classes": classes]
        }
        json.add("spans", ifPresent: spans?.json)
        if let regression {
            json = json.adding([
                "mae": regression.meanAbsoluteError, "rmse": regression.rootMeanSquaredError, "r2": regression.r2,
            ])
        }
        return json
    }
}

extension ClassScore {
    fileprivate var json: JSONValue {
        ["precision": precision, "recall": recall, "f1": f1, "predicted": predicted, "support": actual]
    }
}

extension AveragedScore {
    fileprivate var json: JSONValue { ["precision": precision, "recall": recall, "f1": f1] }
}

extension SpanScores {
    fileprivate var json: JSONValue {
        let kinds = kinds.map { kind, score -> JSONValue in
            (["label": String(decoding: kind, as: UTF8.self)] as JSONValue)
                .adding(SpanScores.harmonic(score).json)
                .adding(["predicted": score.predicted, "support": score.actual])
        }
        return ["micro": micro.json, "macro": macro.json, "kinds": kinds]
    }
}

extension SplitScores {
    /// The places of the confusion matrix that are not 0, by their labels.
    public var confusionEntries: [ConfusionFile.Entry] {
        (confusion?.cells ?? []).map {
            ConfusionFile.Entry(
                split: split.rawValue, actual: labels[$0.actual], predicted: labels[$0.predicted], count: $0.count)
        }
    }
}
