import ReproNumerics

/// Where values stand along an axis, 0…`Axis.length`, and its labels. Integers and IEEE arithmetic, and logarithms that are
/// correctly rounded, so that a page has the same bytes on every machine.
struct Axis {
    static let length = 10_000

    struct Tick {
        let place: Int
        let label: Markup
    }

    let ticks: [Tick]
    let place: (Double) -> Int

    /// From 0, or from the least value where that is negative, to the first tick that neither 0 nor a value exceeds.
    static func linear(_ values: [Double]) -> Axis {
        let least = min(0, values.min() ?? 0)
        let greatest = max(0, least + Double(Float.leastNonzeroMagnitude), values.max() ?? 1)
        let (mantissa, exponent) = step(greatest - least, ticks: 5)
        let unit = value(mantissa, exponent)
        let first = Int((least / unit).rounded(.down))
        let last = max(first + 1, Int((greatest / unit).rounded(.up)))
        let place = { (value: Double) in
            Int(((value / unit - Double(first)) / Double(last - first) * Double(length)).rounded())
        }
        return Axis(
            ticks: (first...last).map {
                Tick(place: ($0 - first) * length / (last - first), label: "\(decimal($0 * mantissa, exponent))")
            }, place: place)
    }

    /// Over whole decades; nil where a value has no logarithm.
    static func logarithmic(_ values: [Double]) -> Axis? {
        guard let least = values.min(), let greatest = values.max(), least > 0 else { return nil }
        let first = (-46...39).last { value(1, $0) <= least } ?? -46
        let last = max(first + 1, (-46...39).first { value(1, $0) >= greatest } ?? 39)
        let ten = ReferenceElementary.log(10)
        let place = { (value: Double) in
            let decades = Double(ReferenceElementary.log(Float(value)) / ten) - Double(first)
            return min(length, max(0, Int((decades / Double(last - first) * Double(length)).rounded())))
        }
        let every = (last - first + 5) / 6
        let ticks = stride(from: first, through: last, by: every).map {
            Tick(place: ($0 - first) * length / (last - first), label: "\(decimal(1, $0))")
        }
        return Axis(ticks: ticks, place: place)
    }

    /// Distances: 0 at the bottom, then powers of 8, the classes of the heat map.
    static func ulps(greatest: UInt64) -> Axis {
        let powers = max(1, (66 - max(1, greatest).leadingZeroBitCount) / 3)
        let eight = ReferenceElementary.log(8)
        let place = { (value: Double) in
            guard value > 0 else { return 0 }
            let height = 1 + Double(ReferenceElementary.log(Float(value)) / eight)
            return Int((height / Double(powers + 1) * Double(length)).rounded())
        }
        let ticks = (0...powers).map { power in
            Tick(place: (power + 1) * length / (powers + 1), label: Axis.power(ofTwo: 3 * power))
        }
        return Axis(ticks: [Tick(place: 0, label: "0")] + ticks, place: place)
    }

    /// In digits while there are few of them.
    static func power(ofTwo exponent: Int) -> Markup { exponent < 15 ? "\(1 << exponent)" : "2<sup>\(exponent)</sup>" }

    /// Whole numbers from 0 to below a count, evenly apart.
    static func counts(_ count: Int, ticks: Int) -> [Int] {
        let (mantissa, exponent) = step(Double(count), ticks: ticks)
        return Array(stride(from: 0, to: count, by: max(1, Int(value(mantissa, exponent)))))
    }

    /// 1, 2 or 5 times a power of ten, the least that needs no more ticks.
    private static func step(_ span: Double, ticks: Int) -> (mantissa: Int, exponent: Int) {
        for exponent in -46...39 {
            for mantissa in [1, 2, 5] where value(mantissa, exponent) * Double(ticks) >= span {
                return (mantissa, exponent)
            }
        }
        return (1, 39)
    }

    /// The number that the digits say, as a parser rounds it.
    private static func value(_ mantissa: Int, _ exponent: Int) -> Double { Double("\(mantissa)e\(exponent)")! }

    private static func decimal(_ mantissa: Int, _ exponent: Int) -> String {
        if mantissa == 0 { return "0" }
        guard (-4...5).contains(exponent) else { return "\(mantissa)e\(exponent)" }
        if exponent >= 0 { return String(mantissa) + String(repeating: "0", count: exponent) }
        let digits = String(mantissa.magnitude)
        let padded = String(repeating: "0", count: max(0, 1 - exponent - digits.count)) + digits
        return (mantissa < 0 ? "−" : "") + padded.dropLast(-exponent) + "." + padded.suffix(-exponent)
    }
}
