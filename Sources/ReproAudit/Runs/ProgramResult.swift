import ReproProcesses

/// What one run of the program came to.
public struct ProgramResult: Sendable {
    /// Why nothing can be judged of it; nil where something can.
    public var fault: ProgramFault?
    /// How it ended.
    public let ending: ChildProcess.Ending?
    /// What it left behind.
    public let outputs: OutputSnapshot
    /// Where that lies.
    public let folder: String
    /// How long it took.
    public let seconds: Double
    /// The first line that it complained with.
    public let complaint: String?
    /// How many of its processes loaded the interposed library, where it was given.
    public var interposedCount: Int?

    /// Whether it ended as a program does that has done its work.
    public var isSuccess: Bool { ending == .exited(0) }

    /// How it ended, in words.
    public var endingText: String {
        switch ending {
        case .exited(let code)?: "exit code \(code)"
        case .signalled(let signal)?: "signal \(signal)"
        case .tookTooLong?: "too late"
        case .saidTooMuch?: "too much output"
        case nil: "not started"
        }
    }
}

/// Why a run cannot be judged.
public enum ProgramFault: Sendable, Equatable, CustomStringConvertible {
    case notStarted(String)
    case failed(String)
    case tookTooLong(Int)
    case saidTooMuch
    case leftProcesses(Int)
    case removedDirectory
    case wroteNothing([String])
    case unreadable(String)
    case neverKilled

    public var description: String {
        switch self {
        case .notStarted(let reason): reason
        case .failed(let how): "the program failed: \(how)"
        case .tookTooLong(let seconds):
            "the program took longer than \(seconds) s, and was ended; --timeout gives it longer"
        case .saidTooMuch:
            "the program printed more than \(ProgramProcess.greatestOutput >> 20) MiB, and was ended"
        case .leftProcesses(let count):
            "the program ended and left \(count == 1 ? "a process" : "\(count) processes") behind, which had to be ended"
        case .removedDirectory: "the program removed its working directory"
        case .wroteNothing(let patterns):
            patterns.isEmpty
                ? "the program printed nothing; name what it writes with --output PATTERN"
                : "the program wrote no file of \(patterns.joined(separator: ", ")); see --output"
        case .unreadable(let reason): reason
        case .neverKilled: "the program ended before it could be killed, however early"
        }
    }

    /// Whether it says how the program ended, which is a result too where another run ended differently.
    var isResult: Bool {
        switch self {
        case .failed, .wroteNothing: true
        default: false
        }
    }
}
