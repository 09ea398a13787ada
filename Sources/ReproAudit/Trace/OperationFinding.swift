import ReproFormats

/// Where two runs of a program part first, as far as their traces tell.
public struct OperationFinding: Sendable, Equatable {
    /// What it is that parts.
    public enum Kind: String, Sendable, Equatable, CaseIterable {
        /// An operation whose inputs agree gave another output.
        case operation
        /// What the program read or made outside of traced operations differs: a batch, numbers from Python.
        case data
        /// A random-number generator was in another state when it was drawn from.
        case generator
        /// Parameters, optimiser states or memory differ without an operation that explains it.
        case state
    }

    /// How far later results are apart.
    public struct Growth: Sendable, Equatable {
        /// The operation.
        public let name: String
        /// Its number in the first run.
        public let index: Int
        /// The greatest distance of its first output that differs, in units in the last place.
        public let ulp: UInt64
    }

    /// What it is that parts.
    public let kind: Kind
    /// The operation, such as `aten::addmm`; the generator; or the name of the data or state.
    public let name: String
    /// What the second run did instead, where the two take different ways.
    public internal(set) var otherName: String?
    /// In words, what else is known.
    public internal(set) var detail: String?
    /// The path of the module; nil outside of modules.
    public internal(set) var module: String?
    /// The module's class.
    public internal(set) var moduleKind: String?
    /// The program's line; in a backward pass that of the forward pass.
    public internal(set) var line: SourceLine?
    /// In a backward pass, the graph's node.
    public internal(set) var node: String?
    /// Steps of optimisers before it.
    public internal(set) var step: Int
    /// Forward passes before it, within the step.
    public internal(set) var pass: Int
    /// Its number among the operations of the process, in each run; nil where it is none.
    public internal(set) var indices: [Int]?
    /// Which of the operation's outputs, from 0.
    public internal(set) var output: Int?
    /// Where in the output, and how far; nil where the tensors were not kept.
    public internal(set) var gap: TensorGap?
    /// Later results, at growing distance from the first.
    public internal(set) var growth: [Growth] = []
    /// Of a recurrent module.
    public internal(set) var recurrent: RecurrentPlace?
    /// The units of a recurrent layer: the last axis of what it gave.
    var hiddenSize: Int?
    /// The process, where it is not the first.
    public internal(set) var process: String?
    /// Whether the operation, run again alone, gave on both sides what it had given; nil where that was not tried.
    public internal(set) var isRepeated: Bool?

    init(_ kind: Kind, _ name: String, at moment: TraceMoment) {
        self.kind = kind
        self.name = name
        line = moment.at
        step = moment.step
        pass = moment.pass
    }

    init(_ kind: Kind, _ name: String, of operation: ProgramOperation) {
        self.init(kind, name, at: operation.moment)
        module = operation.module.isEmpty ? nil : operation.module
        moduleKind = operation.kind.isEmpty ? nil : operation.kind
        line = operation.line
        node = operation.node
    }

    /// The same place under another kind and name.
    func renamed(_ kind: Kind, _ name: String) -> OperationFinding {
        var finding = OperationFinding(kind, name, at: TraceMoment(step: step, pass: pass, at: line))
        (finding.module, finding.moduleKind, finding.node) = (module, moduleKind, node)
        return finding
    }
}

extension OperationFinding: JSONRepresentable {
    /// Null for what is not known.
    public var json: JSONValue {
        let place = line.map { "\($0.file):\($0.line)" }
        var value: JSONValue = [
            "kind": kind.rawValue, "name": name, "otherName": otherName, "detail": detail, "module": module,
            "moduleKind": moduleKind, "place": place, "function": line?.function, "node": node, "step": step,
            "pass": pass, "output": output,
            "element": gap?.element, "index": gap?.index, "a": gap?.a, "b": gap?.b, "ulp": gap?.ulp,
            "greatestULP": gap?.greatestULP, "different": gap?.different,
        ]
        value.add(
            "growth",
            ifPresent: growth.map { ["name": $0.name, "index": $0.index, "ulp": $0.ulp] as JSONValue })
        value.add("recurrent", ifPresent: recurrent)
        value.add("process", ifPresent: process)
        value.add("repeated", ifPresent: isRepeated)
        return value
    }
}
