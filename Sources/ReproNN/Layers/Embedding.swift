import ReproNumerics

/// `torch.nn.Embedding`: rows of a table, looked up by token (contract, sections 5 and 7).
public struct Embedding: Sendable {
    /// The row whose gradient stays +0, unless another is named.
    public static let paddingRow = 0

    /// The table, `[V, E]`.
    public var weight: Tensor
    /// The row whose gradient stays +0; nil for none.
    public var padding: Int?

    /// - Precondition: two axes, neither of them 0.
    public init(weight: Tensor, padding: Int? = Embedding.paddingRow) {
        require(weight.rank == 2 && weight.count > 0, "a table of shape \(weight.shape)")
        self.weight = weight
        self.padding = padding
    }

    /// Rows of the table in the order of `tokens`: `[P, E]`.
    ///
    /// - Precondition: every token is within 0 ..< V.
    public func forward(_ tokens: [Int]) -> Tensor {
        let rows = Matrix(rows: tokens.count, columns: weight.shape[1])
        look(up: tokens, into: rows) { $0 }
        return Tensor(rows, shape: [tokens.count, weight.shape[1]])
    }

    /// Each row of the table receives the sum of its positions' gradients in their order; the padding row +0.
    ///
    /// - Parameters:
    ///   - gradient: that of the rows, `[P, E]`.
    ///   - continuing: sums that go on, `[V, E]`: the tokens of a batch in several calls give the bits of one. They start at
    ///     +0 where nil.
    /// - Precondition: shapes as stated; every token is within 0 ..< V.
    /// - Throws: `FloatingPointFault`.
    public func backward(
        _ gradient: Tensor, tokens: [Int], continuing: Tensor? = nil
    ) throws(FloatingPointFault) -> Tensor {
        try FloatingPointEnvironment.verify()
        require(
            gradient.shape == [tokens.count, weight.shape[1]],
            "a gradient of shape \(gradient.shape) for \(tokens.count) tokens of \(weight.shape[1]) features")
        let table = Recurrent.gradients([weight.shape], continuing: continuing.map { [$0] })[0]
        if continuing == nil { table.view.fill(0) }
        add(gradient.matrix, of: tokens, to: table) { $0 }
        return Tensor(table, shape: weight.shape)
    }

    /// Writes each position's row of the table where `row` says that the position stands.
    func look(up tokens: [Int], into rows: Matrix, row: (_ position: Int) -> Int) {
        let table = weight.matrix
        for (position, token) in tokens.enumerated() {
            require(token >= 0 && token < table.rows, "token \(token) of \(table.rows)")
            rows[row(position)].copy(from: table[token])
        }
    }

    /// Adds each position's gradient to its token's row of `table`, in the order of positions.
    func add(_ rows: Matrix, of tokens: [Int], to table: Matrix, row: (_ position: Int) -> Int) {
        Embedding.add(rows, of: tokens, padding: padding, to: table, row: row)
    }

    /// The same, of any table; the padding row's gradients are left out.
    package static func add(
        _ rows: Matrix, of tokens: [Int], padding: Int?, to table: Matrix, row: (_ position: Int) -> Int
    ) {
        require(rows.columns == table.columns, "a table of \(table.columns) features for \(rows.columns)")
        for (position, token) in tokens.enumerated() where token != padding {
            require(token >= 0 && token < table.rows, "token \(token) of \(table.rows)")
            let (sum, gradient) = (table[token], rows[row(position)])
            for column in 0..<table.columns { sum[column] += gradient[column] }
        }
    }
}
