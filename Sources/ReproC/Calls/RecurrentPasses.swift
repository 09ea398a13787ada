import CRepro
import ReproNN
import ReproNumerics

/// Makes a place that weights are kept in.
@_cdecl("repro_weights_create")
public func createWeights(
    _ call: UnsafePointer<repro_weights_call>?, _ error: UnsafeMutablePointer<repro_error>?
) -> repro_status {
    answer(error) {
        let handle = try given(given(call, "call").pointee.weights, "weights")
        handle.pointee = HandleTable.shared.add { _ in KeptWeights() }
    }
}

/// A recurrent layer's pass, for inference or with a tape for training.
@_cdecl("repro_recurrent_forward")
public func recurrentForward(
    _ call: UnsafePointer<repro_recurrent_forward_call>?, _ error: UnsafeMutablePointer<repro_error>?
) -> repro_status {
    answer(error) {
        let call = try given(call, "call").pointee
        let engine = try SharedEngine.of(call.engine)
        guard (Int64(REPRO_STEPS_FIRST)...Int64(REPRO_PACKED)).contains(call.layout) else {
            throw Refusal.argument("layout is \(call.layout); expected REPRO_STEPS_FIRST … REPRO_PACKED")
        }
        let options = try given(call.module, "module").pointee
        let configuration = try options.configuration(batchFirst: call.layout == Int64(REPRO_BATCH_FIRST))
        let parameters = try list(call.parameters, call.parameter_count, "parameters")
        let kept: KeptWeights? =
            call.weights == 0 ? nil : try HandleTable.shared.object(call.weights, "weights").object
        let sequences = try call.sequences(configuration)
        let states = configuration.states(sequences)
        try refuse(call.initial_cell.isAbsent, "initial_cell", of: configuration)
        try refuse(call.cell.isAbsent, "cell", of: configuration)
        let input = try call.input.tensor("input", sequences.rows(width: configuration.inputSize))
        let initial = InitialStates(
            hidden: try call.initial_hidden.optional("initial_hidden", states.hidden),
            cell: try call.initial_cell.optional("initial_cell", states.cell ?? []))
        try call.output.expectIfPresent("output", sequences.rows(width: configuration.outputSize))
        try call.hidden.expectIfPresent("hidden", states.hidden)
        try call.cell.expectIfPresent("cell", states.cell ?? [])
        let result = try engine.compute { engine in
            let request = WeightsRequest(
                options: options, batchFirst: configuration.batchFirst, parameters: parameters,
                backward: call.tape != nil)
            let (module, weights) = try kept.map { try $0.weights(request, engine) } ?? request.laidOut(on: engine)
            guard let tape = call.tape else {
                return try module.forward(
                    input, over: sequences, initial: initial, weights: weights, engine: engine)
            }
            let stream = try configuration.drops ? given(call.dropout, "dropout").pointee.generator() : nil
            let (output, recorded) = try module.forwardForTraining(
                input, over: sequences, initial: initial, weights: weights, engine: engine, dropout: stream)
            if let place = recorded.dropout { call.dropout?.pointee = repro_stream(place.stream) }
            tape.pointee = HandleTable.shared.add { _ in
                RecurrentPassTape(module: module, tape: recorded, sequences: sequences, path: engine.kernels.path)
            }
            return output
        }
        call.output.write(result.output)
        call.hidden.write(result.hidden)
        call.cell.write(result.cell)
    }
}

/// The gradients of a pass that has a tape.
@_cdecl("repro_recurrent_backward")
public func recurrentBackward(
    _ call: UnsafePointer<repro_recurrent_backward_call>?, _ error: UnsafeMutablePointer<repro_error>?
) -> repro_status {
    answer(error) {
        let call = try given(call, "call").pointee
        let engine = try SharedEngine.of(call.engine)
        let (tape, _): (RecurrentPassTape, Int) = try HandleTable.shared.object(call.tape, "tape")
        let (configuration, sequences) = (tape.module.configuration, tape.sequences)
        guard engine.path == tape.path else {
            throw Refusal.argument(
                "engine has “\(engine.path.rawValue)” kernels; expected the tape's, “\(tape.path.rawValue)”")
        }
        let states = configuration.states(sequences)
        let outputs = try list(call.parameters, call.parameter_count, "parameters")
        let parameters = tape.module.parameters
        guard outputs.isEmpty || outputs.count == parameters.count else {
            throw Refusal.argument("parameters are \(outputs.count); expected \(parameters.count), or none")
        }
        for (index, (output, parameter)) in zip(outputs, parameters).enumerated() {
            try output.expectIfPresent("parameters[\(index)]", parameter.value.shape)
        }
        for (isAbsent, name) in [
            (call.cell.isAbsent, "cell"), (call.initial_cell.isAbsent, "initial_cell"),
        ] { try refuse(isAbsent, name, of: configuration) }
        try call.input.expectIfPresent("input", sequences.rows(width: configuration.inputSize))
        try call.initial_hidden.expectIfPresent("initial_hidden", states.hidden)
        try call.initial_cell.expectIfPresent("initial_cell", states.cell ?? [])
        let output = try call.output.optional("output", sequences.rows(width: configuration.outputSize))
        let hidden = try call.hidden.optional("hidden", states.hidden)
        let cell = try call.cell.optional("cell", states.cell ?? [])
        let gradients = try engine.compute { engine in
            try engine.verify()
            // From here on the tape is this call's alone.
            _ = try HandleTable.shared.remove(call.tape, "tape")
            return try tape.module.backward(
                tape.tape, output: output, hidden: hidden, cell: cell,
                options: BackwardOptions(input: !call.input.isAbsent), engine: engine)
        }
        for (output, gradient) in zip(outputs, gradients.parameters) { output.write(gradient) }
        call.input.write(gradients.input)
        call.initial_hidden.write(gradients.hidden)
        call.initial_cell.write(gradients.cell)
    }
}
