import ReproNumerics

/// Rows of a table, looked up by token.
public enum Embedding {
    /// The row whose gradient stays +0.
    public static let paddingRow = 0

    /// Rows of `weight` `[V, E]` in the order of `tokens`: `[P, E]`.
    ///
    /// - Precondition: every token is within 0 ..< V.
    public static func forward(_ weight: Tensor, tokens: [Int]) -> Tensor {
        let width = weight.shape[1]
        var rows = Tensor(zeros: [tokens.count, width])
        weight.withUnsafeElements { table in
            rows.withUnsafeMutableElements { rows in
                for (position, token) in tokens.enumerated() {
                    precondition(token >= 0 && token < weight.shape[0], "token \(token) of \(weight.shape[0])")
                    (rows + position * width).update(from: table + token * width, count: width)
                }
            }
        }
        return rows
    }

    /// Each row of the table receives the sum of its positions' gradients in their order, from +0; the padding row +0.
    public static func backward(_ gradient: Tensor, tokens: [Int], vocabulary: Int) -> Tensor {
        var table = Tensor(zeros: [vocabulary, gradient.shape[1]])
        backward(gradient, tokens: tokens, accumulating: &table)
        return table
    }

    /// As above, continuing the sums in `table` `[V, E]`: the tokens of a batch in several calls give the bits of one.
    public static func backward(_ gradient: Tensor, tokens: [Int], accumulating table: inout Tensor) {
        let width = gradient.shape[1]
        precondition(
            table.shape.count == 2 && table.shape[1] == width, "a table \(table.shape) for \(width) features")
        gradient.withUnsafeElements { rows in
            table.withUnsafeMutableElements { table in
                for (position, token) in tokens.enumerated() where token != paddingRow {
                    let target = table + token * width
                    let source = rows + position * width
                    for column in 0..<width { target[column] += source[column] }
                }
            }
        }
    }

    /// As above, with rows where a layout has them.
    static func forward(
        _ weight: Tensor, _ layout: SequenceLayout, _ tokens: [Int], into rows: UnsafeMutablePointer<Float>
    ) {
        let (vocabulary, width) = (weight.shape[0], weight.shape[1])
        weight.withUnsafeElements { table in
            var position = 0
            layout.forEachPosition { _, _, row in
                let token = tokens[position]
                position += 1
                precondition(token >= 0 && token < vocabulary, "token \(token) of \(vocabulary)")
                (rows + row * width).update(from: table + token * width, count: width)
            }
        }
    }

    /// As above, from rows where a layout has them. `shape` is `[V, E]`; the sums start at +0 unless they continue.
    static func backward(
        _ rows: UnsafePointer<Float>, _ layout: SequenceLayout, _ tokens: [Int], shape: [Int],
        into table: UnsafeMutablePointer<Float>, continues: Bool
    ) {
        let width = shape[1]
        if !continues { table.update(repeating: 0, count: shape[0] * width) }
        var position = 0
        layout.forEachPosition { _, _, row in
            let token = tokens[position]
            position += 1
            if token == paddingRow { return }
            let target = table + token * width
            let source = rows + row * width
            for column in 0..<width { target[column] += source[column] }
        }
    }
}
