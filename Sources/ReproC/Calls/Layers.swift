import CRepro
import ReproNN
import ReproNumerics

/// `torch.nn.functional.linear`.
@_cdecl("repro_linear_forward")
public func linearForward(
    _ call: UnsafePointer<repro_linear_forward_call>?, _ error: UnsafeMutablePointer<repro_error>?
) -> repro_status {
    answer(error) {
        let call = try given(call, "call").pointee
        let engine = try SharedEngine.of(call.engine)
        let rows = try size(call.rows, "rows", least: 0)
        let (inputs, outputs) = (try size(call.inputs, "inputs"), try size(call.outputs, "outputs"))
        let layer = Linear(
            weight: try call.weight.tensor("weight", [outputs, inputs]),
            bias: try call.bias.optional("bias", [outputs]))
        let input = try call.input.tensor("input", [rows, inputs])
        try call.output.expect("output", [rows, outputs])
        call.output.write(try engine.compute { try layer.forward(input, engine: $0) })
    }
}

/// The gradients of a linear layer.
@_cdecl("repro_linear_backward")
public func linearBackward(
    _ call: UnsafePointer<repro_linear_backward_call>?, _ error: UnsafeMutablePointer<repro_error>?
) -> repro_status {
    answer(error) {
        let call = try given(call, "call").pointee
        let engine = try SharedEngine.of(call.engine)
        let rows = try size(call.rows, "rows", least: 0)
        let (inputs, outputs) = (try size(call.inputs, "inputs"), try size(call.outputs, "outputs"))
        let layer = Linear(weight: try call.weight.tensor("weight", [outputs, inputs]))
        let gradient = try call.gradient.tensor("gradient", [rows, outputs])
        let input = try call.input.tensor("input", [rows, inputs])
        try call.input_gradient.expectIfPresent("input_gradient", [rows, inputs])
        try call.weight_gradient.expectIfPresent("weight_gradient", [outputs, inputs])
        try call.bias_gradient.expectIfPresent("bias_gradient", [outputs])
        let gradients = try engine.compute { try layer.backward(gradient, input: input, engine: $0) }
        call.input_gradient.write(gradients.input)
        call.weight_gradient.write(gradients.weight)
        call.bias_gradient.write(gradients.bias)
    }
}

/// `torch.nn.functional.embedding`.
@_cdecl("repro_embedding_forward")
public func embeddingForward(
    _ call: UnsafePointer<repro_embedding_forward_call>?, _ error: UnsafeMutablePointer<repro_error>?
) -> repro_status {
    answer(error) {
        let call = try given(call, "call").pointee
        let (rows, features) = (try size(call.rows, "rows"), try size(call.features, "features"))
        let layer = Embedding(weight: try call.weight.tensor("weight", [rows, features]))
        let tokens = try call.tokens.values("tokens", allowed: "0 … \(rows - 1)") { 0..<rows ~= $0 }
        try call.output.expect("output", [tokens.count, features])
        call.output.write(layer.forward(tokens))
    }
}

/// The gradient of an embedding's table.
@_cdecl("repro_embedding_backward")
public func embeddingBackward(
    _ call: UnsafePointer<repro_embedding_backward_call>?, _ error: UnsafeMutablePointer<repro_error>?
) -> repro_status {
    answer(error) {
        let call = try given(call, "call").pointee
        let (rows, features) = (try size(call.rows, "rows"), try size(call.features, "features"))
        guard call.padding >= -1 && call.padding < Int64(rows) else {
            throw Refusal.argument("padding is \(call.padding); expected −1 … \(rows - 1)")
        }
        let tokens = try call.tokens.values("tokens", allowed: "0 … \(rows - 1)") { 0..<rows ~= $0 }
        let gradient = try call.gradient.tensor("gradient", [tokens.count, features])
        try call.weight_gradient.expect("weight_gradient", [rows, features])
        let sums = try call.weight_gradient.view("weight_gradient", count: rows * features)
        try FloatingPointEnvironment.verify()
        // The sums are made where the caller wants them.
        sums.fill(0)
        Embedding.add(
            gradient.matrix, of: tokens, padding: call.padding < 0 ? nil : Int(call.padding),
            to: Matrix(borrowing: sums.base, rows: rows, columns: features)
        ) { $0 }
    }
}
