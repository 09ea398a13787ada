import ReproFormats

/// One operation of two runs, kept so that it can be run again in seconds: `capsule.json` and `kept/DIGEST`.
///
/// `capsule.json` has `format`, `operation` (the event of the first run), `outputs` and `conditions` of both sides under `a` and `b`, and
/// `python`, the interpreter of the traced program.
public struct OperationCapsule: Sendable {
    /// The sides of a capsule, one for each run.
    public enum Side: String, Sendable, CaseIterable {
        case a, b
    }

    /// The operation of the first run.
    public let operation: ProgramOperation
    /// The operation of the second run; its inputs are the same.
    public let other: ProgramOperation
    /// Of a fused recurrent layer: whether it reads backwards. Argument 7.
    var isReverse: Bool { operation.written["arguments"]?.elements?.first?.elements?.dropFirst(7).first?.bool ?? false }
    private let json: JSONValue
    private let kept: [(digest: String, path: String)]

    /// Nil where the finding is no operation of PyTorch, draws from a generator, whose state is not kept, or its tensors were not kept.
    public init?(_ finding: OperationFinding, _ a: TracedRun, _ b: TracedRun) {
        guard finding.kind == .operation, let indices = finding.indices, finding.name.contains("::"),
            let (left, right) = FirstOperation.pairs(a, b).first(where: {
                finding.process == nil || $0.0.name == finding.process
            }),
            let operation = left.operations.first(where: { $0.index == indices[0] }),
            let other = right.operations.first(where: { $0.index == indices[1] }),
            operation.generator == nil, let first = left.conditions(before: indices[0]),
            let second = right.conditions(before: indices[1])
        else { return nil }
        var kept: [(digest: String, path: String)] = []
        for (tensors, run) in [(operation.inputs, a), (operation.outputs, a), (other.outputs, b)] {
            for tensor in tensors {
                guard let digest = tensor.digest, NumberType(tensor.type) != nil else { continue }
                guard tensor.isKept else { return nil }
                kept.append((digest, run.directory + "/kept/" + digest))
            }
        }
        self.operation = operation
        self.other = other
        self.kept = kept
        let outputs: [JSONValue?] = [operation.written["outputs"], other.written["outputs"]]
        json = [
            "format": TracedRun.format, "operation": operation.written,
            "outputs": ["a": outputs[0], "b": outputs[1]] as JSONValue,
            "conditions": ["a": first, "b": second] as JSONValue, "python": left.executable,
        ]
    }

    /// Writes the capsule into a folder, which is made where it is missing.
    ///
    /// - Throws: `FormatError`: a kept tensor that cannot be read, a file that cannot be written.
    public func write(to folder: String) throws(FormatError) {
        let operations = FileOperations()
        try operations.makeFolders(folder + "/kept")
        for (digest, path) in kept {
            let file = try ByteFile(path: path)
            try AtomicFile.write(try file.read(at: 0, count: file.byteCount), to: folder + "/kept/" + digest)
        }
        try AtomicFile.write(json.encoded(.pretty), to: folder + "/capsule.json")
    }

    /// The command that runs a capsule's operation again, in the environment of that side's run; it writes what `GateProbe` reads.
    ///
    /// - Parameter hook: the folder that `HookFiles.write` filled.
    public static func command(python: String, hook: String, folder: String, side: Side, result: String) -> [String] {
        [python, hook + "/" + HookFiles.replay, folder, side.rawValue, result]
    }
}

extension TracedProcess {
    /// What PyTorch computed an operation under.
    fileprivate func conditions(before index: Int) -> JSONValue? {
        var found: JSONValue?
        for event in events {
            switch event {
            case .conditions(let conditions): found = conditions.written
            case .operation(let operation) where operation.index == index: return found
            default: break
            }
        }
        return nil
    }
}
