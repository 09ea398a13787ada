import ReproNumerics

/// `torch.nn.LayerNorm` over the last axis: biased variance, then scale and shift (contract, sections 5 and 7).
///
///     m = Σ x ÷ N   e = x − m   v = chain(e · e) ÷ N   s = √(v + ε)   h = e ÷ s   y = fma(h, weight, bias)
public struct LayerNorm: Sendable {
    /// PyTorch's: what is added to the variance.
    public static let defaultEpsilon = 1e-5

    /// `[N]`; where nil the output is `h`.
    public var weight: Tensor?
    /// `[N]`, +0 where nil; with a weight alone.
    public var bias: Tensor?
    /// Rounded to binary32 where it is added.
    public var epsilon: Double

    public init(weight: Tensor? = nil, bias: Tensor? = nil, epsilon: Double = LayerNorm.defaultEpsilon) {
        self.weight = weight
        self.bias = bias
        self.epsilon = epsilon
    }

    /// What the backward pass needs.
    public struct Tape: Sendable {
        /// `h`, in the input's shape.
        fileprivate let normalized: Tensor
        /// `s` of each row.
        fileprivate let deviations: [Float]
    }

    /// Gradients in the shapes of what was read; nil where there was none.
    public struct Gradients: Sendable {
        /// The gradient of the input.
        public let input: Tensor
        /// The gradient of the weight; nil where there is none.
        public let weight: Tensor?
        /// The gradient of the bias; nil where there is none.
        public let bias: Tensor?
    }

    /// - Parameter input: `[…, N]`, N ≥ 1.
    /// - Throws: ``ShapeError``, `FloatingPointFault`.
    public func forward(_ input: Tensor) throws -> (output: Tensor, tape: Tape) {
        guard let width = input.shape.last, width > 0 else {
            throw ShapeError(module: "LayerNorm", tensor: "input", found: "of shape \(input.shape)", expected: "[…, N]")
        }
        try ShapeError.verify("LayerNorm", "weight", weight, is: [width])
        try ShapeError.verify("LayerNorm", "bias", bias, is: weight == nil ? [] : [width])
        try FloatingPointEnvironment.verify()
        let (count, epsilon) = (Float(width), Float(epsilon))
        let source = input.matrix
        let normalized = Matrix(rows: source.rows, columns: width)
        var deviations: [Float] = []
        for row in 0..<source.rows {
            let (x, h) = (source[row], normalized[row])
            var sum: Float = 0
            for index in 0..<width { sum += x[index] }
            let mean = sum / count
            var squares: Float = 0
            for index in 0..<width {
                h[index] = x[index] - mean
                squares = fusedMultiplyAdd(h[index], h[index], squares)
            }
            let deviation = (squares / count + epsilon).squareRoot()
            for index in 0..<width { h[index] /= deviation }
            deviations.append(deviation)
        }
        let h = Tensor(normalized, shape: input.shape)
        return (scaled(h), Tape(normalized: h, deviations: deviations))
    }

    /// `fma(h, weight, bias)`, or h without a weight.
    private func scaled(_ normalized: Tensor) -> Tensor {
        guard let weight else { return normalized }
        let (h, w) = (normalized.matrix, weight.view)
        let output = Matrix(rows: h.rows, columns: h.columns)
        for row in 0..<h.rows {
            for index in 0..<h.columns {
                output[row][index] = fusedMultiplyAdd(h[row][index], w[index], bias?[offset: index] ?? 0)
            }
        }
        return Tensor(output, shape: normalized.shape)
    }

    /// With `g = d × weight` (d without one), row by row:
    ///
    ///     A = Σ g ÷ N   B = chain(g · h) ÷ N   dx = fma(−h, B, g − A) ÷ s
    ///     dweight = chain over rows of d · h   dbias = Σ over rows of d
    ///
    /// - Parameter gradient: in the output's shape.
    /// - Throws: ``ShapeError``, `FloatingPointFault`.
    public func backward(_ gradient: Tensor, _ tape: Tape) throws -> Gradients {
        let shape = tape.normalized.shape
        try ShapeError.verify("LayerNorm", "the gradient of the output", gradient, is: shape)
        try FloatingPointEnvironment.verify()
        let (d, h) = (gradient.matrix, tape.normalized.matrix)
        let (width, count) = (h.columns, Float(h.columns))
        let input = Matrix(rows: h.rows, columns: width)
        let sums = Matrix(rows: 2, columns: width, zeroed: true)
        let (weightGradient, biasGradient) = (sums[0], sums[1])
        for (row, deviation) in tape.deviations.enumerated() {
            let (d, h, dx) = (d[row], h[row], input[row])
            var sum: Float = 0
            var chain: Float = 0
            for column in 0..<width {
                dx[column] = weight.map { d[column] * $0[offset: column] } ?? d[column]
                sum += dx[column]
                chain = fusedMultiplyAdd(dx[column], h[column], chain)
                weightGradient[column] = fusedMultiplyAdd(d[column], h[column], weightGradient[column])
                biasGradient[column] += d[column]
            }
            let (a, b) = (sum / count, chain / count)
            for column in 0..<width { dx[column] = fusedMultiplyAdd(-h[column], b, dx[column] - a) / deviation }
        }
        return Gradients(
            input: Tensor(input, shape: shape), weight: weight.map { _ in Tensor(sums.rows(0..<1), shape: [width]) },
            bias: bias.map { _ in Tensor(sums.rows(1..<2), shape: [width]) })
    }
}
