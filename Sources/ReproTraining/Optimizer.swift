import ReproNN
import ReproNumerics
import ReproTrace

/// SGD, Adam or AdamW by the contract's section 8: PyTorch's formulas, element by element.
public struct Optimizer: Sendable {
    private let options: TrainingOptions
    /// What the next step multiplies by; a schedule changes it between epochs.
    public var learningRate: Double
    private let names: [String]
    /// `exp_avg` or `momentum_buffer` of every parameter; empty for SGD without momentum.
    private var first: [Tensor]
    /// `exp_avg_sq` of every parameter; empty for SGD.
    private var second: [Tensor]
    public private(set) var step = 0
    /// `β1^step` and `β2^step`, as repeated products.
    private var powers = (beta1: 1.0, beta2: 1.0)

    public init(_ options: TrainingOptions, parameters: [Parameter]) {
        self.options = options
        learningRate = options.learningRate
        names = parameters.map(\.name)
        let zeros = parameters.map { Tensor(zeros: $0.value.shape) }
        first = options.optimizer == .sgd && options.momentum == 0 ? [] : zeros
        second = options.optimizer == .sgd ? [] : zeros
    }

    /// Records the state in the open stage.
    public mutating func record(in recorder: inout Recorder) throws {
        for index in first.indices { try recorder.record(firstPrefix + names[index], &first[index]) }
        for index in second.indices { try recorder.record("exp_avg_sq." + names[index], &second[index]) }
        try recorder.record("optimizer.step", shape: [], [Int64(step)])
    }

    /// The state's tensors with their names.
    public var tensors: [(name: String, value: Tensor)] {
        zip(names, first).map { (firstPrefix + $0, $1) } + zip(names, second).map { ("exp_avg_sq." + $0, $1) }
    }

    private var firstPrefix: String { options.optimizer == .sgd ? "momentum_buffer." : "exp_avg." }

    /// One step: clips the gradients to the norm, where one is set, and changes the parameters.
    ///
    /// - Precondition: gradients in the order and shapes of the parameters.
    public mutating func apply(_ gradients: [Tensor], to parameters: inout [Parameter], kernels: any Kernels) {
        precondition(gradients.count == parameters.count, "\(gradients.count) gradients")
        step += 1
        let scale = clippingFactor(gradients, kernels)
        switch options.optimizer {
        case .sgd: sgd(gradients, &parameters, scale, kernels)
        case .adam, .adamw: adam(gradients, &parameters, scale, kernels)
        }
    }

    private func clippingFactor(_ gradients: [Tensor], _ kernels: any Kernels) -> Float {
        guard let maximum = options.clipNorm else { return 1 }
        var sum = 0.0
        for gradient in gradients {
            gradient.withUnsafeElements { kernels.sumOfSquares(count: gradient.count, $0, into: &sum) }
        }
        let factor = maximum / (sum.squareRoot() + 1e-6)
        return factor < 1 ? Float(factor) : 1
    }

    private mutating func sgd(
        _ gradients: [Tensor], _ parameters: inout [Parameter], _ scale: Float, _ kernels: any Kernels
    ) {
        for index in parameters.indices {
            let count = gradients[index].count
            gradients[index].withUnsafeElements { gradient in
                parameters[index].value.withUnsafeMutableElements { p in
                    let update = { [options, step, learningRate] (velocity: UnsafeMutablePointer<Float>?) in
                        kernels.sgd(
                            count: count, p: p, gradient: gradient, velocity: velocity, scale: scale,
                            rate: Float(learningRate), momentum: Float(options.momentum),
                            decay: Float(options.weightDecay), first: step == 1)
                    }
                    if first.isEmpty { update(nil) } else { first[index].withUnsafeMutableElements { update($0) } }
                }
            }
        }
    }

    private mutating func adam(
        _ gradients: [Tensor], _ parameters: inout [Parameter], _ scale: Float, _ kernels: any Kernels
    ) {
        powers.beta1 *= options.beta1
        powers.beta2 *= options.beta2
        let decoupled = options.optimizer == .adamw
        let coefficients = AdamCoefficients(
            scale: scale,
            shrink: decoupled && options.weightDecay != 0
                ? Float(1 - learningRate * options.weightDecay) : 1,
            decay: decoupled ? 0 : Float(options.weightDecay), w1: Float(1 - options.beta1),
            beta2: Float(options.beta2), w2: Float(1 - options.beta2),
            rate: Float(learningRate / (1 - powers.beta1)), root: Float((1 - powers.beta2).squareRoot()),
            epsilon: Float(options.epsilon))
        for index in parameters.indices {
            let count = gradients[index].count
            gradients[index].withUnsafeElements { gradient in
                parameters[index].value.withUnsafeMutableElements { p in
                    first[index].withUnsafeMutableElements { m in
                        second[index].withUnsafeMutableElements { v in
                            kernels.adam(
                                count: count, p: p, gradient: gradient, m: m, v: v, coefficients: coefficients)
                        }
                    }
                }
            }
        }
    }
}
