import ReproFormats

/// What is to be audited, as a file says it: the options of `repro audit` and the command, so that it can be kept beside the program.
///
/// A JSON object of `command` (a list of words; needed), `output`, `hide`, `vary` and `noVary` (lists of texts as the options take
/// them), `timeout` in seconds, `budget` in runs, and `trace`.
public struct AuditConfiguration: Sendable, Equatable {
    /// The command and its arguments.
    public var command: [String]
    /// The values of `--output`, `--hide`, `--vary` and `--no-vary`.
    public var outputs: [String], masks: [String], vary: [String], without: [String]
    /// The values of `--timeout` and `--budget`; nil for what the command does without them.
    public var seconds: Int?, budget: Int?
    /// The value of `--trace`.
    public var trace: AuditRequest.Tracing?

    public init(
        command: [String], outputs: [String] = [], masks: [String] = [], vary: [String] = [], without: [String] = [],
        seconds: Int? = nil, budget: Int? = nil, trace: AuditRequest.Tracing? = nil
    ) {
        self.command = command
        (self.outputs, self.masks, self.vary, self.without) = (outputs, masks, vary, without)
        (self.seconds, self.budget, self.trace) = (seconds, budget, trace)
    }

    private static let keys = ["command", "output", "hide", "vary", "noVary", "timeout", "budget", "trace"]

    /// Reads a file.
    ///
    /// - Throws: `FormatError`: no input, no JSON, an unknown key, or a value of another kind.
    public init(path: String) throws(FormatError) {
        self = try AuditConfiguration(try JSONValue.read(path: path), path: path)
    }

    /// - Parameter path: for messages.
    /// - Throws: `FormatError`, `.badData`.
    public init(_ json: JSONValue, path: String) throws(FormatError) {
        func fault(_ key: String?, _ problem: String, _ remedy: String) -> FormatError {
            FormatError(.badData, path: path, key: key, problem: problem, remedy: remedy)
        }
        guard let members = json.members else {
            throw fault(nil, "\(json.kind) instead of an object", "write {\"command\": [\"python3\", \"train.py\"]}")
        }
        for member in members where !AuditConfiguration.keys.contains(member.key) {
            let nearest = NearestName.of(member.key, among: AuditConfiguration.keys)
            throw fault(
                member.key, "unknown key",
                nearest.map { "did you mean '\($0)'?" } ?? "valid: \(AuditConfiguration.keys.joined(separator: ", "))")
        }
        func texts(_ key: String) throws(FormatError) -> [String] {
            guard let value = json[key] else { return [] }
            guard let texts = value.elements?.map(\.string), !texts.contains(nil) else {
                throw fault(key, "\(value.kind) that is no list of texts", "write [\"…\", \"…\"]")
            }
            return texts.compactMap { $0 }
        }
        func count(_ key: String, _ range: ClosedRange<Int>) throws(FormatError) -> Int? {
            guard let value = json[key] else { return nil }
            guard let count = value.int, range.contains(count) else {
                throw fault(key, "no whole number of \(range.lowerBound) … \(range.upperBound)", "write one")
            }
            return count
        }
        command = try texts("command")
        guard !command.isEmpty else { throw fault("command", "no command", "write [\"python3\", \"train.py\"]") }
        (outputs, masks) = (try texts("output"), try texts("hide"))
        (vary, without) = (try texts("vary"), try texts("noVary"))
        (seconds, budget) = (
            try count("timeout", AuditRequest.timeouts), try count("budget", AuditRequest.budgets)
        )
        guard let word = json["trace"] else {
            trace = nil
            return
        }
        trace = word.string.flatMap(AuditRequest.Tracing.init(rawValue:))
        if trace == nil {
            let valid = AuditRequest.Tracing.allCases.map(\.rawValue).joined(separator: ", ")
            throw fault("trace", "unknown value", "valid: \(valid)")
        }
    }

    /// A request of it.
    ///
    /// - Parameter directory: the folder that the command runs in.
    /// - Throws: `VariationList.Fault` for outputs that are not below the folder.
    public func request(in directory: String) throws(VariationList.Fault) -> AuditRequest {
        var request = AuditRequest(command: command, directory: directory)
        request.patterns = outputs.filter { $0 != "-" }
        for pattern in request.patterns where pattern.hasPrefix("/") || pattern.split(separator: "/").contains("..") {
            throw VariationList.Fault(
                description: "--output is '\(pattern)'; name what lies below the folder where you are, without '..'")
        }
        request.judgesStandardOutput = outputs.isEmpty || outputs.contains("-")
        request.masks = masks.map(OutputMask.init(pattern:))
        (request.vary, request.without) = (vary, without)
        request.seconds = seconds ?? request.seconds
        request.budget = budget ?? request.budget
        request.trace = trace ?? request.trace
        return request
    }
}

extension AuditConfiguration: JSONRepresentable {
    public var json: JSONValue {
        var json: JSONValue = ["command": command, "output": outputs]
        for (key, value) in [("hide", masks), ("vary", vary), ("noVary", without)] where !value.isEmpty {
            json = json.adding(.object([JSONValue.Member(key, value.json)]))
        }
        json.add("timeout", ifPresent: seconds)
        json.add("budget", ifPresent: budget)
        json.add("trace", ifPresent: trace?.rawValue)
        return json
    }
}
