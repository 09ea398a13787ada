/// How much of a run could be forged without having been seen, by intervals that were drawn at random and found clean.
///
/// Of `intervals` of which F are forged, `drawn` distinct ones drawn evenly miss all of the F with the probability
/// C(intervals − F, drawn) ÷ C(intervals, drawn).
public struct DetectionClaim: Sendable, Equatable {
    /// How many intervals there are.
    public let intervals: Int
    /// How many distinct ones were drawn.
    public let drawn: Int

    /// - Precondition: 0 ≤ drawn ≤ intervals.
    public init(intervals: Int, drawn: Int) {
        precondition((0...intervals).contains(drawn), "\(drawn) of \(intervals) intervals cannot be drawn")
        self.intervals = intervals
        self.drawn = drawn
    }

    /// The probability that none of so many forged intervals was among those drawn.
    ///
    /// - Precondition: 0 ≤ forged ≤ intervals.
    public func unseenProbability(forged: Int) -> Double {
        precondition((0...intervals).contains(forged), "\(forged) of \(intervals) intervals cannot be forged")
        guard forged + drawn <= intervals else { return 0 }
        var chance = 1.0
        for number in 0..<drawn { chance = chance * Double(intervals - forged - number) / Double(intervals - number) }
        return chance
    }

    /// The least number of forged intervals of which at least one would have been drawn with 95 % probability; nil where even
    /// a run that is forged throughout could have gone unseen, because nothing was drawn.
    public var leastSeen: Int? {
        guard drawn > 0 else { return nil }
        // The probability falls as more are forged.
        var (low, high) = (1, intervals)
        while low < high {
            let middle = (low + high) / 2
            if unseenProbability(forged: middle) <= 0.05 { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
