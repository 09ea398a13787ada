/// How well one class, or one kind of span, was found: three counts, and what follows from them.
///
///     precision = correct ÷ predicted   recall = correct ÷ actual   F1 = 2 × correct ÷ (actual + predicted)
///
/// Each is one division of integers in binary64, and 0 where it would divide by 0, as in scikit-learn.
public struct ClassScore: Sendable, Equatable {
    /// How often it was predicted and right.
    public let correct: Int
    /// How often it was predicted.
    public let predicted: Int
    /// How often it occurs: scikit-learn's `support`.
    public let actual: Int

    public init(correct: Int, predicted: Int, actual: Int) {
        self.correct = correct
        self.predicted = predicted
        self.actual = actual
    }

    /// The share of the predicted that is right.
    public var precision: Double { ClassScore.ratio(Double(correct), Double(predicted)) }
    /// The share of the actual that was found.
    public var recall: Double { ClassScore.ratio(Double(correct), Double(actual)) }
    /// The harmonic mean of both.
    public var f1: Double { ClassScore.ratio(2 * Double(correct), Double(actual + predicted)) }

    static func ratio(_ numerator: Double, _ denominator: Double) -> Double {
        denominator == 0 ? 0 : numerator / denominator
    }
}

/// Precision, recall and F1 of several classes together.
public struct AveragedScore: Sendable, Equatable {
    /// The averaged precision.
    public let precision: Double
    /// The averaged recall.
    public let recall: Double
    /// The averaged F1.
    public let f1: Double

    /// The plain means of the scores, each a sum in NumPy's order divided by the count.
    init(macro scores: [(precision: Double, recall: Double, f1: Double)]) {
        precision = PairwiseSum.mean(of: scores.map(\.precision))
        recall = PairwiseSum.mean(of: scores.map(\.recall))
        f1 = PairwiseSum.mean(of: scores.map(\.f1))
    }

    init(precision: Double, recall: Double, f1: Double) {
        self.precision = precision
        self.recall = recall
        self.f1 = f1
    }
}
