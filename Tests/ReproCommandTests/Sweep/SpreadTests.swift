import Repro
import Testing

/// Means and spreads held to Python's `statistics` and SciPy.
struct SpreadTests {
    /// Mean and deviation by `sum(v) / n` and `statistics.stdev` of Python 3.11; the half interval by
    /// `scipy.stats.t.ppf(0.975, n − 1) * deviation / √n` of SciPy 1.17, which the table's three decimals have to meet.
    @Test func equalsPythonsStatistics() throws {
        let cases: [(values: [Double], mean: Double, deviation: Double, half: Double)] = [
            ([0.875, 0.90625], 0.890625, 0.02209708691207961, 0.1985344490027296),
            ([0.86, 0.882, 0.874, 0.868, 0.88], 0.8728, 0.009011104260855055, 0.011188763744764262),
            ((0..<37).map { Double($0 * $0 % 97) / 97 }, 0.46140986347171914, 0.31503243524042507, 0.10503704342277591),
        ]
        for (values, mean, deviation, half) in cases {
            let spread = Spread(values)
            #expect(abs(spread.mean - mean) < 1e-15)
            #expect(abs(try #require(spread.deviation) - deviation) < 1e-15)
            // Above 30 degrees of freedom the table has gaps, and its interval may only be wider.
            let own = try #require(spread.halfInterval)
            #expect(own > half * 0.9995 && own < half * (values.count > 31 ? 1.01 : 1.0005), "\(own), \(half)")
            #expect(spread.least == values.min() && spread.greatest == values.max())
        }
    }

    @Test func oneValueHasNoSpread() {
        let spread = Spread([0.5])
        #expect(spread.mean == 0.5 && spread.deviation == nil && spread.halfInterval == nil)
    }
}
