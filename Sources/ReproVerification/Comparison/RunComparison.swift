import ReproFormats
import ReproTrace

/// A run by its digest tree: one that just took place, a golden, or one that a file records.
public protocol DigestedRun {
    var root: Digest { get }
    var stages: [Stage] { get }
}

extension Trace: DigestedRun {}
extension Golden: DigestedRun {}
extension RecordedRun: DigestedRun {}

/// Two runs beside one another, stage by stage and tensor by tensor; the first says what is expected.
///
/// All that is told of a difference is a view of this: ``drift`` where it begins, ``growth`` how it spreads,
/// ``DivergenceMap`` how far each tensor is apart in each stage.
public struct RunComparison: Sendable, Equatable {
    /// How a whole tensor differs, from files that keep it, and the stage that recorded it.
    public struct WholeTensor: Sendable {
        public let stage: String
        public let difference: TensorDifference

        public init(stage: String, difference: TensorDifference) {
            self.stage = stage
            self.difference = difference
        }
    }

    /// The roots of the two digest trees.
    public let before, after: Digest
    /// In the order of a run.
    public private(set) var stages: [StageComparison]

    public init(_ before: some DigestedRun, _ after: some DigestedRun, whole: [WholeTensor] = []) {
        self.before = before.root
        self.after = after.root
        stages = Pair.all(before.stages, after.stages).map { StageComparison($0) }
        for tensor in whole { note(tensor) }
    }

    public var isEqual: Bool { before == after }
    /// The stages that differ: how a difference grows in the course of a run.
    public var growth: [StageComparison] { stages.filter { !$0.isEqual } }
    /// Where the difference begins; nil where the roots are equal.
    public var drift: Drift? { Drift(self) }

    mutating func note(_ whole: WholeTensor) {
        guard let place = stages.firstIndex(where: { Text.areSame($0.name, whole.stage) }) else { return }
        stages[place].note(whole.difference)
    }
}
