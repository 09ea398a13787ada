/// A number as the unevaluated sum of two binary64 numbers, |low| at most half a unit in the last place of `high`.
///
/// The algorithms and their bounds are those of Joldes, Muller and Popescu, "Tight and rigorous error bounds for basic
/// building blocks of double-word arithmetic", ACM TOMS 44(2), 2017. With u = 2^-53: addition errs by at most 3u²,
/// multiplication by 7u², division by 15u² of the result. No fused multiply-add: where the processor lacks it, Swift
/// would call the C library's.
struct DoubleDouble {
    var high: Double
    var low: Double

    init(_ value: Double) {
        high = value
        low = 0
    }

    /// The exact sum of any two numbers (Knuth's TwoSum).
    init(sum a: Double, _ b: Double) {
        high = a + b
        let bRounded = high - a
        low = (a - (high - bRounded)) + (b - bRounded)
    }

    /// The exact sum where |a| >= |b| or a is 0 (Dekker's Fast2Sum).
    init(ordered a: Double, _ b: Double) {
        high = a + b
        low = b - (high - a)
    }

    /// The exact product (Dekker, with Veltkamp's splitting into halves of 26 bits), while nothing overflows and the
    /// error is no subnormal number: 2^-450 < |factors| < 2^450 is enough, and so is a factor 0.
    init(product a: Double, _ b: Double) {
        let (aHigh, aLow) = Self.halves(a), (bHigh, bLow) = Self.halves(b)
        high = a * b
        low = ((aHigh * bHigh - high) + aHigh * bLow + aLow * bHigh) + aLow * bLow
    }

    private static func halves(_ a: Double) -> (Double, Double) {
        let scaled = a * 0x1.0000002p27
        let high = scaled - (scaled - a)
        return (high, a - high)
    }

    /// Both parts times a power of two: exact.
    func scaled(by power: Double) -> DoubleDouble {
        var result = self
        result.high *= power
        result.low *= power
        return result
    }

    static prefix func - (a: DoubleDouble) -> DoubleDouble { a.scaled(by: -1) }

    /// AccurateDWPlusDW.
    static func + (a: DoubleDouble, b: DoubleDouble) -> DoubleDouble {
        let high = DoubleDouble(sum: a.high, b.high), low = DoubleDouble(sum: a.low, b.low)
        let middle = DoubleDouble(ordered: high.high, high.low + low.high)
        return DoubleDouble(ordered: middle.high, low.low + middle.low)
    }

    static func - (a: DoubleDouble, b: DoubleDouble) -> DoubleDouble { a + -b }

    /// DWTimesDW1.
    static func * (a: DoubleDouble, b: DoubleDouble) -> DoubleDouble {
        let product = DoubleDouble(product: a.high, b.high)
        return DoubleDouble(ordered: product.high, product.low + (a.high * b.low + a.low * b.high))
    }

    /// DWDivDW1: a quotient from the high parts and one correction.
    static func / (a: DoubleDouble, b: DoubleDouble) -> DoubleDouble {
        let quotient = a.high / b.high
        let remainder = a - b * DoubleDouble(quotient)
        return DoubleDouble(ordered: quotient, remainder.high / b.high)
    }

    /// The nearest binary32 number, ties to even, subnormal numbers and overflow included.
    ///
    /// `high` alone would lose on which side of a midpoint the sum lies. So it is first rounded to odd: where `low`
    /// is not 0 and the last bit of `high` is 0, its neighbour on the side of `low` stands for everything between the
    /// two. With 29 bits more than binary32 the second rounding then sees what the sum would have shown (Boldo and
    /// Melquiond, 2008).
    var rounded: Float {
        if low == 0 || high.bitPattern & 1 == 1 { return Float(high) }
        return Float(low > 0 ? high.nextUp : high.nextDown)
    }
}
