/// How often a run writes a checkpoint: after so many steps, minutes or epochs.
public enum CheckpointSchedule: Sendable, Equatable {
    case steps(Int)
    case minutes(Int)
    case epochs(Int)

    /// Reads `100`, `5m` or `1e`; nil for anything else.
    public init?(_ text: String) {
        let digits = text.utf8.last.map { (48...57).contains($0) } == true ? text[...] : text.dropLast()
        guard digits.utf8.allSatisfy({ (48...57).contains($0) }), let count = Int(digits), count > 0 else { return nil }
        switch text.dropFirst(digits.count) {
        case "": self = .steps(count)
        case "m": self = .minutes(count)
        case "e": self = .epochs(count)
        default: return nil
        }
    }

    /// As it is read.
    public var text: String {
        switch self {
        case .steps(let count): "\(count)"
        case .minutes(let count): "\(count)m"
        case .epochs(let count): "\(count)e"
        }
    }

    /// Whether a checkpoint is due after a step.
    ///
    /// - Parameters:
    ///   - epochs: how many are complete, where the step was an epoch's last; nil within an epoch.
    ///   - seconds: since the last checkpoint.
    func isDue(steps: Int, epochs: Int?, seconds: Double) -> Bool {
        switch self {
        case .steps(let count): steps % count == 0
        case .minutes(let count): seconds >= 60 * Double(count)
        case .epochs(let count): epochs.map { $0 % count == 0 } ?? false
        }
    }
}
