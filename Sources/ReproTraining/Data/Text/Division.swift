import ReproFormats
import ReproRandom

/// Splits that are drawn from the examples of one file (contract, section 10).
public struct Division: Sendable, Equatable {
    /// The share of the validation split; nil for none.
    public var validation: Double?
    /// The share of the test split; nil for none.
    public var test: Double?
    /// Whether each class is divided by itself.
    public var stratified: Bool

    public init(validation: Double? = nil, test: Double? = nil, stratified: Bool = false) {
        (self.validation, self.test, self.stratified) = (validation, test, stratified)
    }

    /// The examples of each split, by their places in the file, ascending.
    ///
    /// - Parameter groups: examples that are divided by themselves, group after group.
    /// - Returns: nil where a split has none.
    func members(of groups: [[Int]], streams: RandomStreams) -> [(split: Split, members: [Int])]? {
        var parts: [[Int]] = [[], [], []]
        streams.draw(.dataSplit, key: 0) { generator in
            for group in groups {
                let order = generator.permutation(group.count).map { group[$0] }
                // Of a class that is divided by itself, one at least is left to train.
                let most = stratified ? group.count - 1 : group.count
                let testCount = min(Division.share(test, of: group.count), most)
                let count = min(testCount + Division.share(validation, of: group.count), most)
                parts[2] += order[..<testCount]
                parts[1] += order[testCount..<count]
                parts[0] += order[count...]
            }
        }
        let asked = [true, validation != nil, test != nil]
        var result: [(split: Split, members: [Int])] = []
        for (split, part) in zip(Split.allCases, zip(asked, parts)) where part.0 {
            guard !part.1.isEmpty else { return nil }
            result.append((split, part.1.sorted()))
        }
        return result
    }

    /// The nearest integer to a share, halves upwards.
    private static func share(_ share: Double?, of count: Int) -> Int {
        Int((Double(count) * (share ?? 0) + 0.5).rounded(.down))
    }
}
