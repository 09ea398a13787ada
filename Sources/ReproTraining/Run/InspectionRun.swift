import ReproNN
import ReproNumerics
import ReproRandom
import ReproTrace

/// The stages of an inspection: init, data, evaluation, final.
struct InspectionRun {
    private let experiment: Experiment
    private let streams: RandomStreams
    private let engine: Engine
    private let recorder: Recorder
    private var input: Tensor
    private let lengths: [[Int]]
    /// What the input was drawn from. It is drawn before the parameters and recorded after them.
    private let dataStreams: [StreamState]
    private var modules: [Recurrent] = []
    private var views: [Inspection.View] = []
    private var outputs: [NamedTensor] = []

    init(experiment: Experiment, streams: RandomStreams, engine: Engine, recorder: Recorder) throws {
        self.experiment = experiment
        self.streams = streams
        self.engine = engine
        self.recorder = recorder
        guard let source = experiment.data as? any InspectionSource else {
            fatalError("'\(experiment.name)' inspects a dataset")
        }
        (input, lengths) = source.input(from: streams)
        dataStreams = streams.takeLedger()
        let (model, inputSize) = (experiment.model, input.shape[2])
        try experiment.verifyParameterCount(
            model.cells.map { experiment.parameterCount($0, inputSize: inputSize) }.reduce(0, +))
        let configurations = model.cells.map { model.recurrent($0, inputSize: inputSize) }
        modules =
            model.initialization == .torch
            ? try streams.drawAsTorch { generator in
                try configurations.map { try Recurrent($0, prefix: $0.cell.rawValue + ".", torch: &generator) }
            } : try configurations.map { try Recurrent($0, prefix: $0.cell.rawValue + ".", streams: streams) }
        _ = try ParameterKeys(names: modules.flatMap { $0.parameters.map(\.name) })
    }

    mutating func result() throws -> RunResult {
        try carryOut()
        return RunResult(
            experiment: experiment, seed: streams.seed, trace: try recorder.trace(), metrics: [], losses: [],
            parameters: modules.flatMap(\.parameters), optimizerState: [], outputs: outputs, encoding: nil,
            inspection: Inspection(input: input, views: views))
    }

    /// Goes through the stages, up to the last one that was asked for.
    private mutating func carryOut() throws {
        recorder.begin(.initialization)
        try recordParameters()
        guard try end() else { return }
        recorder.begin(.data)
        try recorder.record("input", &input)
        for (index, set) in lengths.enumerated() {
            try recorder.record("lengths.\(index)", shape: [set.count], set.map(Int64.init))
        }
        guard try recorder.end(streams: dataStreams) else { return }
        recorder.begin(.evaluation)
        for module in modules { try inspect(module) }
        guard try end() else { return }
        recorder.begin(.final)
        try recordParameters()
        _ = try end()
    }

    /// Closes the open stage over what it drew. Returns whether the run goes on.
    private func end() throws -> Bool { try recorder.end(streams: streams.takeLedger()) }

    private mutating func inspect(_ module: Recurrent) throws {
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
            var tensors = try inspected.tensors()
            for index in tensors.indices where !["output", "h_n", "c_n"].contains(tensors[index].name) {
                try recorder.record(prefix + tensors[index].name, &tensors[index].value)
            }
            views.append(
                Inspection.View(module: name, lengths: set, tensors: tensors, identities: try inspected.identities()))
            outputs += tensors.map { NamedTensor(prefix + $0.name, $0.value) }
        }
    }

    private mutating func recordParameters() throws {
        for module in modules.indices {
            for index in modules[module].parameters.indices {
                let name = modules[module].parameters[index].name
                try recorder.record(name, &modules[module].parameters[index].value)
            }
        }
    }
}
