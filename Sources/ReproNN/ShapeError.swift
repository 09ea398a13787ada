import ReproNumerics

/// A tensor, or a length, that does not fit the module it was given to.
public struct ShapeError: Error, Equatable, CustomStringConvertible {
    /// The module: `LSTM`, `LayerNorm`, ….
    public let module: String
    /// What does not fit, with PyTorch's name and, in a list, its place: `h_0`, `lengths[2]`.
    public let tensor: String
    /// What was given.
    public let found: String
    /// What fits.
    public let expected: String

    public init(module: String, tensor: String, found: String, expected: String) {
        self.module = module
        self.tensor = tensor
        self.found = found
        self.expected = expected
    }

    public var description: String { "\(module): \(tensor) is \(found); expected \(expected)" }

    /// Holds a tensor to a shape.
    static func verify(_ module: String, _ name: String, _ tensor: Tensor?, is shape: [Int]) throws(ShapeError) {
        guard let tensor, tensor.shape != shape else { return }
        throw ShapeError(module: module, tensor: name, found: "of shape \(tensor.shape)", expected: "\(shape)")
    }
}

/// The shapes of everything that a call of a recurrent module reads and gives, once they are known to fit.
struct RecurrentShapes: Sendable {
    let output: [Int]
    let hidden: [Int]
    /// Nil where the cell has none.
    let cell: [Int]?
    /// Whether the input has no axis of sequences.
    let batchless: Bool

    /// - Throws: ``ShapeError`` for an input of another rank, of other features or of no steps or sequences; for a length
    ///   of zero or beyond the steps, and another number of them than of sequences; for initial states of other shapes,
    ///   and a cell for a module that has none.
    init(
        _ configuration: RecurrentConfiguration, module: String, input: Tensor, lengths: [Int]?, hidden h0: Tensor?,
        cell c0: Tensor?
    ) throws(ShapeError) {
        func error(_ tensor: String, _ found: String, _ expected: String) -> ShapeError {
            ShapeError(module: module, tensor: tensor, found: found, expected: expected)
        }
        let features = configuration.inputSize
        let axes = configuration.batchFirst ? "[sequences, steps, \(features)]" : "[steps, sequences, \(features)]"
        guard input.rank == 2 || input.rank == 3, input.shape[input.rank - 1] == features, input.count > 0 else {
            throw error("input", "of shape \(input.shape)", "\(axes) or [steps, \(features)], none of them 0")
        }
        batchless = input.rank == 2
        let batchFirst = configuration.batchFirst && !batchless
        let steps = input.shape[batchFirst ? 1 : 0]
        let batch = batchless ? 1 : input.shape[batchFirst ? 0 : 1]
        if let lengths {
            guard lengths.count == batch else {
                throw error("lengths", "a list of \(lengths.count)", "\(batch), one a sequence")
            }
            for (index, length) in lengths.enumerated() where length < 1 || length > steps {
                throw error("lengths[\(index)]", "\(length)", "1 … \(steps), the input's steps")
            }
        }
        let count = configuration.layers * configuration.directions
        let middle = batchless ? [] : [batch]
        output = input.shape.dropLast() + [configuration.outputSize]
        hidden = [count] + middle + [configuration.stateSize]
        cell = configuration.cell == .lstm ? [count] + middle + [configuration.hiddenSize] : nil
        try ShapeError.verify(module, "h_0", h0, is: hidden)
        try verifyCell(module, "c_0", c0)
    }

    /// Holds gradients of the results to the results' shapes.
    func verifyGradients(
        _ module: String, output dOutput: Tensor?, hidden dHidden: Tensor?, cell dCell: Tensor?
    )
        throws(ShapeError)
    {
        try ShapeError.verify(module, "the gradient of output", dOutput, is: output)
        try ShapeError.verify(module, "the gradient of h_n", dHidden, is: hidden)
        try verifyCell(module, "the gradient of c_n", dCell)
    }

    private func verifyCell(_ module: String, _ name: String, _ tensor: Tensor?) throws(ShapeError) {
        if let cell { return try ShapeError.verify(module, name, tensor, is: cell) }
        guard let tensor else { return }
        throw ShapeError(
            module: module, tensor: name, found: "of shape \(tensor.shape)", expected: "none: this cell keeps h alone")
    }
}
