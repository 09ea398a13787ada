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
    /// Which programs are traced.
    public var trace = Tracing.auto
    /// Whether every combination of the causes' values is run, to count the results.
    public var isGrid = false
    /// A folder that is to hold what shows the differences again; nil where none is wanted.
    public var capsule: String?
    /// What the numerical contract gives for a layer's inputs; nil where no engine can be asked.
    public var contractReplay: ContractReplay?
    /// The words that start a probe; nil for taking every variation as it is.
    public var probe: [String]?

    /// Which programs are traced, to name the first operation that differs.
    public enum Tracing: String, Sendable, CaseIterable {
        /// Those that run Python with PyTorch or NumPy.
        case auto
        /// None.
        case off
        /// As `auto`, and it is said where there was nothing to trace.
        case python
    }

    /// The seconds that a run may be given, and the runs that a search may.
    public static let timeouts = 1...604_800, budgets = 3...100_000

    public init(command: [String], directory: String) {
        self.command = command
        self.directory = directory
    }

    /// What is judged, in words.
    public var judged: [String] { patterns + (judgesStandardOutput ? ["standard output"] : []) }
}
