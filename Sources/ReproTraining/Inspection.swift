import ReproNN
import ReproNumerics
import ReproRandom
import ReproTrace

/// What the output and the states of recurrent modules look like, and which of them are the same numbers.
public struct Inspection: Sendable {
    /// Whether two ways to a representation give the same bits.
    public struct Identity: Sendable, Equatable {
        public let claim: String
        public let holds: Bool
    }

    /// One module on one set of lengths.
    public struct View: Sendable {
        /// The cell's name.
        public let module: String
        public let lengths: [Int]
        public let tensors: [(name: String, value: Tensor)]
        public let identities: [Identity]
    }

    /// `[B, T, I]`.
    public let input: Tensor
    public let views: [View]
}

/// A module's results on one batch, batch first, taken apart.
struct InspectedOutput {
    let output: Tensor
    let hidden: Tensor
    let cell: Tensor?
    let lengths: [Int]
    let configuration: RecurrentConfiguration

    private var size: Int { configuration.stateSize }
    private var batch: Int { lengths.count }
    private var steps: Int { output.shape[1] }

    /// Final states of the last layer: forward, then reverse where there is one.
    private var finalStates: [Tensor] {
        let first = (configuration.layers - 1) * configuration.directions
        return (0..<configuration.directions).map { hidden.slice(first + $0) }
    }

    func final(_ merging: Merging) -> Tensor {
        let states = finalStates
        return merging.merge(forward: states[0], reverse: states.count > 1 ? states[1] : nil)
    }

    /// The output of each sequence at a step of its own for either half, `[B, D·S]`.
    private func rows(forward: (Int) -> Int, reverse: (Int) -> Int) -> Tensor {
        var elements: [Float] = []
        for sequence in 0..<batch {
            for direction in 0..<configuration.directions {
                let step = direction == 0 ? forward(sequence) : reverse(sequence)
                let first = (sequence * steps + step) * output.shape[2] + direction * size
                elements += output.elements[first..<(first + size)]
            }
        }
        return Tensor(shape: [batch, configuration.outputSize], elements: elements)
    }

    /// The forward half at length − 1, the reverse half at 0.
    var lastByGather: Tensor { rows(forward: { lengths[$0] - 1 }, reverse: { _ in 0 }) }

    /// Both halves at the input's last step.
    var lastStep: Tensor { rows(forward: { _ in steps - 1 }, reverse: { _ in steps - 1 }) }

    /// What the digest covers, in its order.
    var tensors: [(name: String, value: Tensor)] {
        [("output", output), ("h_n", hidden)] + (cell.map { [("c_n", $0)] } ?? [])
            + Merging.allCases.map { ("final." + $0.rawValue, final($0)) }
            + [("last.gather", lastByGather), ("last.step", lastStep)]
    }

    /// The identities that people rely on, each computed from the tensors themselves.
    var identities: [Inspection.Identity] {
        let last = configuration.layers * configuration.directions
        var identities: [Inspection.Identity] = []
        func claim(_ text: String, _ holds: Bool) {
            identities.append(Inspection.Identity(claim: text, holds: holds))
        }
        let gather = lastByGather
        let step = lastStep
        let forward = finalStates[0]
        let forwardIndex = last - configuration.directions
        claim(
            "output[:, -1, :H] == h_n[\(forwardIndex)]", step.columns(0..<size).isBitwiseEqual(to: forward))
        claim(
            "output[b, length(b)-1, :H] == h_n[\(forwardIndex)]", gather.columns(0..<size).isBitwiseEqual(to: forward))
        guard configuration.bidirectional else { return identities }
        let reverse = finalStates[1]
        let half = size..<(2 * size)
        claim("output[:, 0, H:] == h_n[\(last - 1)]", gather.columns(half).isBitwiseEqual(to: reverse))
        claim("output[:, -1, H:] == h_n[\(last - 1)]", step.columns(half).isBitwiseEqual(to: reverse))
        claim("cat(h_n[-2], h_n[-1]) == gather of both halves", final(.concat).isBitwiseEqual(to: gather))
        claim("cat(h_n[-2], h_n[-1]) == output[:, -1, :]", final(.concat).isBitwiseEqual(to: step))
        let firstTwo = Merging.sum.merge(forward: hidden.slice(0), reverse: hidden.slice(1))
        claim("h_n[0] + h_n[1] == h_n[-2] + h_n[-1]", firstTwo.isBitwiseEqual(to: final(.sum)))
        let stepSum = Merging.sum.merge(forward: step.columns(0..<size), reverse: step.columns(half))
        claim(
            "output[:, -1, :H] + output[:, -1, H:] == h_n[-2] + h_n[-1]", stepSum.isBitwiseEqual(to: final(.sum)))
        return identities
    }
}

