/// Scratch memory of binary32 numbers, aligned for the kernels and freed with the last reference.
///
/// The elements start undefined unless `zeroed`. Whoever shares a buffer between workers keeps them apart.
public final class Buffer: @unchecked Sendable {
    public let pointer: UnsafeMutablePointer<Float>
    public let count: Int

    private static let alignment = 64

    public init(count: Int, zeroed: Bool = false) {
        precondition(count >= 0, "a buffer of \(count) elements")
        let bytes = max(1, count) * MemoryLayout<Float>.stride
        let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: Buffer.alignment)
        pointer = memory.bindMemory(to: Float.self, capacity: max(1, count))
        self.count = count
        if zeroed { pointer.initialize(repeating: 0, count: count) }
    }

    deinit { UnsafeMutableRawPointer(pointer).deallocate() }

    /// A copy of a tensor's elements.
    public convenience init(_ tensor: Tensor) {
        self.init(count: tensor.count)
        tensor.withUnsafeElements { pointer.update(from: $0, count: tensor.count) }
    }

    /// The elements as a tensor.
    ///
    /// - Precondition: the shape holds `count` elements.
    public func tensor(shape: [Int]) -> Tensor {
        Tensor(shape: shape, elements: Array(UnsafeBufferPointer(start: pointer, count: count)))
    }
}
