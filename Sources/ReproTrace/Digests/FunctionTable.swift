import ReproNumerics

/// The elementary functions of the contract, section 3.
public enum ElementaryFunction: String, Sendable, CaseIterable {
    case exp
    case log
    case log1p
    case tanh
    case sigmoid

    /// Applies the function to every element; `output` may be `input`.
    public func apply(_ input: VectorView, into output: VectorView, kernels: any Kernels) {
        switch self {
        case .exp: kernels.exp(input, into: output)
        case .log: kernels.log(input, into: output)
        case .log1p: kernels.log1p(input, into: output)
        case .tanh: kernels.tanh(input, into: output)
        case .sigmoid: kernels.sigmoid(input, into: output)
        }
    }
}

/// A function's results for the bit patterns 0, S, 2S, … below 2^32 in order.
public struct FunctionTable: Sendable {
    /// The function whose results are hashed.
    public let function: ElementaryFunction
    /// The distance between the bit patterns of two inputs.
    public let stride: Int

    private static let blockSize = 1 << 16

    /// - Precondition: 1 ≤ stride < 2^32.
    public init(function: ElementaryFunction, stride: Int = 1) {
        require(stride >= 1 && stride < 1 << 32, "a stride of \(stride)")
        self.function = function
        self.stride = stride
    }

    /// SHA-256 over the results as little-endian binary32, every NaN as 7fc00000. Workers compute a block each.
    public func digest(engine: Engine, onProgress: (Double) -> Void = { _ in }) throws -> Digest {
        let count = ((1 << 32) + stride - 1) / stride
        let size = FunctionTable.blockSize
        let workers = engine.workers.count
        var hash = SHA256(kernels: engine.kernels)
        try engine.verify()
        let block = Matrix(rows: workers, columns: size)
        for first in Swift.stride(from: 0, to: count, by: size * workers) {
            engine.run(workers: workers) { worker in
                let start = first + worker * size
                let values = block[worker][0..<max(0, min(size, count - start))]
                for index in 0..<values.count {
                    values[index] = Float(bitPattern: UInt32(truncatingIfNeeded: (start + index) * stride))
                }
                function.apply(values, into: values, kernels: engine.kernels)
            }
            let filled = min(size * workers, count - first)
            hash.update(block.elements[0..<filled].bytes)
            onProgress(Double(first + filled) / Double(count))
        }
        return hash.finalized()
    }
}
