/// What an operation of a stage computed, read from its name in the trace.
public enum OperationID: Sendable, Hashable {
    /// Where a random stream stood at the stage's end: `stream[DOMAIN,KEY]`.
    case stream(domain: UInt32, key: UInt32)
    /// One time step of one direction of a recurrent layer: `lstm.l0_reverse[5].c`. The prefix, here `lstm.`, says which
    /// module, shard, micro-batch or split, and begins with `grad.` in a backward pass.
    case timeStep(prefix: String, layer: Int, isReverse: Bool, step: Int, operation: String)
    /// Any other tensor: a batch's, a parameter, a gradient, the logits.
    case tensor(String)

    /// Reads a name, every one of which is some operation's.
    public init(_ name: String) {
        let read = OperationID.stream(name) ?? OperationID.timeStep(name) ?? .tensor(name)
        self = read.description.utf8.elementsEqual(name.utf8) ? read : .tensor(name)
    }

    /// Whether it stands for a random stream rather than a tensor.
    public var isStream: Bool {
        if case .stream = self { return true }
        return false
    }

    /// Whether it is of a backward pass.
    public var isGradient: Bool { description.split(separator: ".").contains("grad") }
    /// Whether it is what a step read of the data.
    public var isBatch: Bool { description.hasPrefix("batch.") }

    private static func stream(_ name: String) -> OperationID? {
        guard name.hasPrefix("stream["), name.hasSuffix("]") else { return nil }
        let numbers = name.dropFirst("stream[".count).dropLast().split(separator: ",").map { UInt32($0) }
        guard numbers.count == 2, let domain = numbers[0], let key = numbers[1] else { return nil }
        return .stream(domain: domain, key: key)
    }

    private static func timeStep(_ name: String) -> OperationID? {
        // The last bracket of the name is the step's; before it stands the layer, back to a dot or the beginning.
        guard let open = name.lastIndex(of: "["), let close = name[open...].firstIndex(of: "]"),
            let step = Int(name[name.index(after: open)..<close]), name[close...].hasPrefix("].")
        else { return nil }
        let start = name[..<open].lastIndex(of: ".").map { name.index(after: $0) } ?? name.startIndex
        var layer = name[start..<open]
        let isReverse = layer.hasSuffix("_reverse")
        if isReverse { layer = layer.dropLast("_reverse".count) }
        guard layer.first == "l", let number = Int(layer.dropFirst()) else { return nil }
        return .timeStep(
            prefix: String(name[..<start]), layer: number, isReverse: isReverse, step: step,
            operation: String(name[close...].dropFirst(2)))
    }
}

extension OperationID: CustomStringConvertible {
    /// The name in the trace.
    public var description: String {
        switch self {
        case .stream(let domain, let key): "stream[\(domain),\(key)]"
        case .timeStep(let prefix, let layer, let isReverse, let step, let operation):
            prefix + "l\(layer)" + (isReverse ? "_reverse" : "") + "[\(step)].\(operation)"
        case .tensor(let name): name
        }
    }
}
