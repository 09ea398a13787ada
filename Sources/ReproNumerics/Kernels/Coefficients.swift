/// What a step of SGD multiplies by, each rounded once to binary32.
public struct SGDCoefficients: Sendable, Equatable {
    public var scale: Float
    public var rate: Float
    public var momentum: Float
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
    public var scale: Float
    public var shrink: Float
    public var decay: Float
    public var w1: Float
    public var beta2: Float
    public var w2: Float
    public var rate: Float
    public var root: Float
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
