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
        var weightGradient = Tensor(zeros: weight.shape)
        var biasGradient = Tensor(zeros: [weight.shape[0]])
        let inputGradient = backward(
            gradient, input: input, weight: weight, accumulating: &weightGradient, bias: &biasGradient, engine: engine)
        return (inputGradient, weightGradient, biasGradient)
    }

    /// As above, continuing the chains in `weightGradient` and `biasGradient`: the rows of a batch in several calls give the
    /// bits of one. Returns the gradient of the input.
    ///
    /// - Precondition: gradients in the shapes of weight and bias.
    public static func backward(
        _ gradient: Tensor, input: Tensor, weight: Tensor, accumulating weightGradient: inout Tensor,
        bias biasGradient: inout Tensor, engine: Engine
    ) -> Tensor {
        precondition(
            weightGradient.shape == weight.shape && biasGradient.shape == [weight.shape[0]],
            "gradients \(weightGradient.shape) and \(biasGradient.shape) of a weight \(weight.shape)")
        let (rows, columns, depth) = (input.shape[0], weight.shape[0], input.shape[1])
        let kernels = engine.kernels
        let memory = Arena()
        let matrix = weight.withUnsafeElements {
            PackedMatrix(
                $0, depth: columns, columns: depth, rowStride: depth, columnStride: 1, kernels: kernels, in: memory)
        }
        var inputGradient = Tensor(zeros: [rows, depth])
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
                        accumulate: true, c: $0, cStride: depth)
                }
                biasGradient.withUnsafeMutableElements {
                    kernels.sumRows(
                        columns: columns, depth: rows, rows: gradientRows, accumulate: true, out: $0)
                }
            }
        }
        return inputGradient
    }
}
