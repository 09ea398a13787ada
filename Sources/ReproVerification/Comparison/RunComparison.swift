import ReproFormats
import ReproTrace

/// A run by its digest tree: one that just took place, a golden, or one that a file records.
public protocol DigestedRun {
    var root: Digest { get }
    var stages: [Stage] { get }
    /// What the run says of itself beside the tree; nil where it says nothing.
    var conditions: RunConditions? { get }
}

extension Trace: DigestedRun {
    /// What is said beside the digests: options, seed, data and environment.
    public var conditions: RunConditions? { nil }
}

extension Golden: DigestedRun {
    /// What is said beside the digests: options, seed, data and environment.
    public var conditions: RunConditions? {
        RunConditions(options: experiment, seed: seed, data: data)
    }
}

extension RecordedRun: DigestedRun {
    /// What is said beside the digests: options, seed, data and environment.
    public var conditions: RunConditions? {
        let files = stages.first { $0.id == .data }?.leaves?.filter { $0.elementType == .byte } ?? []
        return RunConditions(
            options: options, seed: seed, data: files.map { JSONValue.Member($0.name, $0.digest.json) },
            environment: environment)
    }
}

/// Two runs beside one another: what they say of themselves, and what they gave, stage by stage and tensor by tensor. The first
/// says what is expected.
///
/// All that is told of a difference is a view of this: what was asked for (``conditions``), where it begins and by which cause
/// (``drift``), how it spreads (``growth``), and how far each tensor is apart in each stage (``DivergenceMap``).
public struct RunComparison: Sendable, Equatable {
    /// The roots of the two digest trees.
    public let before, after: Digest
    /// What is said beside the digests: options, seed, data and environment.
    public let conditions: ConditionComparison
    /// In the order of a run.
    public private(set) var stages: [StageComparison]

    /// - Parameter whole: how whole tensors differ, from files that keep them, and the stages that recorded them.
    public init(
        _ before: some DigestedRun, _ after: some DigestedRun,
        whole: [(stage: StageID, difference: TensorDifference)] = []
    ) {
        self.before = before.root
        self.after = after.root
        conditions = ConditionComparison([before.conditions, after.conditions])
        stages = Pair.all(before.stages, after.stages).map { StageComparison($0) }
        for (stage, difference) in whole { note(difference, in: stage) }
    }

    /// Whether the roots are equal.
    public var isEqual: Bool { before == after }
    /// The stages that differ: how a difference grows in the course of a run.
    public var growth: [StageComparison] { stages.filter { !$0.isEqual } }
    /// Where the difference begins; nil where the roots are equal.
    public var drift: Drift? { Drift(self) }
    /// Why they differ; ``Cause/none`` where the roots are equal.
    public var cause: Cause { drift?.cause ?? .none }

    mutating func note(_ whole: TensorDifference, in stage: StageID) {
        guard let place = stages.firstIndex(where: { $0.id == stage }) else { return }
        stages[place].note(whole)
    }
}
