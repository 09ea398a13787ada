import ReproFormats
import ReproTrace

/// A stage of one run beside the stage of that name in another.
public struct StagePair: Sendable {
    /// Nil where only the other run has the stage; one of the two is there.
    public let before, after: Stage?

    public var name: String { (before ?? after)!.name }
    public var isStep: Bool { (before ?? after)!.isStep }
    public var isEqual: Bool { before?.digest == after?.digest }
    public var streamsAgree: Bool { before?.streams == after?.streams }

    /// Pairs the stages in the order of the first run; those that only the second has stand where it has them.
    public static func all(_ before: [Stage], _ after: [Stage]) -> [StagePair] {
        var pairs: [StagePair] = []
        var next = 0
        func addAfter(until end: Int) {
            for index in next..<max(next, end) where place(after[index].name, in: before, near: index) == nil {
                pairs.append(StagePair(before: nil, after: after[index]))
            }
            next = max(next, end)
        }
        for (index, stage) in before.enumerated() {
            let other = place(stage.name, in: after, near: index)
            if let other { addAfter(until: other) }
            pairs.append(StagePair(before: stage, after: other.map { after[$0] }))
        }
        addAfter(until: after.count)
        return pairs
    }

    /// The tensors of both, paired likewise; empty where neither side kept any.
    public var leaves: [(before: Leaf?, after: Leaf?)] {
        let (x, y) = (before?.leaves ?? [], after?.leaves ?? [])
        return x.map { leaf in (leaf, y.first { Text.areSame($0.name, leaf.name) }) }
            + y.filter { leaf in !x.contains { Text.areSame($0.name, leaf.name) } }.map { (nil, $0) }
    }

    /// Runs of one experiment have a stage at the same place, which spares the search.
    private static func place(_ name: String, in stages: [Stage], near index: Int) -> Int? {
        if index < stages.count, Text.areSame(stages[index].name, name) { return index }
        return stages.firstIndex { Text.areSame($0.name, name) }
    }
}
