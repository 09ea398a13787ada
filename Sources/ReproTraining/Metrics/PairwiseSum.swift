/// Sums of binary64 numbers in the order that NumPy adds an array in (contract, section 14), so that a mean of scores or
/// errors has the bits of scikit-learn's.
enum PairwiseSum {
    /// Fewer than 8 numbers: one chain. Up to 128: eight chains, joined in pairs, then the rest. More: two parts, the first of
    /// which holds ⌊n ÷ 2⌋ numbers, less the remainder of that by 8.
    static func of(_ values: ArraySlice<Double>) -> Double {
        let (start, count) = (values.startIndex, values.count)
        if count < 8 { return values.dropFirst().reduce(values.first ?? 0, +) }
        if count > 128 {
            let half = count / 2 - count / 2 % 8
            return of(values.prefix(half)) + of(values.dropFirst(half))
        }
        var chains = Array(values.prefix(8))
        let whole = count - count % 8
        for index in 8..<max(8, whole) { chains[index % 8] += values[start + index] }
        let joined =
            ((chains[0] + chains[1]) + (chains[2] + chains[3])) + ((chains[4] + chains[5]) + (chains[6] + chains[7]))
        return values.dropFirst(whole).reduce(joined, +)
    }

    static func of(_ values: [Double]) -> Double { of(values[...]) }

    /// The sum divided once by the count; 0 for none.
    static func mean(of values: [Double]) -> Double {
        values.isEmpty ? 0 : of(values) / Double(values.count)
    }
}
