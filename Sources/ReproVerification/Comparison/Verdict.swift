import ReproFormats

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

    /// The exit code of a check that ends so.
    public var exitCode: ExitCode {
        switch self {
        case .reproduced: .success
        case .drift: .drift
        case .notJudged: .notJudged
        case .notReproducible: .notReproducible
        case .notFinite: .notFinite
        }
    }

    /// Whether the golden was reproduced.
    public var isReproduced: Bool { exitCode == .success }

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

    /// Where the run left what was expected of it; nil where it did not, or nothing could be judged.
    public var drift: Drift? {
        switch self {
        case .drift(let drift), .notReproducible(let drift): drift
        case .reproduced, .notJudged, .notFinite: nil
        }
    }

    /// Why it did.
    public var cause: Cause { drift?.cause ?? .none }

    /// The exit code of several cases: the first of 3, 1, 2, 4 that occurred; 2 where nothing was checked.
    public static func exitCode(of verdicts: [Verdict]) -> ExitCode {
        verdicts.isEmpty ? .notJudged : .ofSeveral(verdicts.map(\.exitCode))
    }
}
