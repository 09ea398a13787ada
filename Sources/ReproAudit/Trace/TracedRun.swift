import ReproFormats

/// One process of a traced program.
public struct TracedProcess: Sendable {
    /// How a trace ends that its process ended.
    public enum Ending: Sendable {
        /// The process ended as programs do.
        case whole
        /// The trace reached its limit, and the process went on.
        case cut
    }

    /// "0" for a program that was started, "0.2" for its second fork.
    public let identity: String
    /// The command line.
    public let arguments: [String]
    /// The interpreter's path; empty where Python does not know it.
    public let executable: String
    /// The version of Python.
    public let python: String
    /// Names and versions of traced libraries.
    public internal(set) var libraries: [(name: String, version: String)] = []
    /// What happened, in order.
    public internal(set) var events: [TraceEvent] = []
    /// Nil for a process that was killed, that ended by `os._exit`, or that runs still.
    public internal(set) var ending: Ending?

    /// What names the process in every run of one command: directories may be others there.
    var name: String {
        let words = arguments.dropFirst().map { $0.split(separator: "/").last.map(String.init) ?? $0 }
        return identity + " " + words.joined(separator: " ")
    }

    /// The operations alone.
    public var operations: [ProgramOperation] {
        events.compactMap { event in if case .operation(let operation) = event { operation } else { nil } }
    }
}

/// From where on operations are traced: a step, and the first forward pass within it.
public struct TraceWindow: Sendable, Equatable {
    /// Steps of optimisers before it.
    public let step: Int
    /// Forward passes within the step before it.
    public let pass: Int

    public init(step: Int, pass: Int) {
        self.step = step
        self.pass = pass
    }
}

/// What the hook wrote during one run of a program, read back.
public struct TracedRun: Sendable {
    /// The version of the trace that this build writes and reads.
    public static let format = 1

    /// What the hook traces.
    public enum Mode: Sendable, Equatable {
        /// Nothing; remedies alone.
        case off
        /// States, step by step.
        case steps
        /// Nothing but which files were read and which packages imported; ``ProgramInventory`` reads it.
        case inventory
        /// States, and every operation of one step from one forward pass on; up to `keep` bytes of tensors are kept, of the
        /// operations of these indices where any are given.
        case operations(TraceWindow, keep: Int, only: [ClosedRange<Int>] = [])
    }

    /// The folder that the hook wrote to.
    public let directory: String
    /// In the order in which they wrote their first events.
    public let processes: [TracedProcess]
    /// Faults of the hook, which the program did not see; the trace may lack something there.
    public let faults: String?
    /// The remedies that took effect, as the hook names them.
    public let remedies: [String]

    /// Reads a trace.
    ///
    /// - Throws: `FormatError`: a file that cannot be read, or that is not as the hook writes it.
    public init(contentsOf directory: String) throws(FormatError) {
        self.directory = directory
        var processes: [TracedProcess] = []
        for name in try FileOperations.names(in: directory) where name.hasPrefix("process-") && name.hasSuffix(".jsonl")
        {
            let path = directory + "/" + name
            var parser = TraceParser(path: path)
            processes.append(try parser.process(try ByteFile.contents(of: path)))
        }
        self.processes = processes
        faults = try TracedRun.text(directory + "/fault.txt")
        remedies = try TracedRun.text(directory + "/remedies.txt")?.split(separator: "\n").map(String.init) ?? []
    }

    private static func text(_ path: String) throws(FormatError) -> String? {
        guard FileOperations.kind(at: path) == .file else { return nil }
        return String(decoding: try ByteFile.contents(of: path), as: UTF8.self)
    }

    /// Whether there is anything to compare: a program without Python, or without the hooked libraries, leaves nothing.
    public var isEmpty: Bool { processes.allSatisfy(\.events.isEmpty) }

    /// The variables that make Python programs write a trace.
    ///
    /// - Parameters:
    ///   - hook: the folder that `HookFiles.write` filled.
    ///   - directory: an absolute path of an existing, empty folder.
    ///   - pythonPath: the value of PYTHONPATH without the hook, nil where it is not set.
    ///   - remedies: what the hook applies, such as `threads=1`; see `Remedy`.
    public static func environment(
        hook: String, directory: String, mode: Mode, pythonPath: String? = nil, remedies: [String] = []
    ) -> [(name: String, value: String)] {
        let path = pythonPath.map { $0.isEmpty ? hook : hook + ":" + $0 } ?? hook
        // What the hook asks of PyTorch may fill a cache, which else lies where temporary files do, and stays.
        var variables = [
            ("PYTHONPATH", path), ("REPRO_TRACE_DIRECTORY", directory),
            ("TORCHINDUCTOR_CACHE_DIR", directory + "/inductor"),
        ]
        switch mode {
        case .off: break
        case .steps: variables.append(("REPRO_TRACE", "steps"))
        case .inventory: variables.append(("REPRO_TRACE", "inventory"))
        case .operations(let window, let keep, let only):
            variables += [
                ("REPRO_TRACE", "operations"), ("REPRO_TRACE_STEP", String(window.step)),
                ("REPRO_TRACE_PASS", String(window.pass)), ("REPRO_TRACE_KEEP", String(keep)),
            ]
            if !only.isEmpty {
                let text = only.map { "\($0.lowerBound)-\($0.upperBound)" }.joined(separator: ",")
                variables.append(("REPRO_TRACE_ONLY", text))
            }
        }
        if !remedies.isEmpty { variables.append(("REPRO_REMEDY", remedies.joined(separator: ","))) }
        return variables.map { (name: $0.0, value: $0.1) }
    }

    /// The bytes of a tensor; nil where the trace does not hold them.
    ///
    /// - Throws: `FormatError`: the file is not as large as its tensor.
    func bytes(of tensor: TracedTensor) throws(FormatError) -> [UInt8]? {
        guard tensor.isKept, let digest = tensor.digest, let width = NumberType(tensor.type)?.byteCount else {
            return nil
        }
        let path = directory + "/kept/" + digest
        let count = tensor.shape.reduce(width) { $0.multipliedReportingOverflow(by: $1).partialValue }
        if count == 0 { return [] }
        let bytes = try ByteFile.contents(of: path)
        guard bytes.count == count else {
            throw FormatError(
                .badData, path: path, problem: "\(bytes.count) bytes for \(tensor.shape) of \(tensor.type)",
                remedy: "run the audit again; something else wrote to its folder")
        }
        return bytes
    }
}
