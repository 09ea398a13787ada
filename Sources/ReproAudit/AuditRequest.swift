/// What is to be audited, and how.
public struct AuditRequest: Sendable {
    /// The command and its arguments.
    public var command: [String]
    /// The folder that it runs in.
    public var directory: String
    /// The files that it writes and that are judged, relative to the folder.
    public var patterns: [String] = []
    /// Whether what it prints is judged.
    public var judgesStandardOutput = false
    /// How long a run may take.
    public var seconds = 600
    /// How many runs the search may take.
    public var budget = 100
    /// The requests of `--vary`.
    public var vary: [String] = []
    /// The names of `--no-vary`.
    public var without: [String] = []
    /// What is not compared.
    public var masks: [OutputMask] = []
    /// The words that start a probe; nil for taking every variation as it is.
    public var probe: [String]?

    public init(command: [String], directory: String) {
        self.command = command
        self.directory = directory
    }

    /// What is judged, in words.
    public var judged: [String] { patterns + (judgesStandardOutput ? ["standard output"] : []) }
}
