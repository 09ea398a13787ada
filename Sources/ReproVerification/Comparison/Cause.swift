import ReproTrace

/// Why two runs differ, as far as they tell: the first in this order that does.
public enum Cause: String, Sendable {
    /// They were asked to compute different things.
    case options
    /// A data file differs, or what was drawn or read from alike streams.
    case data
    /// The seeds differ, or the random streams of the first stage that does.
    case streams
    /// Options, data and streams agree, and the numbers do not.
    case arithmetic
    /// Nothing differs; or only one run has the first stage that does, and nothing says why.
    case none

    /// What two runs were asked for and differ in, whatever they gave; ``none`` where they agree.
    public init(asked conditions: ConditionComparison) {
        if conditions.options.contains(where: \.differs) {
            self = .options
        } else if conditions.data.contains(where: \.differs) {
            self = .data
        } else {
            self = conditions.seed.differs ? .streams : .none
        }
    }

    /// - Parameters:
    ///   - first: the first stage that differs.
    ///   - tensor: the first tensor known to differ.
    init(_ conditions: ConditionComparison, first: StageComparison, tensor: TensorComparison?) {
        // A draw can be wrong although the stream ends where it should, because a drawn order rejects numbers and falls into
        // step again: what a stage drew, or read, then differs before any arithmetic.
        let beganInData =
            first.id == .data || (tensor?.stage == first.id && tensor.map { OperationID($0.name).isBatch } == true)
        let asked = Cause(asked: conditions)
        if asked != .none {
            self = asked
        } else {
            switch first.streamsAgree {
            case false?: self = .streams
            case true?: self = beganInData ? .data : .arithmetic
            case nil: self = .none
            }
        }
    }
}
