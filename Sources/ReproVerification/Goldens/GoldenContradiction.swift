// Holds what a golden records beside its digests to what a run shows.

import ReproTrace

extension Golden {
    /// What the golden records and a run with the same digests shows otherwise; nil where they agree.
    ///
    /// A digest vouches for a tensor's name, shape, type and elements, and for a stage's streams and tensors. So where it agrees
    /// and they do not, somebody changed them in the golden: no drift of the run.
    public func contradiction(by run: some DigestedRun) -> String? {
        let found = Golden.abridged(run.stages)
        // Which steps keep their tensors depends on how many there are: with more or fewer, that is a drift.
        let isSameCourse = found.map(\.id) == stages.map(\.id)
        // A root vouches for the digests of the stages alone; their names stand in those.
        if root == run.root, let (own, other) = zip(stages, found).first(where: { $0.id != $1.id }) {
            return "stage '\(own.name)' has the place and the digest of '\(other.name)'"
        }
        for stage in stages {
            guard let other = found.first(where: { $0.id == stage.id }) else { continue }
            if stage.digest == other.digest {
                if stage.streams != other.streams {
                    return "stage '\(stage.name)' records streams that its digest belies"
                }
                if isSameCourse, (stage.leaves == nil) != (other.leaves == nil) {
                    return
                        "stage '\(stage.name)' records \(stage.leaves == nil ? "no tensors" : "tensors that no golden keeps")"
                }
            }
            for leaf in stage.leaves ?? [] {
                guard let own = other.leaves?.first(where: { $0.digest == leaf.digest }), own != leaf else { continue }
                return "\(leaf.summary) of stage '\(stage.name)' has the digest of \(own.summary)"
                    + (leaf.summary == own.summary ? " with other samples" : "")
            }
        }
        return nil
    }
}

extension Leaf {
    fileprivate var summary: String { "'\(name)' \(elementType.rawValue) \(shape)" }
}
