import ReproFormats
import ReproTrace

/// Reads the lines of one process's trace, strictly: what is missing or of another kind is an error with path and line.
struct TraceParser {
    let path: String
    private(set) var line = 0

    init(path: String) { self.path = path }

    /// The processes' file, whole.
    ///
    /// - Throws: `FormatError`, `.badData`, for a line that is cut, that is no JSON object, or that lacks what its event has.
    mutating func process(_ bytes: [UInt8]) throws(FormatError) -> TracedProcess {
        var process: TracedProcess?
        var start = 0
        while start < bytes.count {
            line += 1
            guard let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) else {
                throw error("the last line has no end: the trace was cut")
            }
            let value = try JSONValue.parse(Array(bytes[start..<end]), path: "\(path), line \(line)")
            start = end + 1
            if process?.ending != nil { throw error("a line follows the last event") }
            if process == nil {
                process = try header(value)
            } else if let event = try event(value, &process!) {
                process!.events.append(event)
            }
        }
        guard let process else { throw error("the trace is empty") }
        return process
    }

    private func header(_ value: JSONValue) throws(FormatError) -> TracedProcess {
        guard try text(value, "event") == "process" else { throw error("a trace begins with the event `process`") }
        let format = try integer(value, "format")
        guard format == TracedRun.format else {
            throw error("the trace has format \(format), and this build reads \(TracedRun.format)")
        }
        guard try text(value, "byteorder") == "little" else { throw error("the tensors are not little-endian") }
        var arguments: [String] = []
        for argument in try list(value, "arguments") {
            guard let argument = argument.string else {
                throw error("an argument is \(argument.kind)", key: "arguments")
            }
            arguments.append(argument)
        }
        return TracedProcess(
            identity: try text(value, "identity"), arguments: arguments, executable: try text(value, "executable"),
            python: try text(value, "python"))
    }

    /// Nil for events that are no part of what is compared.
    private func event(_ value: JSONValue, _ process: inout TracedProcess) throws(FormatError) -> TraceEvent? {
        switch try text(value, "event") {
        case "library":
            process.libraries.append((try text(value, "name"), try text(value, "version")))
            return nil
        case "seed":
            return .seed(
                TracedSeed(
                    moment: try moment(value), generator: try text(value, "generator"), value: try text(value, "value"),
                    digest: try digest(value)))
        case "state": return .state(try state(value))
        case "conditions": return .conditions(TracedConditions(threads: try integer(value, "threads"), written: value))
        case "operation": return .operation(try operation(value))
        case "cut": process.ending = .cut
        case "end": process.ending = .whole
        case let other: throw error("no event is called `\(other)`", key: "event")
        }
        return nil
    }

    private func state(_ value: JSONValue) throws(FormatError) -> TracedState {
        let name = try text(value, "what")
        guard let what = TracedState.What(rawValue: name) else {
            throw error("no state is called `\(name)`", key: "what")
        }
        guard let members = value["tensors"]?.members else { throw error("an object is missing", key: "tensors") }
        var tensors: [(name: String, digest: String?)] = []
        for member in members { tensors.append((member.key, try digest(member.value, key: member.key))) }
        return TracedState(moment: try moment(value), what: what, tensors: tensors)
    }

    private func operation(_ value: JSONValue) throws(FormatError) -> ProgramOperation {
        ProgramOperation(
            moment: try moment(value), index: try integer(value, "index"), name: try text(value, "name"),
            overload: try text(value, "overload"), module: try text(value, "module"), kind: try text(value, "kind"),
            call: try integer(value, "call"), node: value["node"]?.string, forward: try source(value, "forward"),
            generator: value["generator"]?.string, generatorName: value["generatorName"]?.string,
            inputs: try tensors(value, "inputs"), outputs: try tensors(value, "outputs"), written: value)
    }

    private func tensors(_ value: JSONValue, _ key: String) throws(FormatError) -> [TracedTensor] {
        var found: [TracedTensor] = []
        for value in try list(value, key) {
            var shape: [Int] = []
            for size in value["shape"]?.elements ?? [] {
                guard let size = size.int, size >= 0 else { throw error("a size is no count", key: "shape") }
                shape.append(size)
            }
            // A number that an operation gave to Python is compared by its text.
            let number = value["value"]?.string
            let contents = number == nil ? try digest(value) : number
            found.append(
                TracedTensor(
                    digest: contents, type: value["dtype"]?.string ?? "", shape: shape,
                    isKept: value["kept"]?.bool ?? false, producer: value["from"]?.int, parameter: value["name"]?.string
                ))
        }
        return found
    }

    private func moment(_ value: JSONValue) throws(FormatError) -> TraceMoment {
        TraceMoment(step: try integer(value, "step"), pass: try integer(value, "pass"), at: try source(value, "at"))
    }

    private func source(_ value: JSONValue, _ key: String) throws(FormatError) -> SourceLine? {
        guard let place = value[key], !place.isNull else { return nil }
        return SourceLine(
            file: try text(place, "file"), line: try integer(place, "line"), function: try text(place, "function"))
    }

    private func digest(_ value: JSONValue) throws(FormatError) -> String? {
        guard let digest = value["digest"] else { return nil }
        return try self.digest(digest, key: "digest")
    }

    private func digest(_ value: JSONValue, key: String) throws(FormatError) -> String? {
        if value.isNull { return nil }
        guard let text = value.string, Digest(hexadecimal: text) != nil else {
            throw error("this is no digest", key: key)
        }
        return text
    }

    private func text(_ value: JSONValue, _ key: String) throws(FormatError) -> String {
        guard let text = value[key]?.string else { throw error("a string is missing", key: key) }
        return text
    }

    private func integer(_ value: JSONValue, _ key: String) throws(FormatError) -> Int {
        guard let number = value[key]?.int, number >= 0 else { throw error("a count is missing", key: key) }
        return number
    }

    private func list(_ value: JSONValue, _ key: String) throws(FormatError) -> [JSONValue] {
        guard let elements = value[key]?.elements else { throw error("an array is missing", key: key) }
        return elements
    }

    private func error(_ problem: String, key: String? = nil) -> FormatError {
        FormatError(
            .badData, path: path, line: max(line, 1), key: key, problem: problem,
            remedy: "run the audit again; a trace is read only as the hook wrote it")
    }
}
