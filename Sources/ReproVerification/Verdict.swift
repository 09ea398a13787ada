/// What a check of one case came to: the answer that was asked for, so a value and not an error.
public enum Verdict: Sendable {
    /// The run gave the golden's root.
    case reproduced
    /// It ran twice with one result, which is not the golden's.
    case drift(Drift)
    /// There was nothing to judge against, or the run could not be carried out.
    case notJudged(String)
    /// Two runs of this very build disagree with each other.
    case notReproducible(Drift)
    /// The arithmetic left the finite numbers.
    case notFinite(String)

    /// The exit code of the documentation.
    public var exitCode: Int32 {
        switch self {
        case .reproduced: 0
        case .drift: 1
        case .notJudged: 2
        case .notReproducible: 3
        case .notFinite: 4
        }
    }

    public var isReproduced: Bool { exitCode == 0 }

    /// The word for tables and machines.
    public var word: String {
        switch self {
        case .reproduced: "reproduced"
        case .drift: "drift"
        case .notJudged: "not judged"
        case .notReproducible: "not reproducible"
        case .notFinite: "not finite"
        }
    }

    /// The exit code of several cases: the first of 3, 1, 2, 4 that occurred; 2 where nothing was checked.
    public static func exitCode(of verdicts: [Verdict]) -> Int32 {
        if verdicts.isEmpty { return 2 }
        let codes = verdicts.map(\.exitCode)
        return [3, 1, 2, 4].first { codes.contains($0) } ?? 0
    }
}
