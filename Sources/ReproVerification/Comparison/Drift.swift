import ReproFormats
import ReproTrace

/// Where a run left what was expected of it: the first difference in the order in which a run happens.
public struct Drift: Sendable, Equatable {
    public private(set) var comparison: RunComparison
    private let first: StageComparison
    /// The first tensor known to have moved. It stands in the first stage that differs or, where no tensors of that were
    /// kept, in the next that has some.
    public private(set) var tensor: TensorComparison?
    /// How many stages differ, of how many.
    public let differingStages: Int
    public let stageCount: Int

    /// Nil where the roots are equal. (Only a tree that does not hash up has equal stages under another root.)
    init?(_ comparison: RunComparison) {
        let growth = comparison.isEqual ? [] : comparison.growth
        guard let first = growth.first else { return nil }
        self.comparison = comparison
        self.first = first
        tensor = growth.lazy.compactMap { $0.moved?.first }.first
        differingStages = growth.count
        stageCount = comparison.stages.count
    }

    /// Compares two runs. Nil where their roots are equal.
    public init?(expected: some DigestedRun, found: some DigestedRun) {
        if expected.root == found.root { return nil }
        self.init(RunComparison(expected, found))
    }

    /// The first stage that differs.
    public var stage: String { first.name }
    public var expected: Digest? { first.before?.digest }
    /// Nil where the stage is missing, and where nothing was expected in its place.
    public var found: Digest? { first.structure == nil ? first.after?.digest : nil }
    /// Whether the stage's random streams agree; nil where only one side has the stage.
    public var streamsAgree: Bool? { first.streamsAgree }
    /// Whether it began in what was drawn or read, before any arithmetic: in the data, or in the batch of a step. A draw can be
    /// wrong although the stream ends where it should, because a drawn order rejects numbers and falls into step again.
    public var beganInData: Bool {
        first.id == .data || (tensor?.stage == stage && tensor.map { OperationID($0.name).isBatch } == true)
    }
    /// Where only one side has the stage.
    public var structure: StructureDifference? { first.structure }

    /// The same drift, with the whole tensor that moved compared: the golden's with the one that the run gave.
    ///
    /// - Throws: `FormatError`, `.inputOutput`, where the golden's cannot be read.
    public func explained(by golden: GoldenTensors, _ found: [KeptTensor]) throws(FormatError) -> Drift {
        guard let tensor, let own = found.first(where: { $0.stage == tensor.stage && $0.leaf.name == tensor.name }),
            let difference = try golden.difference(from: own)
        else { return self }
        var drift = self
        drift.comparison.note(RunComparison.WholeTensor(stage: tensor.stage, difference: difference))
        drift.tensor?.whole = difference
        return drift
    }
}
