import ReproFormats

/// What the script of the hook found when it ran a kept operation again, and asked an LSTM layer for its gates.
public struct GateProbe: Sendable {
    /// One step of the recurrence, counted in the order of computation.
    struct Step: Sendable {
        let step: Int
        /// Whether the kernel, started at this step, gave what the traced run had; nil where that cannot be tried.
        let isFaithful: Bool?
        /// What h is where every gate is a constant.
        let control: String
        /// Digest and bit patterns of each gate, `[B, H]`, in the order i f g o.
        let gates: [(name: String, digest: String, patterns: [UInt8])]
    }

    /// Digests of the outputs that were given this time.
    let outputs: [String?]
    /// The first step at which h differs, and its index in the tensors, with row and unit.
    let place: (step: Int, time: Int, batch: Int, unit: Int)?
    let steps: [Step]

    /// Reads the script's answer.
    ///
    /// - Throws: `FormatError`, `.badData`, where it is not as the script writes it.
    public init(contentsOf path: String) throws(FormatError) {
        let value = try JSONValue.read(path: path)
        func fault(_ key: String) -> FormatError {
            FormatError(
                .badData, path: path, key: key, problem: "missing, or of another kind",
                remedy: "replay the operation again")
        }
        guard let outputs = value["outputs"]?.elements else { throw fault("outputs") }
        self.outputs = outputs.map { $0["digest"]?.string }
        guard let recurrent = value["recurrent"], !recurrent.isNull else {
            (place, steps) = (nil, [])
            return
        }
        guard let step = recurrent["step"]?.int, let time = recurrent["time"]?.int, let batch = recurrent["batch"]?.int,
            let unit = recurrent["unit"]?.int, let listed = recurrent["steps"]?.elements
        else { throw fault("recurrent") }
        place = (step, time, batch, unit)
        var steps: [Step] = []
        for value in listed {
            guard let number = value["step"]?.int, let control = value["control"]?.string else { throw fault("steps") }
            var gates: [(name: String, digest: String, patterns: [UInt8])] = []
            for name in ["i", "f", "g", "o"] {
                guard let digest = value["gates"]?[name]?.string, let values = value["values"]?[name]?.string else {
                    throw fault(name)
                }
                gates.append((name, digest, Array(values.utf8)))
            }
            steps.append(
                Step(step: number, isFaithful: value["faithful"]?.bool, control: control, gates: gates))
        }
        self.steps = steps
    }

    /// Whether the operation gave again what the traced run had; outputs without contents are passed over.
    public func isRepeated(_ operation: ProgramOperation) -> Bool {
        operation.outputs.count == outputs.count
            && zip(operation.outputs, outputs).allSatisfy { $0.digest == nil || $0.digest == $1 }
    }
}

extension GateProbe {
    /// Whether every step that could be tried gave the bits of the traced run, and at least one could.
    var isFaithful: Bool {
        let tried = steps.compactMap(\.isFaithful)
        return !tried.isEmpty && tried.allSatisfy { $0 }
    }
}

extension OperationFinding {
    /// Adds what two probes tell: the first step, and in it the first gate in the order i f g o, that differs between the conditions of the
    /// two runs.
    ///
    /// The inputs of a gate, x and the h before, are the same in both runs up to the first step at which h differs, so a gate that differs
    /// was computed differently. It is named only where both probes gave the states of their runs again, bit for bit, and constants come
    /// out alike; where all gates agree the update of the states differs, and the gate stays unknown.
    public mutating func add(_ a: GateProbe, _ b: GateProbe) {
        guard var recurrent, let place = a.place else { return }
        (recurrent.step, recurrent.batch, recurrent.unit) = (place.step, place.batch, place.unit)
        defer { self.recurrent = recurrent }
        guard a.isFaithful, b.isFaithful else { return }
        for (x, y) in zip(a.steps, b.steps) where x.control == y.control {
            guard let (gate, other) = zip(x.gates, y.gates).first(where: { $0.digest != $1.digest }) else { continue }
            (recurrent.step, recurrent.gate, recurrent.gateBy) = (x.step, gate.name, .probe)
            // Eight hexadecimal digits for each number, one row of the batch after another.
            let digit = zip(gate.patterns, other.patterns).enumerated().first { $1.0 != $1.1 }?.offset
            if let digit, let units = hiddenSize, units > 0 {
                (recurrent.batch, recurrent.unit) = (digit / 8 / units, digit / 8 % units)
            }
            return
        }
    }
}
