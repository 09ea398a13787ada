import ReproNumerics

/// `torch.nn.LogSoftmax`: `y = (x − m) − log Σ exp(x − m)` over each row, with m the row's maximum.
public struct LogSoftmax: Sendable {
    public init() {}

    /// - Parameter logits: `[N, C]` with C ≥ 1.
    /// - Returns: `[N, C]`.
    /// - Precondition: shapes as stated.
    /// - Throws: `FloatingPointFault`.
    public func forward(_ logits: Tensor, engine: Engine) throws(FloatingPointFault) -> Tensor {
        require(logits.rank == 2 && logits.shape[1] > 0, "logits of shape \(logits.shape)")
        try engine.verify()
        return LogSoftmax.logProbabilities(logits, engine)
    }

    /// The log-probabilities, in an environment that is known to be the contract's.
    static func logProbabilities(_ logits: Tensor, _ engine: Engine) -> Tensor {
        let x = logits.matrix
        let (rows, classes) = (x.rows, x.columns)
        let (y, powers) = (Matrix(rows: rows, columns: classes), Matrix(rows: rows, columns: classes))
        let sums = Matrix(rows: 1, columns: rows, zeroed: true)
        for row in 0..<rows {
            let (x, y) = (x[row], y[row])
            var maximum = x[0]
            for index in 1..<max(1, classes) where x[index] > maximum { maximum = x[index] }
            for index in 0..<classes { y[index] = x[index] - maximum }
        }
        engine.kernels.exp(y.elements, into: powers.elements)
        for row in 0..<rows {
            for index in 0..<classes { sums[0][row] += powers[row][index] }
        }
        engine.kernels.log(sums[0], into: sums[0])
        for row in 0..<rows {
            for index in 0..<classes { y[row][index] -= sums[0][row] }
        }
        return Tensor(y, shape: logits.shape)
    }

    /// The gradient of the logits from that of the log-probabilities and the log-probabilities themselves.
    ///
    ///     S = Σ d[j]   dx[j] = d[j] − exp(y[j]) × S
    ///
    /// - Parameter output: what `forward` gave, `[N, C]`.
    /// - Throws: `FloatingPointFault`.
    public func backward(_ gradient: Tensor, output: Tensor, engine: Engine) throws(FloatingPointFault) -> Tensor {
        require(gradient.shape == output.shape && output.rank == 2, "\(gradient.shape) for \(output.shape)")
        try engine.verify()
        let (d, dx) = (gradient.matrix, Matrix(rows: output.shape[0], columns: output.shape[1]))
        engine.kernels.exp(output.view, into: dx.elements)
        for row in 0..<dx.rows {
            let (d, dx) = (d[row], dx[row])
            var sum: Float = 0
            for index in 0..<dx.count { sum += d[index] }
            for index in 0..<dx.count {
                let product = dx[index] * sum
                dx[index] = d[index] - product
            }
        }
        return Tensor(dx, shape: output.shape)
    }
}

/// `torch.nn.Sigmoid`: `y = 1 ÷ (1 + e^−x)`, correctly rounded.
public struct Sigmoid: Sendable {
    public init() {}

    /// - Parameter input: of any shape.
    /// - Returns: in the input's shape.
    /// - Throws: `FloatingPointFault`.
    public func forward(_ input: Tensor, engine: Engine) throws(FloatingPointFault) -> Tensor {
        try engine.verify()
        var output = Tensor(zeros: input.shape)
        engine.kernels.sigmoid(input.view, into: output.mutableView())
        return output
    }

    /// The gradient of the input from that of the output: `dx = (d × y) × (1 − y)`, each operation rounded.
    ///
    /// - Parameters:
    ///   - gradient: that of the output, in its shape.
    ///   - output: what `forward` gave.
    /// - Precondition: equal shapes.
    /// - Throws: `FloatingPointFault`.
    public func backward(_ gradient: Tensor, output: Tensor) throws(FloatingPointFault) -> Tensor {
        require(gradient.shape == output.shape, "\(gradient.shape) for \(output.shape)")
        try FloatingPointEnvironment.verify()
        return gradient.combined(output) { ($0 * $1) * (1 - $1) }
    }
}
