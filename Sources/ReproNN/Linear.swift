import ReproNumerics

/// `y = x Wᵀ + b`, each element a chain that starts at its bias.
public enum Linear {
    /// - Parameters:
    ///   - input: `[N, F]`.
    ///   - weight: `[C, F]`; `bias`: `[C]`, +0 where nil.
    /// - Returns: `[N, C]`.
    public static func forward(_ input: Tensor, weight: Tensor, bias: Tensor?, engine: Engine) -> Tensor {
        let (rows, depth, columns) = (input.shape[0], input.shape[1], weight.shape[0])
        precondition(weight.shape[1] == depth, "weight \(weight.shape) for \(depth) features")
        let memory = Arena()
        let matrix = weight.withUnsafeElements {
            PackedMatrix(
                $0, depth: depth, columns: columns, rowStride: 1, columnStride: depth, kernels: engine.kernels,
                in: memory)
        }
        let start = bias ?? Tensor(zeros: [columns])
        var output = Tensor(zeros: [rows, columns])
        defer { withExtendedLifetime(memory) {} }
        input.withUnsafeElements { a in
            start.withUnsafeElements { start in
                output.withUnsafeMutableElements { c in
                    engine.kernels.multiply(
                        rows: rows, columns: columns, depth: depth, a: a, aStride: depth,
                        packed: matrix.pointer, start: start, c: c, cStride: columns)
                }
            }
        }
        return output
    }

    /// Gradients of input, weight and bias, from that of the output `[N, C]`.
    public static func backward(
        _ gradient: Tensor, input: Tensor, weight: Tensor, engine: Engine
    ) -> (input: Tensor, weight: Tensor, bias: Tensor) {
        let (rows, columns, depth) = (input.shape[0], weight.shape[0], input.shape[1])
        let kernels = engine.kernels
        let memory = Arena()
        let matrix = weight.withUnsafeElements {
            PackedMatrix(
                $0, depth: columns, columns: depth, rowStride: depth, columnStride: 1, kernels: kernels, in: memory)
        }
        var inputGradient = Tensor(zeros: [rows, depth])
        var weightGradient = Tensor(zeros: weight.shape)
        var biasGradient = Tensor(zeros: [columns])
        defer { withExtendedLifetime(memory) {} }
        gradient.withUnsafeElements { d in
            input.withUnsafeElements { x in
                // The chains start at +0, which the gradient is filled with.
                inputGradient.withUnsafeMutableElements {
                    kernels.multiply(
                        rows: rows, columns: depth, depth: columns, a: d, aStride: columns,
                        packed: matrix.pointer, start: nil, c: $0, cStride: depth)
                }
                let gradientRows: [UnsafePointer<Float>?] = (0..<rows).map { d + $0 * columns }
                let inputRows: [UnsafePointer<Float>?] = (0..<rows).map { x + $0 * depth }
                weightGradient.withUnsafeMutableElements {
                    kernels.outer(
                        rows: columns, columns: depth, depth: rows, aRows: gradientRows, bRows: inputRows,
                        accumulate: false, c: $0, cStride: depth)
                }
                biasGradient.withUnsafeMutableElements {
                    kernels.sumRows(
                        columns: columns, depth: rows, rows: gradientRows, accumulate: false, out: $0)
                }
            }
        }
        return (inputGradient, weightGradient, biasGradient)
    }
}
