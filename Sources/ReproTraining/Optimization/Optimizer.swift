import ReproNN
import ReproNumerics
import ReproTrace

/// SGD, Adam or AdamW by the contract's section 8: PyTorch's formulas, element by element.
public struct Optimizer: Sendable {
    private let options: TrainingOptions
    /// What the next step multiplies by; a schedule changes it between epochs.
    public var learningRate: Double
    private let names: [String]
    /// The parameters' shapes, which every step's parameters and gradients have.
    private let shapes: [[Int]]
    /// `exp_avg` or `momentum_buffer` of every parameter; empty for SGD without momentum.
    private var first: [Tensor]
    /// `exp_avg_sq` of every parameter; empty for SGD.
    private var second: [Tensor]
    /// How many steps were taken.
    public private(set) var step = 0
    /// How many parameters, from the first, stay as they begin, their state with them.
    public var frozenCount = 0
    /// `β1^step` and `β2^step`, as repeated products.
    private var powers = (1.0, 1.0)

    public init(_ options: TrainingOptions, parameters: [Parameter]) {
        self.options = options
        learningRate = options.learningRate
        names = parameters.map(\.name)
        shapes = parameters.map(\.value.shape)
        let zeros = shapes.map { Tensor(zeros: $0) }
        // The kernel computes with the option as binary32: where that is 0, nothing would ever read a buffer.
        first = options.optimizer == .sgd && Float(options.momentum) == 0 ? [] : zeros
        second = options.optimizer == .sgd ? [] : zeros
    }

    /// The optimiser as it stood after `step` steps; nil where these are not the ``tensors`` of such a one.
    public init?(_ options: TrainingOptions, parameters: [Parameter], tensors: [NamedTensor], step: Int) {
        self.init(options, parameters: parameters)
        let own = self.tensors
        let fits = zip(own, tensors).allSatisfy { $0.name == $1.name && $0.value.shape == $1.value.shape }
        guard fits, own.count == tensors.count, step >= 0 else { return nil }
        for (index, tensor) in tensors.enumerated() {
            if index < first.count { first[index] = tensor.value } else { second[index - first.count] = tensor.value }
        }
        self.step = step
        if options.optimizer != .sgd { for _ in 0..<step { advancePowers() } }
    }

    /// Records the state in the open stage.
    public mutating func record(in recorder: Recorder) throws {
        for index in first.indices { try recorder.record(firstPrefix + names[index], &first[index]) }
        for index in second.indices { try recorder.record("exp_avg_sq." + names[index], &second[index]) }
        try recorder.record("optimizer.step", shape: [], [Int64(step)])
    }

    /// The state's tensors with their names.
    public var tensors: [NamedTensor] {
        zip(names, first).map { NamedTensor(firstPrefix + $0, $1) }
            + zip(names, second).map { NamedTensor("exp_avg_sq." + $0, $1) }
    }

    private var firstPrefix: String { options.optimizer == .sgd ? "momentum_buffer." : "exp_avg." }

    /// One step: clips the gradients, where a norm or a value is set, and changes the parameters.
    ///
    /// - Precondition: parameters in the order and shapes that the optimiser was made for, gradients in the same.
    /// - Throws: ``FloatingPointFault``.
    public mutating func apply(
        _ gradients: [Tensor], to parameters: inout [Parameter], engine: Engine
    ) throws(FloatingPointFault) {
        try apply(gradients, to: &parameters, engine: engine, observer: nil)
    }

