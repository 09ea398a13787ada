import ReproNumerics

/// A tensor under the name that files and digests give it.
public struct NamedTensor: Sendable {
    /// The tensor's name.
    public let name: String
    /// The tensor.
    public var value: Tensor

    public init(_ name: String, _ value: Tensor) {
        self.name = name
        self.value = value
    }
}
