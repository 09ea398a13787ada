import ReproNumerics
import ReproRandom

/// `torch.nn.Dropout`, in training, as a layer of its own (contract, section 5).
extension Dropout {
    /// What the forward pass gave, and which elements were kept; nil where p = 0, which keeps all and draws nothing.
    public struct Dropped: Sendable {
        /// What is left of the input, scaled.
        public let output: Tensor
        /// Which elements were kept; nil where nothing was drawn.
        public let kept: [Bool]?
        /// The probability of dropping an element.
        public let probability: Double
    }

    /// One uniform per element in row-major order: `x × s` where `u ≥ p`, else +0, with `s = 1 ÷ (1 − p)`.
    ///
    /// - Parameter stream: is left after the last draw.
    /// - Precondition: 0 ≤ p ≤ 1.
    /// - Throws: `FloatingPointFault`.
    public static func forward(
        _ input: Tensor, probability: Double = 0.5, from stream: inout PCG64
    ) throws(FloatingPointFault) -> Dropped {
        try FloatingPointEnvironment.verify()
        require(probability >= 0 && probability <= 1, "dropout \(probability) outside 0 … 1")
        guard probability > 0 else { return Dropped(output: input, kept: nil, probability: probability) }
        let threshold = Float(probability)
        let kept = (0..<input.count).map { _ in stream.uniform32() >= threshold }
        return Dropped(output: scaled(input, kept, probability), kept: kept, probability: probability)
    }

    /// The gradient of the input from that of the output: `d × s` where the element was kept, else +0.
    ///
    /// - Throws: `FloatingPointFault`.
    public static func backward(_ gradient: Tensor, _ dropped: Dropped) throws(FloatingPointFault) -> Tensor {
        try FloatingPointEnvironment.verify()
        require(gradient.shape == dropped.output.shape, "\(gradient.shape) for \(dropped.output.shape)")
        return dropped.kept.map { scaled(gradient, $0, dropped.probability) } ?? gradient
    }

    private static func scaled(_ tensor: Tensor, _ kept: [Bool], _ probability: Double) -> Tensor {
        let scale = factor(probability)
        let result = Matrix(rows: 1, columns: tensor.count)
        for index in 0..<tensor.count { result[0][index] = kept[index] ? tensor[offset: index] * scale : 0 }
        return Tensor(result, shape: tensor.shape)
    }
}
