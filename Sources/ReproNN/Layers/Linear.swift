import ReproNumerics

/// `torch.nn.Linear`: `y = x Wᵀ + b`, each element a chain that starts at its bias (contract, sections 5 and 7).
public struct Linear: Sendable {
    /// `[C, F]`.
    public var weight: Tensor
    /// `[C]`; +0 where nil.
    public var bias: Tensor?

    /// Gradients in the shapes of what was read; the bias's also where there is none.
    public struct Gradients: Sendable {
        /// The gradient of the input, `[N, F]`.
        public var input: Tensor
        /// The gradient of the weight, `[C, F]`.
        public var weight: Tensor
        /// The gradient of the bias, `[C]`.
        public var bias: Tensor
    }

    /// - Precondition: `[C, F]`, neither 0, and, where there is a bias, `[C]`.
    public init(weight: Tensor, bias: Tensor? = nil) {
        require(
            weight.rank == 2 && weight.count > 0 && (bias == nil || bias!.shape == [weight.shape[0]]),
            "weight \(weight.shape) with bias \(bias?.shape ?? [])")
        self.weight = weight
        self.bias = bias
    }

    /// - Parameter input: `[N, F]`.
    /// - Returns: `[N, C]`.
    /// - Precondition: the input has the weight's features.
    /// - Throws: `FloatingPointFault`.
    public func forward(_ input: Tensor, engine: Engine) throws(FloatingPointFault) -> Tensor {
        try engine.verify()
        return product(input, engine)
    }

    /// The output, in an environment that is known to be the contract's.
    func product(_ input: Tensor, _ engine: Engine) -> Tensor {
        verify(input)
        let (rows, columns) = (input.shape[0], weight.shape[0])
        var packing = WeightPacking(kernels: engine.kernels, expecting: weight.count + weight.count / 16)
        defer { packing.memory.keepAlive() }
        let matrix = packing.pack(weight.matrixView, transposed: true)
        packing.fill(on: engine)
        let output = Matrix(rows: rows, columns: columns)
        let start = bias?.matrix ?? Matrix(rows: 1, columns: columns, zeroed: true)
        matrix.multiply(input.matrix.view, start: start[0], into: output.view, engine.kernels)
        return Tensor(output, shape: [rows, columns])
    }

    private func verify(_ input: Tensor) {
        require(
            input.rank == 2 && input.shape[1] == weight.shape[1], "input \(input.shape) for weight \(weight.shape)")
    }

    /// - Parameters:
    ///   - gradient: that of the output, `[N, C]`.
    ///   - input: what the output was computed from, `[N, F]`.
    ///   - continuing: gradients of weight and bias whose chains go on: the rows of a batch in several calls give the bits
    ///     of one. Chains start at +0 where nil.
    /// - Precondition: shapes as stated.
    /// - Throws: `FloatingPointFault`.
    public func backward(
        _ gradient: Tensor, input: Tensor, continuing: (weight: Tensor, bias: Tensor)? = nil, engine: Engine
    ) throws(FloatingPointFault) -> Gradients {
        try engine.verify()
        return gradients(gradient, input: input, continuing: continuing, engine)
    }

    /// The gradients, in an environment that is known to be the contract's.
    func gradients(
        _ gradient: Tensor, input: Tensor, continuing: (weight: Tensor, bias: Tensor)?, _ engine: Engine
    ) -> Gradients {
        verify(input)
        let (rows, columns, depth) = (input.shape[0], weight.shape[0], input.shape[1])
        require(gradient.shape == [rows, columns], "gradient \(gradient.shape) of \([rows, columns])")
        let kernels = engine.kernels
        var packing = WeightPacking(kernels: kernels, expecting: weight.count + weight.count / 16)
        defer { packing.memory.keepAlive() }
        let matrix = packing.pack(weight.matrixView)
        packing.fill(on: engine)
        let inputGradient = Matrix(rows: rows, columns: depth)
        let zeros = Matrix(rows: 1, columns: depth, zeroed: true)
        matrix.multiply(gradient.matrix.view, start: zeros[0], into: inputGradient.view, kernels)

        let sums = Recurrent.gradients(
            [weight.shape, [columns]], continuing: continuing.map { [$0.weight, $0.bias] })
        let (d, x) = (gradient.matrix, input.matrix)
        RowList.withThree(capacity: rows) { deltas, inputs, _ in
            for row in 0..<rows {
                deltas.append(d[row])
                inputs.append(x[row])
            }
            kernels.outer(deltas.view, inputs.view, accumulate: continuing != nil, into: sums[0].view)
            kernels.sumRows(deltas.view, accumulate: continuing != nil, into: sums[1][0])
        }
        return Gradients(
            input: Tensor(inputGradient, shape: input.shape), weight: Tensor(sums[0], shape: weight.shape),
            bias: Tensor(sums[1], shape: [columns]))
    }
}
