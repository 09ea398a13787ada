/// Every exit code of the command `repro`, and what it means. A new one is added here and to the table of the README.
///
/// The codes from 64 on are those of sysexits.h; those above 128 name the signal that ended the process.
public enum ExitCode: Int32, Sendable, Equatable {
    /// Reproduced, or done.
    case success = 0
    /// It ran, and differs.
    case drift = 1
    /// Could not judge: a golden is missing, malformed, unclaimed or of another contract version; or nothing was checked.
    case notJudged = 2
    /// Not reproducible here: two runs of this very build disagree.
    case notReproducible = 3
    /// The arithmetic left the finite numbers.
    case notFinite = 4
    /// The command line is wrong.
    case usage = 64
    /// A file's contents break its format's rules.
    case badData = 65
    /// A file is missing or cannot be read.
    case noInput = 66
    /// The machine or its environment lacks what was asked for.
    case unavailable = 69
    /// An error that nobody foresaw.
    case software = 70
    /// A file or its place does not allow writing.
    case cannotCreate = 73
    /// Reading or writing began and then failed.
    case inputOutput = 74
    /// Ended by SIGINT, for example by Ctrl-C.
    case interrupted = 130
    /// Ended by SIGTERM.
    case terminated = 143

    /// The exit code of several cases: the first of 3, 1, 2, 4 that occurred.
    public static func ofSeveral(_ codes: [ExitCode]) -> ExitCode {
        [.notReproducible, .drift, .notJudged, .notFinite].first(where: codes.contains) ?? .success
    }
}
