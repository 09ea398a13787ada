/// The elementary functions by definition: the real function's value, rounded once to binary32 (nearest, ties to even).
///
/// Series in double-double arithmetic, no table and no C library. Relative error of each value before the rounding:
/// below 2^-88, from series cut below 2^-94 of their sum, k ln 2 off by 2^-96, and some tens of operations at 2^-103.
/// No result lies that near to a midpoint between two binary32 numbers. The nearest are sigmoid(−2^-24), 2^-76.6 of
/// itself away (1/2 + x/4 is a midpoint there, and x³/48 decides), log1p(0x1.800006p-21), 2^-66.4, and beyond those
/// two kinds of argument, which are near 0, log(0x1.b121a6p+76), 2^-57.8: from
/// Tests/Fixtures/elementary_hard_inputs.txt, which lists all within 2^-46.
package enum ReferenceElementary {
    package static func exp(_ x: Float) -> Float {
        if x.isNaN { return canonicalNaN }
        if x > 89 { return .infinity }  // e^89 > 2^128
        if x < -104 { return 0 }  // e^-104 < 2^-150
        return exponential(Double(x)).rounded
    }

    package static func log(_ x: Float) -> Float {
        if x == 0 { return -.infinity }
        guard x > 0 else { return canonicalNaN }
        return x == .infinity ? x : logarithm(DoubleDouble(Double(x))).rounded
    }

    package static func log1p(_ x: Float) -> Float {
        if x == -1 { return -.infinity }
        guard x > -1 else { return canonicalNaN }
        return x == .infinity || x == 0 ? x : logarithm(DoubleDouble(sum: 1, Double(x))).rounded
    }

    package static func tanh(_ x: Float) -> Float {
        if x.isNaN { return canonicalNaN }
        if x == 0 { return x }
        let size = Double(x.magnitude)
        if size > 10 { return x < 0 ? -1 : 1 }  // 1 − tanh 10 < 2^-27
        // tanh |x| = −m / (2 + m) with m = e^(−2|x|) − 1: by its series where the subtraction would cancel.
        let m = size < 0.17 ? exponentialMinus1(DoubleDouble(-2 * size)) : exponential(-2 * size) - DoubleDouble(1)
        let result = (m / (DoubleDouble(2) + m)).rounded
        return x < 0 ? result : -result
    }

    package static func sigmoid(_ x: Float) -> Float {
        if x.isNaN { return canonicalNaN }
        if x > 40 { return 1 }  // 1 − sigmoid 40 < 2^-57
        if x < -104 { return 0 }
        return (DoubleDouble(1) / (DoubleDouble(1) + exponential(-Double(x)))).rounded
    }

    private static let canonicalNaN = Float(bitPattern: 0x7fc0_0000)

    /// ln 2 to 2^-107.
    private static let ln2 = DoubleDouble(sum: 0x1.62e42fefa39efp-1, 0x1.abc9e3b39803fp-56)

    /// 1/n! for n = 1 … 20. Each n! is a binary64 number.
    private static let inverseFactorials = (1...20).map { n in
        DoubleDouble(1) / DoubleDouble((1...n).reduce(1.0) { $0 * Double($1) })
    }

    /// 2 / (2n + 1) for n = 0 … 17.
    private static let inverseOdd = (0...17).map { DoubleDouble(2) / DoubleDouble(Double(2 * $0 + 1)) }

    /// Σ coefficients[n] xⁿ.
    private static func series(_ coefficients: [DoubleDouble], _ x: DoubleDouble) -> DoubleDouble {
        var sum = coefficients[coefficients.count - 1]
        for coefficient in coefficients.dropLast().reversed() { sum = sum * x + coefficient }
        return sum
    }

    /// e^r − 1 = r Σ rⁿ/(n+1)!, |r| <= 0.35: what is cut off is below 0.35^20 / 21! < 2^-95 of it.
    private static func exponentialMinus1(_ r: DoubleDouble) -> DoubleDouble { r * series(inverseFactorials, r) }

    /// e^y = 2^k e^(y − k ln 2), |y| <= 105. k ln 2 is off by 2^-96 at most.
    private static func exponential(_ y: Double) -> DoubleDouble {
        let shifter = 0x1.8p52  // where binary64's unit is 1; `rounded` would call the C library on some processors
        let k = (y * 0x1.71547652b82fep0 + shifter) - shifter
        let r = DoubleDouble(y) - DoubleDouble(k) * ln2
        let power = Double(sign: .plus, exponent: Int(k), significand: 1)
        return (DoubleDouble(1) + exponentialMinus1(r)).scaled(by: power)
    }

    /// log u = k ln 2 + 2 atanh s, s = (m − 1) / (m + 1), m = 2^-k u in 0.70 … 1.42, so that |s| < 0.18: what is cut
    /// off the series Σ 2 s^(2n+1) / (2n+1) is below 0.18^36 / 37 < 2^-94 of it.
    private static func logarithm(_ u: DoubleDouble) -> DoubleDouble {
        var k = Double(u.high.exponent)
        if u.high.significand > 0x1.6ap0 { k += 1 }
        let m = u.scaled(by: Double(sign: .plus, exponent: Int(-k), significand: 1))
        let s = (m - DoubleDouble(1)) / (m + DoubleDouble(1))
        return DoubleDouble(k) * ln2 + s * series(inverseOdd, s * s)
    }
}
