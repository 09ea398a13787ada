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

    /// Merges forward states `[B, S]` with reverse ones; with one direction, the forward ones as they are.
    public func merge(forward: Tensor, reverse: Tensor?) -> Tensor {
        guard let reverse else { return forward }
        precondition(forward.shape == reverse.shape, "shapes \(forward.shape) and \(reverse.shape)")
        switch self {
        case .concat: return Merging.concatenated(forward, reverse)
        case .sum: return Merging.elementwise(forward, reverse) { $0 + $1 }
        case .mean: return Merging.elementwise(forward, reverse) { ($0 + $1) * 0.5 }
        case .product: return Merging.elementwise(forward, reverse) { $0 * $1 }
        }
    }

    /// The gradients of both states from that of the merged one.
    public func backward(_ gradient: Tensor, forward: Tensor, reverse: Tensor?) -> (forward: Tensor, reverse: Tensor?) {
        guard let reverse else { return (gradient, nil) }
        switch self {
        case .concat:
            let size = forward.shape[1]
            return (gradient.columns(0..<size), gradient.columns(size..<(2 * size)))
        case .sum: return (gradient, gradient)
        case .mean:
            let half = Tensor(shape: gradient.shape, elements: gradient.elements.map { $0 * 0.5 })
            return (half, half)
        case .product:
            return (
                Merging.elementwise(gradient, reverse) { $0 * $1 }, Merging.elementwise(gradient, forward) { $0 * $1 }
            )
        }
    }

    private static func elementwise(_ a: Tensor, _ b: Tensor, _ body: (Float, Float) -> Float) -> Tensor {
        Tensor(shape: a.shape, elements: zip(a.elements, b.elements).map { body($0, $1) })
    }

    private static func concatenated(_ a: Tensor, _ b: Tensor) -> Tensor {
        let (rows, width) = (a.shape[0], a.shape[1])
        var elements: [Float] = []
        elements.reserveCapacity(2 * a.count)
        for row in 0..<rows {
            elements += a.elements[(row * width)..<((row + 1) * width)]
            elements += b.elements[(row * width)..<((row + 1) * width)]
        }
        return Tensor(shape: [rows, 2 * width], elements: elements)
    }
}

extension Tensor {
    /// Columns of a matrix.
    ///
    /// - Precondition: two axes; the range is within the second.
    public func columns(_ range: Range<Int>) -> Tensor {
        precondition(rank == 2 && range.lowerBound >= 0 && range.upperBound <= shape[1], "columns \(range) of \(shape)")
        var elements: [Float] = []
        elements.reserveCapacity(shape[0] * range.count)
        for row in 0..<shape[0] {
            elements += self.elements[(row * shape[1] + range.lowerBound)..<(row * shape[1] + range.upperBound)]
        }
        return Tensor(shape: [shape[0], range.count], elements: elements)
    }

    /// The part of the tensor at an index of its first axis.
    public func slice(_ index: Int) -> Tensor {
        precondition(rank > 0 && index >= 0 && index < shape[0], "slice \(index) of \(shape)")
        let size = count / shape[0]
        return Tensor(
            shape: Array(shape.dropFirst()), elements: Array(elements[(index * size)..<((index + 1) * size)]))
    }
}
