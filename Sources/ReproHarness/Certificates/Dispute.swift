import ReproFormats
import ReproTrace
import ReproTraining

/// Where two committed runs of the same experiment part: the first interval, and in it the first stage. Both are found by
/// comparing digests that cover everything before them, so that the number of comparisons is the logarithm of the length.
public struct Dispute: Sendable {
    /// The last step after which both committed to the same state; nil where even the first states differ.
    public let agreed: Int?
    /// The first step, of those that both committed to, after which the states differ; nil where only the ends do.
    public let parted: Int?
    /// The first stage that differs; nil where none up to that state does, but the state itself.
    public let stage: StageID?
    /// What each side says of that stage, or of that state.
    public let digests: [Digest]
    /// How many pairs of digests were compared.
    public let comparisons: Int

    /// - Returns: nil where the runs agree as far as both have come.
    /// - Throws: ``NotComparable``; `FormatError`, ``CommittedRun/Forgery`` for states that cannot be read.
    public init?(_ first: CommittedRun, _ second: CommittedRun) throws {
        guard first.chain.run == second.chain.run else {
            throw NotComparable("the runs were asked for different things; `repro diff` shows options and seeds")
        }
        guard first.manifest.keepsTensors == second.manifest.keepsTensors else {
            throw NotComparable(
                "one of the runs kept its tensors, and their states say so; run both with --trace tensor")
        }
        var comparisons = 1
        let steps = Set(first.chain.links.map(\.step)).intersection(second.chain.links.map(\.step))
        let chains = [first, second].map { $0.chain.restricted(to: steps) }
        let links = chains.map(\.links)
        let place = Dispute.firstDifference(links[0].map(\.link), links[1].map(\.link), &comparisons)
        agreed = place == 0 ? nil : links[0][place - 1].step
        parted = place < links[0].count ? links[0][place].step : nil
        if parted == nil {
            guard let (one, other) = chains[0].end.flatMap({ end in chains[1].end.map { (end.head, $0.head) } }) else {
                return nil
            }
            comparisons += 1
            if one == other { return nil }
        }
        let stages = try [first, second].map { [parted] in try $0.stages(upTo: parted) }
        let prefixes = stages.map(Dispute.prefixes)
        let index = Dispute.firstDifference(prefixes[0], prefixes[1], &comparisons)
        self.comparisons = comparisons
        if index < min(stages[0].count, stages[1].count) {
            stage = stages[0][index].id
            digests = stages.map { $0[index].digest }
        } else {
            guard place < links[0].count else {
                throw NotComparable("the ends differ, and the stages that lead to them do not")
            }
            stage = nil
            digests = links.map { $0[place].state }
        }
    }

    /// The first place where two lists differ, by bisection; each digest covers all before it. The shorter one's count where none.
    private static func firstDifference(_ first: [Digest], _ second: [Digest], _ comparisons: inout Int) -> Int {
        var (low, high) = (0, min(first.count, second.count))
        while low < high {
            let middle = (low + high) / 2
            comparisons += 1
            if first[middle] == second[middle] { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The digest of each stage with all before it.
    private static func prefixes(_ stages: [Stage]) -> [Digest] {
        let hashing = Hashing()
        var all: [Digest] = []
        for stage in stages {
            let children = (all.last.map { [$0] } ?? []) + [stage.digest]
            all.append(hashing.node(name: stage.name, streams: stage.streams, children: children))
        }
        return all
    }

    /// Runs that cannot be compared.
    public struct NotComparable: Error, CustomStringConvertible {
        /// Why they cannot be.
        public let description: String

        init(_ description: String) { self.description = description }
    }
}

extension CommittedRun {
    /// The stages that the run recorded up to a committed step, or to its end, with the tensors that are kept of them.
    func stages(upTo step: Int?) throws -> [Stage] {
        if let step, let place = chain.links.firstIndex(where: { $0.step == step }), isKept(place) {
            return try state(at: place).stages
        }
        let all: [Stage]
        if chain.end != nil, let record = try directory.finishedRun() {
            all = record.stages
        } else if let place = chain.links.indices.last(where: isKept) {
            all = try state(at: place).stages
        } else {
            throw Dispute.NotComparable("\(directory.path): neither a result nor a state is kept")
        }
        guard let step else { return all }
        // What the epoch of the last step left stands before the next step.
        return Array(all.prefix { $0.id != .step(step) && $0.id != .evaluation })
    }
}
