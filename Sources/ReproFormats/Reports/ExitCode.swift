/// Every exit code of the command `repro`, and what it means.
///
/// It stands in this target because verdicts, errors of files and the command, which all answer with an exit code, share no
/// other. The article Adding a command lists every place that a new code has to be entered in.
///
/// The codes from 64 on are those of sysexits.h; those above 128 name the signal that ended the process.
public enum ExitCode: Int32, Sendable, CaseIterable {
    /// Reproduced, or done.
    case success = 0
    /// It ran, and differs.
    case drift = 1
    /// Could not judge: a golden is missing, malformed, of another contract version or not named in the folder's index; the
    /// process that judged it died; or nothing was checked.
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
    /// Ended by SIGHUP, for example because the terminal went away.
    case hungUp = 129
    /// Ended by SIGINT, for example by Ctrl-C.
    case interrupted = 130
    /// Ended by SIGTERM.
    case terminated = 143

    /// The exit code of several cases: the first of 3, 1, 2, 4 that occurred, else the first that is no success.
    public static func ofSeveral(_ codes: [ExitCode]) -> ExitCode {
        let order: [ExitCode] = [.notReproducible, .drift, .notJudged, .notFinite]
        return order.first(where: codes.contains) ?? codes.first { $0 != .success } ?? .success
    }
}
