import ReproNumerics

extension LogSoftmax {
    /// The gradient of the logits from that of the log-probabilities and the log-probabilities themselves.
    ///
    ///     S = Σ d[j]   dx[j] = d[j] − exp(y[j]) × S
    ///
    /// - Parameter output: what `forward` gave, `[N, C]`.
    public static func backward(_ gradient: Tensor, output: Tensor, engine: Engine) -> Tensor {
        precondition(gradient.shape == output.shape && output.rank == 2, "\(gradient.shape) for \(output.shape)")
        let (rows, classes) = (output.shape[0], output.shape[1])
        var result = output
        result.withUnsafeMutableElements { dx in
            engine.kernels.exp(count: rows * classes, dx, dx)
            gradient.withUnsafeElements { d in
                for row in 0..<rows {
                    var sum: Float = 0
                    for index in 0..<classes { sum += d[row * classes + index] }
                    for index in (row * classes)..<((row + 1) * classes) {
                        let product = dx[index] * sum
                        dx[index] = d[index] - product
                    }
                }
            }
        }
        return result
    }
}

/// `y = 1 ÷ (1 + e^−x)`, correctly rounded.
public enum Sigmoid {
    public static func forward(_ input: Tensor, engine: Engine) -> Tensor {
        var output = input
        output.withUnsafeMutableElements { engine.kernels.sigmoid(count: input.count, $0, $0) }
        return output
    }

    /// `dx = (d × y) × (1 − y)`.
    ///
    /// - Parameter output: what `forward` gave.
    public static func backward(_ gradient: Tensor, output: Tensor) -> Tensor {
        precondition(gradient.shape == output.shape, "\(gradient.shape) for \(output.shape)")
        return Tensor(
            shape: output.shape, elements: zip(gradient.elements, output.elements).map { ($0 * $1) * (1 - $1) })
    }
}
