// New tensors from the elements of others, one output element for each place.

extension Tensor {
    /// A tensor of the same shape, each element from the one in its place.
    @inlinable
    public func mapped(_ body: (Float) -> Float) -> Tensor {
        let result = Matrix(rows: 1, columns: count)
        let (source, target) = (view, result[0])
        for index in 0..<count { target[index] = body(source[index]) }
        return Tensor(result, shape: shape)
    }

    /// A tensor of the same shape, each element from the two in its place.
    ///
    /// - Precondition: equal shapes.
    @inlinable
    public func combined(_ other: Tensor, _ body: (Float, Float) -> Float) -> Tensor {
        require(shape == other.shape, "shapes \(shape) and \(other.shape)")
        let result = Matrix(rows: 1, columns: count)
        let (a, b, target) = (view, other.view, result[0])
        for index in 0..<count { target[index] = body(a[index], b[index]) }
        return Tensor(result, shape: shape)
    }

    /// Columns of a matrix.
    ///
    /// - Precondition: two axes; the range is within the second.
    public func columns(_ range: Range<Int>) -> Tensor {
        require(rank == 2 && range.lowerBound >= 0 && range.upperBound <= shape[1], "columns \(range) of \(shape)")
        return Tensor(matrix.columns(range), shape: [shape[0], range.count])
    }

    /// Rows of a matrix.
    ///
    /// - Precondition: two axes; the range is within the first.
    public func rows(_ range: Range<Int>) -> Tensor {
        require(rank == 2 && range.lowerBound >= 0 && range.upperBound <= shape[0], "rows \(range) of \(shape)")
        return range == 0..<shape[0] ? self : Tensor(matrix.rows(range), shape: [range.count, shape[1]])
    }

    /// The part of the tensor at an index of its first axis.
    public func slice(_ index: Int) -> Tensor {
        require(rank > 0 && index >= 0 && index < shape[0], "slice \(index) of \(shape)")
        let rows = matrix(rows: shape[0], columns: count / shape[0])
        return Tensor(rows.rows(index..<(index + 1)), shape: Array(shape.dropFirst()))
    }
}
