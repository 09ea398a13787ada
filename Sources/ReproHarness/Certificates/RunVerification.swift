import ReproRandom

/// Which intervals of a committed run are replayed, and what that says about the others.
public struct RunVerification {
    /// The run.
    public let run: CommittedRun
    /// The drawn intervals, ascending.
    public let drawn: [Int]

    /// Draws evenly, none twice.
    ///
    /// - Parameters:
    ///   - count: how many; all where there are fewer.
    ///   - seed: of the draw, not of the run; whoever made the run must not have known it.
    public init(_ run: CommittedRun, drawing count: Int, seed: UInt64) {
        let order = RandomStreams(seed: seed).draw(.dataSplit, key: 0) { $0.permutation(run.intervalCount) }
        self.run = run
        drawn = order.prefix(count).sorted()
    }

    /// What is computed. What comes before the first step is always among it.
    public var stretches: [CommittedRun.Stretch] { run.stretches(covering: drawn) }

    /// What it says where nothing forged is found.
    public var claim: DetectionClaim { DetectionClaim(intervals: run.intervalCount, drawn: drawn.count) }
}
