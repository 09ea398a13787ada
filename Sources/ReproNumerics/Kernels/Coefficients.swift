/// What a step of SGD multiplies by, each rounded once to binary32.
public struct SGDCoefficients: Sendable, Equatable {
    /// What each gradient is multiplied by for clipping; 1 for none.
    public var scale: Float
    /// What each change is multiplied by.
    public var rate: Float
    /// The share of the buffer that is kept.
    public var momentum: Float
    /// The weight decay.
    public var decay: Float
    /// Whether this is the first step, whose velocity is the gradient itself.
    public var isFirst: Bool

    public init(scale: Float, rate: Float, momentum: Float, decay: Float, isFirst: Bool) {
        self.scale = scale
        self.rate = rate
        self.momentum = momentum
        self.decay = decay
        self.isFirst = isFirst
    }
}

/// What a step of Adam multiplies by, each rounded once to binary32.
public struct AdamCoefficients: Sendable, Equatable {
    /// What each gradient is multiplied by for clipping; 1 for none.
    public var scale: Float
    /// What each parameter is multiplied by first, of AdamW; 1 for Adam.
    public var shrink: Float
    /// The weight decay.
    public var decay: Float
    /// The share of the gradient in the first moment, 1 − β1.
    public var w1: Float
    /// The share of the second moment that is kept.
    public var beta2: Float
    /// The share of the squared gradient in the second moment, 1 − β2.
    public var w2: Float
    /// What each change is multiplied by.
    public var rate: Float
    /// The divisor of the second moment's root.
    public var root: Float
    /// What is added to the root.
    public var epsilon: Float

    public init(
        scale: Float, shrink: Float, decay: Float, w1: Float, beta2: Float, w2: Float, rate: Float, root: Float,
        epsilon: Float
    ) {
        self.scale = scale
        self.shrink = shrink
        self.decay = decay
        self.w1 = w1
        self.beta2 = beta2
        self.w2 = w2
        self.rate = rate
        self.root = root
        self.epsilon = epsilon
    }
}

extension AdamCoefficients {
    /// Those of options as written: each formed in binary64 and rounded once (contract, section 8).
    ///
    /// - Parameters:
    ///   - powers: each beta to the number of this step, from 1, as repeated products.
    ///   - isDecoupled: whether the decay is AdamW's.
    public init(
        scale: Float = 1, learningRate: Double, betas: (Double, Double), powers: (Double, Double), epsilon: Double,
        weightDecay: Double, isDecoupled: Bool
    ) {
        self.init(
            scale: scale,
            shrink: isDecoupled && Float(weightDecay) != 0 ? Float(1 - learningRate * weightDecay) : 1,
            decay: isDecoupled ? 0 : Float(weightDecay), w1: Float(1 - betas.0), beta2: Float(betas.1),
            w2: Float(1 - betas.1), rate: Float(learningRate / (1 - powers.0)),
            root: Float((1 - powers.1).squareRoot()), epsilon: Float(epsilon))
    }
}
