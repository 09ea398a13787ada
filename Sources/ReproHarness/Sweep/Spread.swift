/// What several runs' values of one metric come to: their mean, their spread, and how well the mean is known.
public struct Spread: Sendable, Equatable {
    /// How many values there are.
    public let count: Int
    /// Their sum divided by their number.
    public let mean: Double
    /// The sample standard deviation, with `count − 1` below the line; nil for a single value.
    public let deviation: Double?
    /// The least value.
    public let least: Double
    /// The greatest value.
    public let greatest: Double

    /// Sums go in the order of the values, each in binary64.
    ///
    /// - Precondition: there is a value.
    public init(_ values: [Double]) {
        precondition(!values.isEmpty, "no values have no mean")
        count = values.count
        mean = values.reduce(0, +) / Double(values.count)
        let center = mean
        let squares = values.reduce(0) { $0 + ($1 - center) * ($1 - center) }
        deviation = values.count > 1 ? (squares / Double(values.count - 1)).squareRoot() : nil
        least = values.min()!
        greatest = values.max()!
    }

    /// Half the width of the interval around the mean that covers the true mean in 95 of 100 sweeps, where values are normally
    /// distributed: Student's t for `count − 1` degrees of freedom × deviation ÷ √count. Nil for a single value.
    public var halfInterval: Double? {
        deviation.map { Spread.quantile(count - 1) * $0 / Double(count).squareRoot() }
    }

    /// Student's t at 0.975, from the table of the NIST/SEMATECH e-Handbook of Statistical Methods, section 1.3.6.7.2; between
    /// its rows the next smaller number of degrees of freedom, whose interval is a little wider.
    private static func quantile(_ freedom: Int) -> Double {
        let first = [
            12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131,
            2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
        ]
        let further: [(freedom: Int, quantile: Double)] = [(100, 1.984), (60, 2.000), (40, 2.021), (30, 2.042)]
        if freedom <= first.count { return first[freedom - 1] }
        return further.first { $0.freedom <= freedom }!.quantile
    }
}
