import CRepro
import ReproNN
import ReproNumerics

/// `torch.nn.functional.layer_norm` over the last axis.
@_cdecl("repro_layer_norm_forward")
public func layerNormForward(
    _ call: UnsafePointer<repro_layer_norm_forward_call>?, _ error: UnsafeMutablePointer<repro_error>?
) -> repro_status {
    answer(error) {
        let call = try given(call, "call").pointee
        let (rows, width) = (try size(call.rows, "rows", least: 0), try size(call.width, "width"))
        guard !call.weight.isAbsent || call.bias.isAbsent else { throw Refusal.argument("bias is without weight") }
        // A copy each, since the tape keeps them.
        let layer = LayerNorm(
            weight: try call.weight.optional("weight", [width]).map(copy),
            bias: try call.bias.optional("bias", [width]).map(copy),
            epsilon: try number(call.epsilon, "epsilon", in: 0...Double.greatestFiniteMagnitude))
        let input = try call.input.tensor("input", [rows, width])
        try call.output.expect("output", [rows, width])
        let (output, tape) = try layer.forward(input)
        call.output.write(output)
        call.tape?.pointee = HandleTable.shared.add { _ in
            LayerNormTape(layer: layer, tape: tape, shape: [rows, width])
        }
    }
}

private func copy(_ tensor: Tensor) -> Tensor { Tensor(shape: tensor.shape, elements: Array(tensor.elements)) }

/// The gradients of a layer norm.
@_cdecl("repro_layer_norm_backward")
public func layerNormBackward(
    _ call: UnsafePointer<repro_layer_norm_backward_call>?, _ error: UnsafeMutablePointer<repro_error>?
) -> repro_status {
    answer(error) {
        let call = try given(call, "call").pointee
        let (tape, _): (LayerNormTape, Int) = try HandleTable.shared.object(call.tape, "tape")
        let width = [tape.shape[1]]
        let gradient = try call.gradient.tensor("gradient", tape.shape)
        try call.input_gradient.expectIfPresent("input_gradient", tape.shape)
        try call.weight_gradient.expectIfPresent("weight_gradient", tape.layer.weight == nil ? [0] : width)
        try call.bias_gradient.expectIfPresent("bias_gradient", tape.layer.bias == nil ? [0] : width)
        let gradients = try tape.layer.backward(gradient, tape.tape)
        call.input_gradient.write(gradients.input)
        call.weight_gradient.write(gradients.weight)
        call.bias_gradient.write(gradients.bias)
    }
}

/// `torch.nn.functional.dropout` in training.
@_cdecl("repro_dropout_forward")
public func dropoutForward(
    _ call: UnsafePointer<repro_dropout_forward_call>?, _ error: UnsafeMutablePointer<repro_error>?
) -> repro_status {
    answer(error) {
        let call = try given(call, "call").pointee
        let probability = try number(call.probability, "probability", in: 0...1)
        let stream = try given(call.stream, "stream")
        var generator = try stream.pointee.generator()
        let shape = [try size(call.input.count, "the count of input", least: 0)]
        let input = try call.input.tensor("input", shape)
        try call.output.expect("output", shape)
        let dropped = try Dropout.forward(input, probability: probability, from: &generator)
        call.output.write(dropped.output)
        stream.pointee = repro_stream(generator)
        call.tape?.pointee = HandleTable.shared.add { _ in DropoutTape(dropped) }
    }
}

/// The gradient of dropout.
@_cdecl("repro_dropout_backward")
public func dropoutBackward(
    _ call: UnsafePointer<repro_dropout_backward_call>?, _ error: UnsafeMutablePointer<repro_error>?
) -> repro_status {
    answer(error) {
        let call = try given(call, "call").pointee
        let (tape, _): (DropoutTape, Int) = try HandleTable.shared.object(call.tape, "tape")
        let shape = tape.dropped.output.shape
        let gradient = try call.gradient.tensor("gradient", shape)
        try call.input_gradient.expect("input_gradient", shape)
        call.input_gradient.write(try Dropout.backward(gradient, tape.dropped))
    }
}
