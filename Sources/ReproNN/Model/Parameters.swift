import ReproNumerics
import ReproRandom

/// A named tensor that training changes.
public struct Parameter: Sendable {
    /// PyTorch's name, after the module's prefix.
    public let name: String
    /// The numbers, in PyTorch's shape.
    public var value: Tensor

    public init(name: String, value: Tensor) {
        self.name = name
        self.value = value
    }
}

/// The distributions that parameters start from (contract, section 9).
public enum Initialization: Sendable, Equatable {
    /// U(−k, k) with k formed in binary64.
    case uniform(bound: Double)

    /// PyTorch's for recurrent layers: k = 1 ÷ √hidden.
    public static func recurrent(hiddenSize: Int) -> Initialization {
        .uniform(bound: 1 / Double(hiddenSize).squareRoot())
    }

    /// PyTorch's for linear layers, weight and bias: k = 1 ÷ √fan_in.
    public static func linear(fanIn: Int) -> Initialization { .uniform(bound: 1 / Double(fanIn).squareRoot()) }

    /// Unit variance without a transcendental function: k = √3.
    public static let embedding = Initialization.uniform(bound: 3.0.squareRoot())

    /// Draws a tensor in row-major order from the stream of that name.
    ///
    /// - Throws: `FloatingPointFault`.
    public func tensor(shape: [Int], from stream: inout PCG64) throws(FloatingPointFault) -> Tensor {
        try FloatingPointEnvironment.verify()
        switch self {
        case .uniform(let bound):
            return Tensor(shape: shape, elements: stream.uniforms(Tensor.count(of: shape), from: -bound, to: bound))
        }
    }
}
