import ReproNumerics
import ReproRandom

/// Which elements of a whole batch's rows dropout keeps, drawn before any part of the batch passes forward, so that shards and
/// micro-batches see their rows of it (contract, section 5).
public struct DropoutMask: Sendable, Equatable {
    /// Row by row.
    private let kept: ArraySlice<Bool>
    /// How many elements a row has.
    private let columns: Int
    private let factor: Float

    /// One uniform per element in row-major order: kept where `u ≥ p`.
    ///
    /// - Precondition: 0 < p ≤ 1.
    public init(rows: Int, columns: Int, probability: Double, from stream: inout PCG64) {
        require(probability > 0 && probability <= 1, "dropout \(probability) outside 0 … 1")
        let threshold = Float(probability)
        kept = (0..<(rows * columns)).map { _ in stream.uniform32() >= threshold }[...]
        self.columns = columns
        factor = Dropout.factor(probability)
    }

    private init(kept: ArraySlice<Bool>, columns: Int, factor: Float) {
        (self.kept, self.columns, self.factor) = (kept, columns, factor)
    }

    /// How many rows there are.
    public var rows: Int { kept.count / columns }

    /// The mask of some of the rows.
    public func rows(_ range: Range<Int>) -> DropoutMask {
        let start = kept.startIndex
        return DropoutMask(
            kept: kept[(start + range.lowerBound * columns)..<(start + range.upperBound * columns)], columns: columns,
            factor: factor)
    }

    /// `x × s` where the element is kept, else +0: of values and of their gradients alike.
    ///
    /// - Parameter row: the matrix's row of each of the mask's.
    func apply(to matrix: Matrix, row: (Int) -> Int) {
        require(
            matrix.columns == columns && matrix.rows == rows, "a mask \(rows) × \(columns) for \(matrix.rows) rows")
        var place = kept.startIndex
        for index in 0..<rows {
            let elements = matrix[row(index)]
            for column in 0..<columns {
                elements[column] = kept[place] ? elements[column] * factor : 0
                place += 1
            }
        }
    }

    /// A copy of `[rows, columns]` with the mask applied.
    func applied(to tensor: Tensor) -> Tensor {
        let copy = Matrix(rows: rows, columns: columns)
        copy.view.copy(from: tensor.matrixView)
        apply(to: copy) { $0 }
        return Tensor(copy, shape: tensor.shape)
    }
}

/// What a step drops beside the dropout between layers; a part of a batch has its rows of both.
public struct DropoutMasks: Sendable, Equatable {
    /// Of the rows of the embedding, one per position; nil where none is dropped.
    public var input: DropoutMask?
    /// Of what the linear layer reads; nil where none is dropped.
    public var readout: DropoutMask?

    public init(input: DropoutMask? = nil, readout: DropoutMask? = nil) {
        (self.input, self.readout) = (input, readout)
    }

    /// Those of a part of the batch.
    public func part(positions: Range<Int>, rows: Range<Int>) -> DropoutMasks {
        DropoutMasks(input: input?.rows(positions), readout: readout?.rows(rows))
    }
}
