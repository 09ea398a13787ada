import ReproNumerics

/// How far predicted numbers are from what they should be, in binary64 (contract, section 14).
///
///     MAE = mean of |p − t|   RMSE = √(mean of (t − p)²)   R² = 1 − Σ (t − p)² ÷ Σ (t − mean of t)²
///
/// Means and sums add in NumPy's order, so that they have the bits of scikit-learn's.
public struct RegressionScores: Sendable, Equatable {
    /// The mean absolute error.
    public let meanAbsoluteError: Double
    /// The root of the mean squared error.
    public let rootMeanSquaredError: Double
    /// The coefficient of determination: 1 for no error, 0 for that of the targets' mean. Where all targets are equal: 1 where
    /// every prediction is right, else 0. Nil for fewer than two targets, where it says nothing.
    public let r2: Double?

    /// - Precondition: at least one target, as many predictions.
    public init(targets: [Float], predictions: [Float]) {
        require(
            targets.count == predictions.count && !targets.isEmpty,
            "\(predictions.count) predictions for \(targets.count) targets")
        let (targets, predictions) = (targets.map(Double.init), predictions.map(Double.init))
        let errors = zip(targets, predictions).map { $0 - $1 }
        let squares = errors.map { $0 * $0 }
        meanAbsoluteError = PairwiseSum.mean(of: errors.map(\.magnitude))
        rootMeanSquaredError = PairwiseSum.mean(of: squares).squareRoot()
        let mean = PairwiseSum.mean(of: targets)
        let (residual, total) = (PairwiseSum.of(squares), PairwiseSum.of(targets.map { ($0 - mean) * ($0 - mean) }))
        r2 = targets.count < 2 ? nil : total == 0 ? (residual == 0 ? 1 : 0) : 1 - residual / total
    }
}
