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
    let result: RecurrentOutput
    let lengths: [Int]

    /// What the digest covers, in its order.
    var tensors: [(name: String, value: Tensor)] {
        [("output", result.output), ("h_n", result.hidden)] + (result.cell.map { [("c_n", $0)] } ?? [])
            + Merging.allCases.map { ("final." + $0.rawValue, result.final($0)) }
            + [
                ("last.gather", result.lastByGather(lengths: lengths, batchFirst: true)),
                ("last.step", result.lastStep(batchFirst: true)),
            ]
    }

    /// The identities that people rely on, each computed from the tensors themselves.
    var identities: [Inspection.Identity] {
        var identities: [Inspection.Identity] = []
        func claim(_ text: String, _ holds: Bool) {
            identities.append(Inspection.Identity(claim: text, holds: holds))
        }
        let size = result.stateSize
        let last = result.layers * result.directions
        let gather = result.lastByGather(lengths: lengths, batchFirst: true)
        let step = result.lastStep(batchFirst: true)
        let forward = result.hidden(layer: -1, direction: .forward)
        let forwardIndex = last - result.directions
        claim(
            "output[:, -1, :H] == h_n[\(forwardIndex)]", step.columns(0..<size).isBitwiseEqual(to: forward))
        claim(
            "output[b, length(b)-1, :H] == h_n[\(forwardIndex)]", gather.columns(0..<size).isBitwiseEqual(to: forward))
        guard result.directions == 2 else { return identities }
        let reverse = result.hidden(layer: -1, direction: .reverse)
        let half = size..<(2 * size)
        let final = result.final(.concat)
        claim("output[:, 0, H:] == h_n[\(last - 1)]", gather.columns(half).isBitwiseEqual(to: reverse))
        claim("output[:, -1, H:] == h_n[\(last - 1)]", step.columns(half).isBitwiseEqual(to: reverse))
        claim("cat(h_n[-2], h_n[-1]) == gather of both halves", final.isBitwiseEqual(to: gather))
        claim("cat(h_n[-2], h_n[-1]) == output[:, -1, :]", final.isBitwiseEqual(to: step))
        let firstTwo = Merging.sum.merge(
            forward: result.hidden(layer: 0, direction: .forward),
            reverse: result.hidden(layer: 0, direction: .reverse))
        claim("h_n[0] + h_n[1] == h_n[-2] + h_n[-1]", firstTwo.isBitwiseEqual(to: result.final(.sum)))
        let stepSum = Merging.sum.merge(forward: step.columns(0..<size), reverse: step.columns(half))
        claim(
            "output[:, -1, :H] + output[:, -1, H:] == h_n[-2] + h_n[-1]",
            stepSum.isBitwiseEqual(to: result.final(.sum)))
        let chunk = result.output(of: .reverse)
        let view = result.outputByDirection.reshaped([chunk.count / size * 2, size])
        let viewed = (0..<(chunk.count / size)).flatMap { view.slice(2 * $0 + 1).elements }
        claim(
            "output.view(B, T, 2, H)[:, :, 1] == output.chunk(2, -1)[1]",
            Tensor(shape: chunk.shape, elements: viewed).isBitwiseEqual(to: chunk))
        claim(
            "h_n[1::2][-1] == h_n[-1]", result.hidden(of: .reverse).slice(result.layers - 1).isBitwiseEqual(to: reverse)
        )
        let asWalked = RecurrentOutput.turningReversePass(chunk, lengths: lengths, batchFirst: true)
        claim(
            "output[:, :, H:] in the order of the reverse pass == output[:, :, H:]", asWalked.isBitwiseEqual(to: chunk))
        return identities
    }
}

/// The stages of an inspection: init, data, evaluation, final.
struct InspectionRun {
    let experiment: Experiment
    let streams: RandomStreams
    let engine: Engine
    var recorder: Recorder

    private var parameters: [Parameter] = []
    private var views: [Inspection.View] = []
    private var outputs: [(name: String, value: Tensor)] = []
    private var input = Tensor(zeros: [0])

    init(experiment: Experiment, streams: RandomStreams, engine: Engine, recorder: Recorder) {
        self.experiment = experiment
        self.streams = streams
        self.engine = engine
        self.recorder = recorder
    }

    mutating func result(seed: UInt64) throws -> RunResult {
        do { try carryOut(seed: seed) } catch is LastStageReached {}
        return RunResult(
            experiment: experiment, seed: seed, trace: try recorder.trace(), metrics: [], losses: [],
            parameters: parameters, optimizerState: [], outputs: outputs,
            inspection: Inspection(input: input, views: views))
    }

    private mutating func carryOut(seed: UInt64) throws {
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
        parameters = modules.flatMap(\.parameters)
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

        self.input = input

        recorder.begin("evaluation")
        for module in modules {
            let weights = try module.weights(for: engine)
            for (index, set) in lengths.enumerated() {
                let name = module.configuration.cell.rawValue
                let prefix = name + "." + (lengths.count > 1 ? "\(index)." : "")
                let result = try module.forward(
                    input, lengths: set, weights: weights, engine: engine, observer: recorder.observer?.within(prefix))
                // A planted fault in output or states must reach what is derived from them.
                var (output, hidden, cell) = (result.output, result.hidden, result.cell)
                try recorder.record(prefix + "output", &output)
                try recorder.record(prefix + "h_n", &hidden)
                if var state = cell {
                    try recorder.record(prefix + "c_n", &state)
                    cell = state
                }
                let inspected = InspectedOutput(
                    result: RecurrentOutput(output, hidden: hidden, cell: cell), lengths: set)
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
        parameters = modules.flatMap(\.parameters)
        try recorder.end()
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
