import ReproNumerics

/// How the two directions' states become one representation.
public enum Merging: String, Sendable, CaseIterable {
    /// Forward, then reverse: twice the features.
    case concat
    case sum
    /// `(F + V) × 0.5`.
    case mean
    case product

    /// Features of the merged state.
    public func width(stateSize: Int, directions: Int) -> Int {
        self == .concat ? stateSize * directions : stateSize
    }

    /// Merges forward states with reverse ones.
    ///
    /// - Parameters:
    ///   - forward: `[B, S]`.
    ///   - reverse: `[B, S]`; nil with one direction.
    /// - Returns: `[B, 2 S]` for concat, else `[B, S]`; with one direction the forward states as they are.
    /// - Precondition: shapes as stated.
    /// - Throws: `FloatingPointFault`.
    public func merge(forward: Tensor, reverse: Tensor?) throws(FloatingPointFault) -> Tensor {
        try FloatingPointEnvironment.verify()
        return merged(forward, reverse)
    }

    /// The same, in an environment that is known to be the contract's.
    func merged(_ forward: Tensor, _ reverse: Tensor?) -> Tensor {
        require(forward.rank == 2, "forward states of shape \(forward.shape)")
        guard let reverse else { return forward }
        require(forward.shape == reverse.shape, "shapes \(forward.shape) and \(reverse.shape)")
        switch self {
        case .concat: return Merging.concatenated(forward, reverse)
        case .sum: return forward.combined(reverse) { $0 + $1 }
        case .mean: return forward.combined(reverse) { ($0 + $1) * 0.5 }
        case .product: return forward.combined(reverse) { $0 * $1 }
        }
    }

    /// The gradients of both states from that of the merged one.
    ///
    /// - Parameters:
    ///   - gradient: in the shape of the merged states.
    ///   - forward: what was merged, `[B, S]`.
    ///   - reverse: what was merged, `[B, S]`; nil with one direction.
    /// - Precondition: shapes as stated.
    /// - Throws: `FloatingPointFault`.
    public func backward(
        _ gradient: Tensor, forward: Tensor, reverse: Tensor?
    ) throws(FloatingPointFault) -> (forward: Tensor, reverse: Tensor?) {
        try FloatingPointEnvironment.verify()
        return gradients(gradient, forward, reverse)
    }

    /// The same, in an environment that is known to be the contract's.
    func gradients(_ gradient: Tensor, _ forward: Tensor, _ reverse: Tensor?) -> (forward: Tensor, reverse: Tensor?) {
        require(
            forward.rank == 2 && (reverse == nil || reverse!.shape == forward.shape) && gradient.rank == 2
                && gradient.shape[0] == forward.shape[0]
                && gradient.shape[1] == width(stateSize: forward.shape[1], directions: reverse == nil ? 1 : 2),
            "a gradient of shape \(gradient.shape) for states of \(forward.shape) and \(reverse?.shape ?? [])")
        guard let reverse else { return (gradient, nil) }
        switch self {
        case .concat:
            let size = forward.shape[1]
            return (gradient.columns(0..<size), gradient.columns(size..<(2 * size)))
        case .sum: return (gradient, gradient)
        case .mean:
            let half = gradient.mapped { $0 * 0.5 }
            return (half, half)
        case .product:
            return (
                gradient.combined(reverse) { $0 * $1 }, gradient.combined(forward) { $0 * $1 }
            )
        }
    }

    private static func concatenated(_ a: Tensor, _ b: Tensor) -> Tensor {
        let (rows, width) = (a.shape[0], a.shape[1])
        let joined = Matrix(rows: rows, columns: 2 * width)
        joined.view.columns(0..<width).copy(from: a.matrix.view)
        joined.view.columns(width..<(2 * width)).copy(from: b.matrix.view)
        return Tensor(joined, shape: [rows, 2 * width])
    }
}
