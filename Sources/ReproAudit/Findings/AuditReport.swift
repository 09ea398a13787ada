import ReproFormats

/// What an audit found: the one value from which every format is drawn.
public struct AuditReport: Sendable {
    /// The answer to the question whether the program is repeatable.
    public enum Verdict: String, Sendable {
        case repeatable
        case notRepeatable = "not repeatable"
        case notJudged = "could not judge"

        /// The exit code that says so.
        public var exitCode: ExitCode {
            switch self {
            case .repeatable: .success
            case .notRepeatable: .notReproducible
            case .notJudged: .notJudged
            }
        }
    }

    /// What makes the program differ.
    public struct Cause: Sendable {
        /// The variations that do so together; ``AuditReport/itself`` alone where it differs whatever is pinned.
        public var variations: [String]
        /// Whether the difference came and went with them, both ways, twice.
        public var isConfirmed: Bool
        /// Whether unchanged runs differ by it already.
        public var isOwn: Bool
        /// The values that they have: without and with.
        public var settings: [String]
        /// The first differences of each file.
        public var outputs: [OutputDifference]
        /// How the run with them ended, where that was the difference.
        public var ending: String?
        /// The first operation that differs; nil where it is not known.
        public var operation: OperationFinding?
        /// What was tried against it; nil where nothing was.
        public var remedy: RemedyTrial?
    }

    /// A variation that was not varied.
    public struct Omission: Sendable, Equatable {
        /// Its name.
        public let variation: String
        /// Why.
        public let why: String
    }

    /// The name of the cause of a program that differs from itself, whatever is pinned.
    public static let itself = "itself"

    /// The command and its arguments.
    public var command: [String]
    /// What is judged.
    public var judged: [String]
    /// The answer.
    public var verdict = Verdict.notJudged
    /// Why there is no answer; nil where there is.
    public var reason: String?
    /// How many times the program ran in search of causes.
    public var runs = 0
    /// How many runs were traced after that, and how many tried remedies.
    public var tracedRuns = 0, remedyRuns = 0
    /// How many different results came.
    public var distinct = 0
    /// What makes it differ.
    public var causes: [Cause] = []
    /// How many combinations of the causes' values were run, and how many different results they gave; nil where none were.
    public var grid: (combinations: Int, distinct: Int)?
    /// All remedies that help, together: whether the program is repeatable with them. Nil where a cause has none.
    public var together: RemedyTrial?
    /// What masks hid.
    public var hidden: [HiddenOutput] = []
    /// What was varied and changes nothing.
    public var harmless: [String] = []
    /// What was not varied.
    public var notVaried: [Omission] = []
    /// What else has to be known to read this.
    public var remarks: [String] = []
    /// Facts of the machine, in order.
    public var environment: [(name: String, value: String)] = []
    /// How long an unchanged run took, in seconds.
    public var seconds: Double?

    /// For programs; what the contract of the schema names comes first.
    public var json: JSONValue {
        var json: JSONValue = [
            "verdict": verdict.rawValue, "runs": runs, "distinct": distinct, "causes": causes, "harmless": harmless,
            "notVaried": notVaried,
            "environment": JSONValue.object(environment.map { JSONValue.Member($0.name, $0.value.json) }),
            "command": command, "judged": judged, "remarks": remarks, "tracedRuns": tracedRuns,
            "remedyRuns": remedyRuns,
            "remedy": together, "hidden": hidden,
        ]
        json.add(
            "grid", ifPresent: grid.map { ["combinations": $0.combinations, "distinct": $0.distinct] as JSONValue })
        json.add("reason", ifPresent: reason)
        json.add("secondsOfARun", ifPresent: seconds)
        return json
    }
}

extension AuditReport.Cause: JSONRepresentable {
    public var json: JSONValue {
        var json: JSONValue = [
            "variations": variations, "confirmed": isConfirmed, "outputs": outputs, "operation": operation,
            "remedy": remedy, "differsUnvaried": isOwn, "values": settings,
        ]
        json.add("ending", ifPresent: ending)
        return json
    }
}

extension AuditReport.Omission: JSONRepresentable {
    public var json: JSONValue { ["variation": variation, "why": why] }
}
