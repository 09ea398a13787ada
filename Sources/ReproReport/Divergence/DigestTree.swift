import ReproTrace
import ReproVerification

/// The digest tree of two runs, or of one: root → stages → tensors, folded, with the way to the first divergence open.
struct DigestTree {
    let roots: (before: Digest, after: Digest)
    let stages: [StageComparison]
    let drift: Drift?

    /// Stages around the first divergence that stand by themselves, and the most that a folded row lists.
    private static let margin = 2
    private static let listed = 120

    var markup: Markup {
        let rows = segments.map { $0.count == 1 ? stage($0[0]) : range($0) }
        return """
            <ul class="tree"><li><details open><summary>\(Mark.of(roots.before == roots.after))<b>run</b> \
            \(digests(roots.before, roots.after))</summary>
            <ul>\(rows.joined("\n"))</ul></details></li></ul>
            <p class="note">Digests are cut to 12 of their 64 digits. Tensors are listed for stages that stand by themselves and \
            whose tensors were kept; all of them are in run.json.</p>

            """
    }

    /// Stages in a row that are alike share a segment; others have one of their own.
    private var segments: [[Int]] {
        let first = stages.firstIndex { !$0.isEqual }
        let steps = stages.indices.filter { stages[$0].isStep }
        func standsAlone(_ index: Int) -> Bool {
            if let first, abs(index - first) <= DigestTree.margin { return true }
            return !(stages[index].isStep || stages[index].isEpoch) || index == steps.first
                || index == steps.last
        }
        var segments: [[Int]] = []
        for index in stages.indices {
            if !standsAlone(index), let last = segments.last?.last, !standsAlone(last),
                stages[last].isEqual == stages[index].isEqual
            {
                segments[segments.count - 1].append(index)
            } else {
                segments.append([index])
            }
        }
        return segments
    }

    private func range(_ indices: [Int]) -> Markup {
        let (first, last) = (stages[indices[0]], stages[indices[indices.count - 1]])
        let rows = indices.prefix(DigestTree.listed).map { line(stages[$0]) }
        let rest = indices.count - rows.count
        let more: Markup = rest > 0 ? "<li class=\"more\">and \(rest) more, in run.json</li>" : ""
        return """
            <li><details><summary>\(Mark.of(first.isEqual))\(first.name) … \(last.name) \
            <span class="quiet">\(indices.count) stages \(first.isEqual ? "agree" : "differ")</span></summary>
            <ul>\(rows.joined("\n"))\(more)</ul></details></li>
            """
    }

    private func line(_ pair: StageComparison) -> Markup {
        "<li>\(Mark.of(pair.isEqual))<span class=\"name\">\(pair.name)</span> \(digests(pair.before?.digest, pair.after?.digest))</li>"
    }

    private func stage(_ index: Int) -> Markup {
        let pair = stages[index]
        let isFirst = drift?.stage == pair.id
        guard let leaves = pair.tensors, !leaves.isEmpty else { return line(pair) }
        let firstTensor = drift?.tensor.flatMap { $0.stage == pair.id ? $0.name : nil }
        let rows = leaves.map { leaf($0, isFirst: $0.name == firstTensor) }
        let isOpen = isFirst || firstTensor != nil
        return """
            <li><details\(isOpen ? " open" : "")><summary\(DigestTree.here(isFirst))>\(Mark.of(pair.isEqual))\
            <span class="name">\(pair.name)</span> \(digests(pair.before?.digest, pair.after?.digest))\
            \(DigestTree.tag(isFirst))</summary>
            <ul>\(rows.joined("\n"))</ul></details></li>
            """
    }

    private func leaf(_ pair: TensorComparison, isFirst: Bool) -> Markup {
        let leaf = (pair.before ?? pair.after)!
        let shape = leaf.shape.isEmpty ? "scalar" : leaf.shape.map(String.init).joined(separator: "×")
        return """
            <li\(DigestTree.here(isFirst))>\(Mark.of(pair.isEqual))\
            <span class="name tensor">\(leaf.name) <span class="quiet">\(leaf.elementType.rawValue) \(shape)</span></span> \
            \(digests(pair.before?.digest, pair.after?.digest))\(DigestTree.tag(isFirst))</li>
            """
    }

    private static func here(_ isFirst: Bool) -> Markup { isFirst ? " class=\"here\"" : "" }
    private static func tag(_ isFirst: Bool) -> Markup {
        isFirst ? "<span class=\"first\">first divergence</span>" : ""
    }

    private func digests(_ before: Digest?, _ after: Digest?) -> Markup {
        func short(_ digest: Digest?) -> Markup { digest.map { "<code>\($0.abbreviated)</code>" } ?? "not there" }
        return before == after ? short(before) : "\(short(before)) → \(short(after))"
    }
}
