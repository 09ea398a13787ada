import ReproFormats
import ReproTrace

/// A stage of one run beside the stage of that name in another.
public struct StageComparison: Sendable, Equatable {
    private let pair: Pair<Stage>
    /// The tensors of both; nil where they are not known: where the stage differs and a side kept its digest alone.
    ///
    /// Equal digests vouch for the tensors of both sides, also where only one kept them.
    public private(set) var tensors: [TensorComparison]?

    init(_ pair: Pair<Stage>) {
        self.pair = pair
        let id = (pair.before ?? pair.after)!.id
        tensors = StageComparison.leaves(pair)?.map { TensorComparison(stage: id, $0) }
    }

    private static func leaves(_ pair: Pair<Stage>) -> [Pair<Leaf>]? {
        if pair.isEqual {
            let leaves = pair.before?.leaves ?? pair.after?.leaves
            return leaves?.map { Pair(before: $0, after: $0) }
        }
        /// None of a stage that a run lacks; nil of one whose digest alone was kept.
        func kept(_ stage: Stage?) -> [Leaf]? { stage == nil ? [] : stage?.leaves }
        guard let before = kept(pair.before), let after = kept(pair.after) else { return nil }
        return Pair.all(before, after)
    }

    /// Nil where only the other run has the stage.
    public var before: Stage? { pair.before }
    /// The stage of the second run; nil where only the first has it.
    public var after: Stage? { pair.after }
    /// The stage's name.
    public var name: String { pair.name }
    /// Which stage it is.
    public var id: StageID { pair.either.id }
    /// Whether it is a step of the optimiser.
    public var isStep: Bool { pair.either.isStep }
    /// Whether it is what an epoch left.
    public var isEpoch: Bool { id.isEpoch }
    /// Whether both runs have it with the same digest.
    public var isEqual: Bool { pair.isEqual }
    /// Nil where only one run has the stage.
    public var streamsAgree: Bool? { before.flatMap { own in after.map { own.streams == $0.streams } } }
    /// Where only one run has the stage.
    public var structure: StructureDifference? { StructureDifference(pair) }

    /// The tensors that differ; nil where only one run has the stage, and where its tensors are not known.
    public var moved: [TensorComparison]? { structure == nil ? tensors?.filter { !$0.isEqual } : nil }
    /// The greatest known distance of two elements, in ulp; nil where none is known.
    public var greatestULP: UInt64? { moved?.compactMap(\.greatestULP).max() }
    /// The greatest known distance of two elements; nil where none is known.
    public var greatestDistance: Double? { moved?.compactMap(\.greatestDistance).max() }

    /// Notes how a whole tensor of the stage differs; `name` where the difference is called otherwise, by its place in a file.
    mutating func note(_ difference: TensorDifference, of name: String? = nil) {
        guard let place = tensors?.firstIndex(where: { Text.areSame($0.name, name ?? difference.name) }) else { return }
        tensors?[place].whole = difference
    }
}