    /// One step under observation: the clipping factor, then each parameter's state.
    package mutating func apply(
        _ gradients: [Tensor], to parameters: inout [Parameter], engine: Engine, observer: OperationObserver?
    ) throws(FloatingPointFault) {
        require(
            gradients.count == shapes.count && parameters.count == shapes.count,
            "\(gradients.count) gradients of \(parameters.count) parameters for an optimiser of \(shapes.count)")
        for (index, shape) in shapes.enumerated() {
            require(
                parameters[index].value.shape == shape && gradients[index].shape == shape,
                "'\(names[index])' of shape \(parameters[index].value.shape) with a gradient of shape "
                    + "\(gradients[index].shape), not \(shape)")
        }
        try engine.verify()
        let gradients = clipped(gradients)
        step += 1
        var scale = clippingFactor(gradients, engine.kernels)
        if let observer, options.clipNorm != nil {
            var value = Tensor(shape: [], elements: [scale])
            observer.observe("grad.scale", &value)
            scale = value[offset: 0]
        }
        if options.optimizer != .sgd { advancePowers() }
        for index in parameters.indices.dropFirst(frozenCount) {
            let before = observer == nil ? nil : parameters[index].value
            switch options.optimizer {
            case .sgd: sgd(gradients[index], &parameters[index].value, index, scale, engine.kernels)
            case .adam, .adamw: adam(gradients[index], &parameters[index].value, index, scale, engine)
            }
            if let observer, let before { observe(index, before, &parameters[index].value, scale, observer) }
        }
    }

    /// Shows the state of a parameter. Where the observer changes an element, the parameter's is computed again from it.
    private mutating func observe(
        _ index: Int, _ before: Tensor, _ parameter: inout Tensor, _ scale: Float, _ observer: OperationObserver
    ) {
        if first.isEmpty { return }
        var element = observer.observe(firstPrefix + names[index], &first[index])
        if options.optimizer == .sgd {
            guard let element else { return }
            parameter[offset: element] =
                before[offset: element] - Float(learningRate) * first[index][offset: element]
            return
        }
        element = observer.observe("exp_avg_sq." + names[index], &second[index]) ?? element
        guard let element else { return }
        let coefficients = adamCoefficients(scale: scale)
        let root = second[index][offset: element].squareRoot() / coefficients.root + coefficients.epsilon
        let p = coefficients.shrink == 1 ? before[offset: element] : before[offset: element] * coefficients.shrink
        parameter[offset: element] = p - coefficients.rate * (first[index][offset: element] / root)
    }

    private mutating func advancePowers() {
        powers.0 *= options.beta1
        powers.1 *= options.beta2
    }

    /// Each element brought to the nearest number from −v to v, where a value is set.
    private func clipped(_ gradients: [Tensor]) -> [Tensor] {
        guard let value = options.additions.clipValue.map({ Float($0) }) else { return gradients }
        return gradients.map { $0.mapped { $0 > value ? value : $0 < -value ? -value : $0 } }
    }

    private func clippingFactor(_ gradients: [Tensor], _ kernels: any Kernels) -> Float {
        guard let maximum = options.clipNorm else { return 1 }
        var sum = 0.0
        for gradient in gradients {
            kernels.sumOfSquares(gradient.view, into: &sum)
        }
        let factor = maximum / (sum.squareRoot() + 1e-6)
        return factor < 1 ? Float(factor) : 1
    }

    private mutating func sgd(
        _ gradient: Tensor, _ parameter: inout Tensor, _ index: Int, _ scale: Float, _ kernels: any Kernels
    ) {
        let coefficients = SGDCoefficients(
            scale: scale, rate: Float(learningRate), momentum: Float(options.momentum),
            decay: Float(options.weightDecay), isFirst: step == 1)
        kernels.sgd(
            parameter.mutableView(), gradient: gradient.view,
            velocity: first.isEmpty ? nil : first[index].mutableView(), coefficients: coefficients)
    }

    private mutating func adam(
        _ gradient: Tensor, _ parameter: inout Tensor, _ index: Int, _ scale: Float, _ engine: Engine
    ) {
        engine.adam(
            parameter.mutableView(), gradient: gradient.view, m: first[index].mutableView(),
            v: second[index].mutableView(), coefficients: adamCoefficients(scale: scale))
    }

    private func adamCoefficients(scale: Float) -> AdamCoefficients {
        AdamCoefficients(
            scale: scale, learningRate: learningRate, betas: (options.beta1, options.beta2), powers: powers,
            epsilon: options.epsilon, weightDecay: options.weightDecay, isDecoupled: options.optimizer == .adamw)
    }
}
