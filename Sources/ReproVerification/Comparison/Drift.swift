import ReproFormats
import ReproTrace

/// Where a run left what was expected of it: the first difference in the order in which a run happens. What it was asked to
/// compute comes before anything that it did.
public struct Drift: Sendable, Equatable {
    /// What both runs say of themselves, beside one another.
    public let conditions: ConditionComparison
    /// The stages that differ, in the order of a run; none where nothing ran, because what was asked for differs already.
    public private(set) var growth: [StageComparison]
    /// The first tensor known to have moved. It stands in the first stage that differs or, where no tensors of that were
    /// kept, in the next that has some.
    public private(set) var tensor: TensorComparison?
    /// How many stages the runs have together; none where nothing ran.
    public let stageCount: Int
    /// Why the runs differ, as far as their descriptions tell.
    public let cause: Cause

    /// Nil where the roots are equal. (Only a tree that does not hash up has equal stages under another root.)
    init?(_ comparison: RunComparison) {
        let growth = comparison.isEqual ? [] : comparison.growth
        guard let first = growth.first else { return nil }
        conditions = comparison.conditions
        self.growth = growth
        let tensor = growth.lazy.compactMap { $0.moved?.first }.first
        self.tensor = tensor
        stageCount = comparison.stages.count
        cause = Cause(comparison.conditions, first: first, tensor: tensor)
    }

    /// Compares two runs. Nil where their roots are equal.
    public init?(expected: some DigestedRun, found: some DigestedRun) {
        if expected.root == found.root { return nil }
        self.init(RunComparison(expected, found))
    }

    /// A drift that is known before anything runs: what is asked for is not what was blessed. Nil where it is.
    public init?(asked conditions: ConditionComparison) {
        let cause = Cause(asked: conditions)
        if cause == .none { return nil }
        self.conditions = conditions
        self.cause = cause
        growth = []
        stageCount = 0
    }

    private var first: StageComparison? { growth.first }
    /// How many stages differ.
    public var differingStages: Int { growth.count }
    /// Whether a run was compared; false where what was asked for differs and nothing ran.
    public var hasRun: Bool { first != nil }
    /// The first stage that differs; where nothing ran, the first that would.
    public var stage: StageID { first?.id ?? (cause == .data ? .data : .initialization) }
    /// Its name; `options` or `data` where nothing ran.
    public var stageName: String { first?.name ?? (cause == .data ? "data" : "options") }
    /// The digest that was expected of the first stage; nil where none was.
    public var expected: Digest? { first?.before?.digest }
    /// Nil where the stage is missing, and where nothing was expected in its place.
    public var found: Digest? { first?.structure == nil ? first?.after?.digest : nil }
    /// Whether the stage's random streams agree; nil where only one side has the stage.
    public var streamsAgree: Bool? { first?.streamsAgree }
    /// Whether the stage's random streams agree, and what that tells with all else that is known; nil where only one side has
    /// the stage.
    public var streamsVerdict: (word: String, meaning: String)? {
        guard let streamsAgree else { return nil }
        guard streamsAgree else {
            let isAsked = Cause(asked: conditions) != .none
            return ("differ", isAsked ? "other draws were asked for" : "seeding, or the order of draws, moved")
        }
        switch cause {
        case .options: return ("agree", "the options differ, so that the numbers have to")
        case .data: return ("end alike", "what was drawn or read moved, not the arithmetic")
        case .streams: return ("agree", "the seeds differ, so that the numbers have to")
        case .arithmetic, .none: return ("agree", "the arithmetic moved, not the random numbers")
        }
    }
    /// Where only one side has the stage.
    public var structure: StructureDifference? { first?.structure }

    /// The same drift, with the whole tensor that moved compared: the golden's with the one that the run gave.
    ///
    /// - Throws: `FormatError`, `.inputOutput`, where the golden's cannot be read.
    public func explained(by golden: GoldenTensors, _ found: [KeptTensor]) throws(FormatError) -> Drift {
        guard let tensor, let own = found.first(where: { $0.stage == tensor.stage && $0.leaf.name == tensor.name }),
            let difference = try golden.difference(from: own)
        else { return self }
        var drift = self
        drift.tensor?.whole = difference
        if let place = growth.firstIndex(where: { $0.id == tensor.stage }) {
            drift.growth[place].note(difference, of: tensor.name)
        }
        return drift
    }
}
