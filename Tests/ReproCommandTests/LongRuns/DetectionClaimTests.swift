import Repro
import ReproTestSupport
import Testing

/// What clean draws say of a run.
@Suite struct DetectionClaimTests {
    /// All ways of drawing and forging, counted one by one.
    @Test func theProbabilityIsTheShareOfDrawsThatMiss() {
        for count in 1...8 {
            for drawn in 0...count {
                let draws = (0..<1 << count).filter { $0.nonzeroBitCount == drawn }
                for forged in 0...count {
                    let missing = draws.count { $0 & (1 << forged - 1) == 0 }
                    let claim = DetectionClaim(intervals: count, drawn: drawn)
                    let share = Double(missing) / Double(draws.count)
                    // Each of at most eight quotients and products rounds once.
                    #expect(abs(claim.unseenProbability(forged: forged) - share) <= 16 * 0x1p-53)
                }
            }
        }
    }

    @Test func threeHundredCleanDrawsLeaveOnePercent() throws {
        let claim = DetectionClaim(intervals: 1_000_000, drawn: 300)
        let least = try #require(claim.leastSeen)
        #expect(abs(Double(least) / 1_000_000 - 0.01) < 0.0001, "\(least)")
        #expect(claim.unseenProbability(forged: least) <= 0.05 && claim.unseenProbability(forged: least - 1) > 0.05)
    }

    @Test func everyIntervalLeavesNothing() {
        #expect(DetectionClaim(intervals: 7, drawn: 7).leastSeen == 1)
        #expect(DetectionClaim(intervals: 7, drawn: 0).leastSeen == nil)
    }
}
