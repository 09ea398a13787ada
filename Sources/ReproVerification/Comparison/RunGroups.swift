import ReproTrace

/// Several recorded runs by their digests, the first being what the others are measured by.
public struct RunGroups: Sendable {
    /// The runs of one digest.
    public struct Group: Sendable {
        /// The digest that the members share.
        public let root: Digest
        /// Places in `runs`, the first run's first.
        public let members: [Int]
        /// The member that kept the most tensors. What it kept holds for the others too: they have the same digest.
        public let witness: Int
        /// Where the group left the first one; nil for the first.
        public let drift: Drift?
    }

    /// The runs, in the order in which they were named.
    public let runs: [RecordedRun]
    /// What the runs say of themselves, all of them beside one another.
    public let conditions: ConditionComparison
    /// One group per digest, in the order in which they first occur.
    public let groups: [Group]

    /// - Precondition: there is a run.
    public init(_ runs: [RecordedRun]) {
        precondition(!runs.isEmpty, "no runs to compare")
        self.runs = runs
        conditions = ConditionComparison(runs.map(\.conditions))
        var roots: [Digest] = []
        for run in runs where !roots.contains(run.root) { roots.append(run.root) }
        let members = roots.map { root in runs.indices.filter { runs[$0].root == root } }
        let witnesses = members.map { members in
            members.max { (runs[$0].leafCount, $1) < (runs[$1].leafCount, $0) }!
        }
        groups = roots.indices.map { index in
            Group(
                root: roots[index], members: members[index], witness: witnesses[index],
                drift: Drift(expected: runs[witnesses[0]], found: runs[witnesses[index]]))
        }
    }

    /// Whether all runs have the same digest.
    public var isOneDigest: Bool { groups.count == 1 }
}
