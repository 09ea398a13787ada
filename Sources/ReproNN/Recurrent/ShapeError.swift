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

    /// Holds a tensor, where there is one, to a shape; nil is the shape of what must not be there.
    static func verify(
        _ module: String, _ name: String, _ tensor: Tensor?, is expected: @autoclosure () -> [Int]?
    ) throws(ShapeError) {
        guard let tensor else { return }
        let shape = expected()
        if tensor.shape == shape { return }
        throw ShapeError(
            module: module, tensor: name, found: "of shape \(tensor.shape)",
            expected: shape.map { "\($0)" } ?? "none: this cell keeps h alone")
    }
}
