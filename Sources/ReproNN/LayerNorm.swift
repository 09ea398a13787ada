import ReproNumerics

/// `torch.nn.LayerNorm` over the last axis: biased variance, then scale and shift (contract, sections 5 and 7).
///
///     m = Σ x ÷ N   e = x − m   v = chain(e · e) ÷ N   s = √(v + ε)   h = e ÷ s   y = fma(h, weight, bias)
public enum LayerNorm {
    public static let defaultEpsilon = 1e-5

    /// What the backward pass needs.
    public struct Tape: Sendable {
        /// `h`, in the input's shape.
        fileprivate let normalized: Tensor
        /// `s` of each row.
        fileprivate let deviations: [Float]
        fileprivate let weight: Tensor?
        fileprivate let hasBias: Bool
    }

    /// Gradients in the shapes of what was read; nil where there was none.
    public struct Gradients: Sendable {
        public let input: Tensor
        public let weight: Tensor?
        public let bias: Tensor?
    }

    /// - Parameters:
    ///   - input: `[…, N]`, N ≥ 1.
    ///   - weight: `[N]`; where nil the output is `h`.
    ///   - bias: `[N]`, +0 where nil; with a weight alone.
    ///   - epsilon: rounded to binary32.
    /// - Throws: ``ShapeError``.
    public static func forward(
        _ input: Tensor, weight: Tensor? = nil, bias: Tensor? = nil, epsilon: Double = LayerNorm.defaultEpsilon
    ) throws(ShapeError) -> (output: Tensor, tape: Tape) {
        guard let width = input.shape.last, width > 0 else {
            throw ShapeError(module: "LayerNorm", tensor: "input", found: "of shape \(input.shape)", expected: "[…, N]")
        }
        try ShapeError.verify("LayerNorm", "weight", weight, is: [width])
        try ShapeError.verify("LayerNorm", "bias", bias, is: weight == nil ? [] : [width])
        let (count, epsilon) = (Float(width), Float(epsilon))
        var normalized = input
        var deviations: [Float] = []
        for first in stride(from: 0, to: input.count, by: width) {
            let row = first..<(first + width)
            var sum: Float = 0
            for index in row { sum += normalized[offset: index] }
            let mean = sum / count
            var squares: Float = 0
            for index in row {
                let difference = normalized[offset: index] - mean
                normalized[offset: index] = difference
                squares = fusedMultiplyAdd(difference, difference, squares)
            }
            let deviation = (squares / count + epsilon).squareRoot()
            for index in row { normalized[offset: index] /= deviation }
            deviations.append(deviation)
        }
        var output = normalized
        if let weight {
            for index in 0..<output.count {
                output[offset: index] = fusedMultiplyAdd(
                    normalized[offset: index], weight[offset: index % width], bias?[offset: index % width] ?? 0)
            }
        }
        return (output, Tape(normalized: normalized, deviations: deviations, weight: weight, hasBias: bias != nil))
    }

    /// With `g = d × weight` (d without one), row by row:
    ///
    ///     A = Σ g ÷ N   B = chain(g · h) ÷ N   dx = fma(−h, B, g − A) ÷ s
    ///     dweight = chain over rows of d · h   dbias = Σ over rows of d
    ///
    /// - Parameter gradient: in the output's shape.
    /// - Throws: ``ShapeError``.
    public static func backward(_ gradient: Tensor, _ tape: Tape) throws(ShapeError) -> Gradients {
        let h = tape.normalized
        try ShapeError.verify("LayerNorm", "the gradient of the output", gradient, is: h.shape)
        let width = h.shape[h.rank - 1]
        let count = Float(width)
        var input = gradient
        var weightGradient = Tensor(zeros: [width])
        var biasGradient = Tensor(zeros: [width])
        for (row, deviation) in tape.deviations.enumerated() {
            var sum: Float = 0
            var chain: Float = 0
            for column in 0..<width {
                let index = row * width + column
                let (d, normal) = (gradient[offset: index], h[offset: index])
                let g = tape.weight.map { d * $0[offset: column] } ?? d
                input[offset: index] = g
                sum += g
                chain = fusedMultiplyAdd(g, normal, chain)
                weightGradient[offset: column] = fusedMultiplyAdd(d, normal, weightGradient[offset: column])
                biasGradient[offset: column] += d
            }
            let (a, b) = (sum / count, chain / count)
            for index in (row * width)..<((row + 1) * width) {
                input[offset: index] = fusedMultiplyAdd(-h[offset: index], b, input[offset: index] - a) / deviation
            }
        }
        return Gradients(
            input: input, weight: tape.weight == nil ? nil : weightGradient, bias: tape.hasBias ? biasGradient : nil)
    }
}
