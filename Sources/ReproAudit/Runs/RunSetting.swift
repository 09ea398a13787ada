/// How a run is started: what the variations change, and nothing else of it.
public struct RunSetting: Sendable, Equatable {
    /// What standard output and standard error of the program are.
    public enum Streams: String, Sendable, Equatable, CaseIterable {
        case pipe, file, terminal, closed
    }

    /// Variables that are set, or removed where the value is nil; the last of a name counts.
    public var environment: [(name: String, value: String?)] = []
    /// Words in front of the command, such as a program that starts it.
    public var prefix: [String] = []
    /// Another command in place of the one that is audited.
    public var command: [String]?
    /// The processors that it may run on; nil for those of the audit.
    public var processors: [Int]?
    /// Whether addresses are drawn anew for each process; nil for the system's choice.
    public var hasRandomAddresses: Bool?
    /// The permissions that a new file does not get; nil for those of the audit.
    public var umask: Int?
    /// The working directory under another name; nil for its own.
    public var workingDirectory: String?
    /// What standard output and error are.
    public var streams = Streams.pipe
    /// How many processes of the audit compute beside it.
    public var busyProcesses = 0
    /// Whether the variables are given in the opposite order.
    public var isEnvironmentReversed = false

    public init() {}

    /// Sets a variable, or removes it.
    public mutating func set(_ name: String, _ value: String?) { environment.append((name, value)) }

    public static func == (a: RunSetting, b: RunSetting) -> Bool {
        a.environment.elementsEqual(b.environment) { $0 == $1 } && a.prefix == b.prefix && a.command == b.command
            && a.processors == b.processors && a.hasRandomAddresses == b.hasRandomAddresses && a.umask == b.umask
            && a.workingDirectory == b.workingDirectory && a.streams == b.streams
            && a.busyProcesses == b.busyProcesses && a.isEnvironmentReversed == b.isEnvironmentReversed
    }
}
