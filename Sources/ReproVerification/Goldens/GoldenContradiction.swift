// Holds what a golden records beside its digests to what a run shows.

import ReproFormats
import ReproTrace

extension Golden {
    /// What the golden records and a run of it shows otherwise, though what vouches for it agrees; nil where all agrees.
    ///
    /// - Parameters:
    ///   - metrics: the run's.
    ///   - data: the files that it read.
    public func contradiction(
        by run: some DigestedRun, metrics: [JSONValue.Member], data: [DataFile]
    ) -> String? {
        contradiction(by: data) ?? contradiction(by: run) ?? (root == run.root ? contradiction(by: metrics) : nil)
    }

    /// Lines of a file with the digest that the golden vouches for.
    private func contradiction(by files: [DataFile]) -> String? {
        for file in data where file.lines != nil {
            guard let other = files.first(where: { Text.areSame($0.path, file.path) && $0.digest == file.digest }),
                file.lines != other.lines
            else { continue }
            return "'lines' of '\(file.path)' are not those of the file with its digest"
        }
        return nil
    }

    /// Metrics of a run with the golden's root, compared bit for bit. A golden without metrics states none.
    private func contradiction(by found: [JSONValue.Member]) -> String? {
        if metrics.isEmpty { return nil }
        for condition in Condition.all([metrics, found]) {
            let values = condition.perRun.map { $0?.double?.bitPattern }
            guard values[0] != values[1] else { continue }
            let texts = condition.perRun.map { $0?.text(.compact) ?? "absent" }
            return "its metric '\(condition.name)' is \(texts[0]), and \(texts[1]) in the run that gives its root"
        }
        return nil
    }

    /// What the golden records and a run with the same digests shows otherwise; nil where they agree.
    ///
    /// A digest vouches for a tensor's name, shape, type and elements, and for a stage's streams and tensors. So where it agrees
    /// and they do not, somebody changed them in the golden: no drift of the run.
    private func contradiction(by run: some DigestedRun) -> String? {
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
