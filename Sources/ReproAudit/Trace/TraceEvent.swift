import ReproFormats

/// What the hook wrote of a program in Python, one value for each line of its trace.
///
/// A trace is a folder. Each process of the program wrote `process-NNNNNN.jsonl`, one JSON object on each line, in the order in which
/// things happened; `kept/DIGEST` holds the bytes of tensors. `event` says what a line is:
///
/// | event | members |
/// |---|---|
/// | `process` | first line: `format` (1), `identity`, `arguments`, `executable`, `python`, `byteorder` |
/// | `library` | `name`, `version` |
/// | `seed` | `generator`, `value` as Python writes it, `digest` of the state after it |
/// | `state` | `what`: generators, parameters, batch, output, loss, gradients or optimizer; `tensors`: digests by name |
/// | `conditions` | what PyTorch computes under: `threads`, `deterministic`, `mkldnn`, `precision`, `grad` |
/// | `operation` | `index`, `name`, `overload`, `module`, `kind`, `call`, `inputs`, `outputs`; see ``ProgramOperation`` |
/// | `cut` | last line: the trace reached its limit |
/// | `end` | last line: the process ended as programs do |
///
/// `seed`, `state` and `operation` also have `step` (steps of optimisers before it), `pass` (forward passes of outermost modules within
/// the step) and `at`, the program's own line. A digest is SHA-256 over `DTYPE;D0,D1,…;` and the little-endian elements, row-major.
public enum TraceEvent: Sendable, Equatable {
    case seed(TracedSeed)
    case state(TracedState)
    case conditions(TracedConditions)
    case operation(ProgramOperation)
}

/// A line of the program.
public struct SourceLine: Sendable, Equatable {
    /// As Python names the file.
    public let file: String
    /// Counted from 1.
    public let line: Int
    /// The function, `<module>` outside of all.
    public let function: String

    public init(file: String, line: Int, function: String) {
        self.file = file
        self.line = line
        self.function = function
    }

    /// The last part of the path: the working directory may be another in another run.
    var name: Substring { file.split(separator: "/").last ?? "" }

    /// Whether both name one line of one file, wherever that lies.
    static func isSame(_ a: SourceLine?, _ b: SourceLine?) -> Bool { a?.name == b?.name && a?.line == b?.line }
}

/// Where in a program's training an event belongs.
public struct TraceMoment: Sendable, Equatable {
    /// Steps of optimisers before it.
    public let step: Int
    /// Forward passes of outermost modules before it, within the step.
    public let pass: Int
    /// The program's line; nil where no frame was the program's.
    public let at: SourceLine?

    public init(step: Int, pass: Int, at: SourceLine? = nil) {
        self.step = step
        self.pass = pass
        self.at = at
    }
}

/// A generator was seeded.
public struct TracedSeed: Sendable, Equatable {
    /// When.
    public let moment: TraceMoment
    /// `random`, `numpy.random`, `numpy.random.default_rng[N]` or `torch`.
    public let generator: String
    /// As Python writes it; `None` for the operating system's entropy.
    public let value: String
    /// The state that came of it; nil where it could not be read.
    public let digest: String?
}

/// Digests of named values at one moment.
public struct TracedState: Sendable, Equatable {
    /// What they are.
    public enum What: String, Sendable, Equatable, CaseIterable {
        case generators, parameters, batch, output, loss, gradients, optimizer
    }

    /// When.
    public let moment: TraceMoment
    /// What they are.
    public let what: What
    /// In the order of the trace; nil for a value that could not be read.
    public let tensors: [(name: String, digest: String?)]

    public static func == (a: TracedState, b: TracedState) -> Bool {
        a.moment == b.moment && a.what == b.what && a.tensors.elementsEqual(b.tensors) { $0 == $1 }
    }
}

/// What PyTorch computes under, from here on.
public struct TracedConditions: Sendable, Equatable {
    /// The threads of one operation.
    public let threads: Int
    /// Everything that was written, for a replay.
    public let written: JSONValue
}

/// A tensor or array that an operation read or gave.
public struct TracedTensor: Sendable, Equatable {
    /// Nil for what has no contents to compare: fresh memory, scratch memory, or a tensor without storage.
    public let digest: String?
    /// PyTorch's or NumPy's name, such as `float32`.
    public let type: String
    /// The size of each axis.
    public let shape: [Int]
    /// Whether the trace holds its bytes.
    public let isKept: Bool
    /// The operation that wrote this memory last, as far as it was traced.
    public let producer: Int?
    /// The parameter whose memory it is.
    public let parameter: String?
}

/// One operation of PyTorch, or one call of NumPy.
public struct ProgramOperation: Sendable, Equatable {
    /// When; `at` is the line that called it, in a backward pass that of `backward()`.
    public let moment: TraceMoment
    /// Counted within the process.
    public let index: Int
    /// Such as `aten::addmm` or `numpy.dot`.
    public let name: String
    /// PyTorch's overload.
    public let overload: String
    /// The path of the module, such as `Net.encoder.lstm`; empty outside of modules.
    public let module: String
    /// The module's class, such as `LSTM`.
    public let kind: String
    /// The count of the module's calls within the step, from 1; 0 outside of modules.
    public let call: Int
    /// In a backward pass: the graph's node, such as `AddmmBackward0`.
    public let node: String?
    /// In a backward pass: the line of the forward pass that made the node.
    public let forward: SourceLine?
    /// The state of the generator that it draws from; nil for an operation that draws nothing.
    public let generator: String?
    /// That generator's name.
    public let generatorName: String?
    /// In the order of the arguments.
    public let inputs: [TracedTensor]
    /// In the order of the results, or what was written in place.
    public let outputs: [TracedTensor]
    /// The whole event, for a replay.
    let written: JSONValue

    public static func == (a: ProgramOperation, b: ProgramOperation) -> Bool { a.written == b.written }

    /// The program's line that tells most: in a backward pass the one of the forward pass.
    public var line: SourceLine? { forward ?? moment.at }
}