/// The stages of an inspection: init, data, evaluation, final.
struct InspectionRun {
    let experiment: Experiment
    let streams: RandomStreams
    let engine: Engine
    var recorder: Recorder

    mutating func result(seed: UInt64) throws -> RunResult {
        var (input, lengths, dataStreams) = data()
        try experiment.verifyParameterCount(
            experiment.model.cells.map { experiment.parameterCount($0, inputSize: input.shape[2]) }.reduce(0, +))
        var generator = MersenneTwister(seed: seed)
        let isTorch = experiment.model.initialization == .torch
        var modules = experiment.model.cells.map { cell in
            let configuration = experiment.model.recurrent(cell, inputSize: input.shape[2])
            let prefix = cell.rawValue + "."
            return isTorch
                ? Recurrent(configuration, prefix: prefix, torch: &generator)
                : Recurrent(configuration, prefix: prefix, streams: streams)
        }
        _ = try ParameterKeys(names: modules.flatMap { $0.parameters.map(\.name) })
        recorder.begin("init")
        try recordParameters(&modules)
        try recorder.end(
            streams: isTorch ? [generator.streamState] : streams.states(after: modules.flatMap(\.parameters)))
        recorder.begin("data")
        try recorder.record("input", &input)
        for (index, set) in lengths.enumerated() {
            try recorder.record("lengths.\(index)", shape: [set.count], set.map(Int64.init))
        }
        try recorder.end(streams: dataStreams)

        recorder.begin("evaluation")
        var views: [Inspection.View] = []
        var outputs: [(name: String, value: Tensor)] = []
        for module in modules {
            let weights = module.weights(for: engine)
            for (index, set) in lengths.enumerated() {
                let result = try Recurrent.forward(input, lengths: set, weights: weights, engine: engine)
                let name = module.configuration.cell.rawValue
                let prefix = name + "." + (lengths.count > 1 ? "\(index)." : "")
                // A planted fault in output or states must reach what is derived from them.
                var (output, hidden, cell) = (result.output, result.hidden, result.cell)
                try recorder.record(prefix + "output", &output)
                try recorder.record(prefix + "h_n", &hidden)
                if var state = cell {
                    try recorder.record(prefix + "c_n", &state)
                    cell = state
                }
                let inspected = InspectedOutput(
                    output: output, hidden: hidden, cell: cell, lengths: set, configuration: module.configuration)
                var tensors = inspected.tensors
                for index in tensors.indices where !["output", "h_n", "c_n"].contains(tensors[index].name) {
                    try recorder.record(prefix + tensors[index].name, &tensors[index].value)
                }
                views.append(
                    Inspection.View(
                        module: name, lengths: set, tensors: tensors, identities: inspected.identities))
                outputs += tensors.map { (prefix + $0.name, $0.value) }
            }
        }
        try recorder.end()
        recorder.begin("final")
        try recordParameters(&modules)
        try recorder.end()
        return RunResult(
            experiment: experiment, seed: seed, trace: try recorder.trace(), metrics: [], losses: [],
            parameters: modules.flatMap(\.parameters), optimizerState: [], outputs: outputs,
            inspection: Inspection(input: input, views: views))
    }

    private mutating func recordParameters(_ modules: inout [Recurrent]) throws {
        for module in modules.indices {
            for index in modules[module].parameters.indices {
                let name = modules[module].parameters[index].name
                try recorder.record(name, &modules[module].parameters[index].value)
            }
        }
    }

    private func data() -> (input: Tensor, lengths: [[Int]], streams: [StreamState]) {
        switch experiment.data {
        case .values(let values, let lengths):
            let shape = [values.count, values[0].count, values[0][0].count]
            let elements = values.flatMap { $0.flatMap { $0.map { Float($0) } } }
            return (Tensor(shape: shape, elements: elements), lengths, [])
        case .uniform(let batch, let steps, let features, let lengths):
            var stream = streams.stream(.generatedData, key: 0)
            let elements = stream.uniforms(batch * steps * features)
            return (
                Tensor(shape: [batch, steps, features], elements: elements), lengths,
                [stream.streamState(.generatedData, key: 0)]
            )
        default: preconditionFailure("'\(experiment.name)' inspects a dataset")
        }
    }
}

extension MersenneTwister {
    /// The one entry of PyTorch's generator: how far it has been drawn from and what it began with are all of its state.
    var streamState: StreamState {
        StreamState(domain: .max, key: 0, state: (0, draws), increment: (0, seed), buffered: nil)
    }
}

extension RandomStreams {
    /// Each parameter's stream as it stood when the parameter's last element had been drawn.
    func states(after parameters: [Parameter]) -> [StreamState] {
        parameters.map { parameter in
            var stream = self.parameters(of: parameter.name)
            stream.skip32(UInt64(parameter.value.count))
            return stream.streamState(.parameters, key: CRC32.checksum(parameter.name))
        }
    }
}
