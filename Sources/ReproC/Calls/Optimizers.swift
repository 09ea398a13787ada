import CRepro
import ReproNumerics

// Steps of optimisers over a caller's parameters, which they change in place.

/// A parameter with its gradient.
private struct Pair {
    let parameter: VectorView
    let gradient: Tensor
}

/// Each parameter with its gradient, of one size.
private func pairs(
    _ count: Int64, _ parameters: UnsafePointer<repro_output>?, _ gradients: UnsafePointer<repro_input>?
) throws -> [Pair] {
    let parameters = try list(parameters, count, "parameters")
    let gradients = try list(gradients, count, "gradients")
    return try parameters.indices.map { index in
        let size = try size(parameters[index].count, "the count of parameters[\(index)]", least: 0)
        return Pair(
            parameter: try parameters[index].view("parameters[\(index)]", count: size),
            gradient: try gradients[index].tensor("gradients[\(index)]", [size]))
    }
}

/// The state of each parameter, of its size.
private func states(
    _ outputs: UnsafePointer<repro_output>?, _ name: String, of pairs: [Pair]
) throws -> [VectorView] {
    let outputs = try list(outputs, Int64(pairs.count), name)
    return try pairs.enumerated().map { index, pair in
        try outputs[index].view("\(name)[\(index)]", count: pair.parameter.count)
    }
}

private let finite = -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude

/// A step of SGD.
@_cdecl("repro_sgd_step")
public func sgdStep(
    _ call: UnsafePointer<repro_sgd_call>?, _ error: UnsafeMutablePointer<repro_error>?
) -> repro_status {
    answer(error) {
        let call = try given(call, "call").pointee
        let engine = try SharedEngine.of(call.engine)
        let coefficients = SGDCoefficients(
            scale: 1, rate: Float(try number(call.learning_rate, "learning_rate", in: finite)),
            momentum: Float(try number(call.momentum, "momentum", in: finite)),
            decay: Float(try number(call.weight_decay, "weight_decay", in: finite)),
            isFirst: try flag(call.is_first, "is_first"))
        let pairs = try pairs(call.count, call.parameters, call.gradients)
        let velocities = coefficients.momentum == 0 ? nil : try states(call.velocities, "velocities", of: pairs)
        try engine.compute { engine in
            try engine.verify()
            for (index, pair) in pairs.enumerated() {
                engine.kernels.sgd(
                    pair.parameter, gradient: pair.gradient.view, velocity: velocities?[index],
                    coefficients: coefficients)
            }
        }
    }
}

/// A step of Adam or AdamW.
@_cdecl("repro_adam_step")
public func adamStep(
    _ call: UnsafePointer<repro_adam_call>?, _ error: UnsafeMutablePointer<repro_error>?
) -> repro_status {
    answer(error) {
        let call = try given(call, "call").pointee
        let engine = try SharedEngine.of(call.engine)
        let step = try size(call.step, "step")
        let betas = (
            try number(call.beta1, "beta1", in: 0...1.0.nextDown), try number(call.beta2, "beta2", in: 0...1.0.nextDown)
        )
        var powers = (1.0, 1.0)
        for _ in 0..<step { powers = (powers.0 * betas.0, powers.1 * betas.1) }
        let coefficients = AdamCoefficients(
            learningRate: try number(call.learning_rate, "learning_rate", in: finite), betas: betas, powers: powers,
            epsilon: try number(call.epsilon, "epsilon", in: 0...Double.greatestFiniteMagnitude),
            weightDecay: try number(call.weight_decay, "weight_decay", in: finite),
            isDecoupled: try flag(call.is_decoupled, "is_decoupled"))
        let pairs = try pairs(call.count, call.parameters, call.gradients)
        let first = try states(call.first_moments, "first_moments", of: pairs)
        let second = try states(call.second_moments, "second_moments", of: pairs)
        try engine.compute { engine in
            try engine.verify()
            for (index, pair) in pairs.enumerated() {
                engine.adam(
                    pair.parameter, gradient: pair.gradient.view, m: first[index], v: second[index],
                    coefficients: coefficients)
            }
        }
    }
}

/// Clips gradients to a norm.
@_cdecl("repro_clip_norm")
public func clipNorm(
    _ call: UnsafePointer<repro_clip_call>?, _ error: UnsafeMutablePointer<repro_error>?
) -> repro_status {
    answer(error) {
        let call = try given(call, "call").pointee
        let engine = try SharedEngine.of(call.engine)
        let maximum = try number(call.maximum, "maximum", in: 0...Double.infinity)
        let outputs = try list(call.gradients, call.count, "gradients")
        let gradients = try outputs.indices.map { index in
            try outputs[index].view(
                "gradients[\(index)]",
                count: size(outputs[index].count, "the count of gradients[\(index)]", least: 0))
        }
        let norm = try engine.compute { engine in
            try engine.verify()
            var sum = 0.0
            for gradient in gradients { engine.kernels.sumOfSquares(gradient, into: &sum) }
            let norm = sum.squareRoot()
            let factor = maximum / (norm + 1e-6)
            guard factor < 1 else { return norm }
            let scale = Float(factor)
            for gradient in gradients {
                for index in 0..<gradient.count { gradient[index] *= scale }
            }
            return norm
        }
        call.norm?.pointee = norm
    }
}
