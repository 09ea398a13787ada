/// A row-major array of binary32 numbers with a shape.
///
/// A value: copies are cheap until one of them is written. The last axis is contiguous. A scalar has shape `[]` and one
/// element.
public struct Tensor: Sendable, Equatable {
    /// Sizes of the axes, outermost first.
    public let shape: [Int]
    /// The elements in row-major order; `elements.count` is the product of `shape`.
    public private(set) var elements: [Float]

    /// - Precondition: `elements.count` is the product of `shape`, and no size is negative.
    public init(shape: [Int], elements: [Float]) {
        precondition(
            shape.allSatisfy { $0 >= 0 } && elements.count == Tensor.count(of: shape),
            "\(elements.count) elements do not fill shape \(shape)")
        self.shape = shape
        self.elements = elements
    }

    /// A tensor of +0.
    public init(zeros shape: [Int]) {
        self.init(shape: shape, elements: [Float](repeating: 0, count: Tensor.count(of: shape)))
    }

    /// Tensors of these shapes whose elements `body` writes, every one, through the pointers that it gets in their order.
    public static func filled(
        _ shapes: [[Int]], by body: (_ pointers: [UnsafeMutablePointer<Float>]) -> Void
    ) -> [Tensor] {
        var pointers: [UnsafeMutablePointer<Float>] = []
        pointers.reserveCapacity(shapes.count)
        var tensors: [Tensor] = []
        tensors.reserveCapacity(shapes.count)
        /// Opens the memory of each shape within that of the one before, so that all are open in `body`.
        func open(_ index: Int) {
            if index == shapes.count { return body(pointers) }
            let count = Tensor.count(of: shapes[index])
            let elements = [Float](unsafeUninitializedCapacity: count) { memory, initialized in
                if let base = memory.baseAddress {
                    Pages.preferLarge(base, byteCount: count * MemoryLayout<Float>.stride)
                }
                pointers.append(memory.baseAddress ?? UnsafeMutablePointer(mutating: nowhere))
                open(index + 1)
                initialized = count
            }
            tensors.append(Tensor(shape: shapes[index], elements: elements))
        }
        open(0)
        tensors.reverse()
        return tensors
    }

    /// Opens the memory of all tensors at once, so that `body` changes their elements in place.
    public static func update(
        _ tensors: inout [Tensor], by body: (_ pointers: [UnsafeMutablePointer<Float>]) -> Void
    ) {
        // Each tensor is taken out of the array while it is open, so that its memory has one owner and is not copied.
        var closed = tensors
        tensors.removeAll()
        closed.reverse()
        var pointers: [UnsafeMutablePointer<Float>] = []
        var changed: [Tensor] = []
        func open() {
            guard var tensor = closed.popLast() else { return body(pointers) }
            tensor.withUnsafeMutableElements {
                pointers.append($0)
                open()
            }
            changed.append(tensor)
        }
        open()
        changed.reverse()
        tensors = changed
    }

    public var count: Int { elements.count }
    public var rank: Int { shape.count }

    /// The number of elements that a shape holds: the product of its sizes, 1 for `[]`.
    public static func count(of shape: [Int]) -> Int {
        var count = 1
        for size in shape { count *= size }
        return count
    }

    /// The element at a full index.
    ///
    /// - Precondition: one index an axis, each within its size.
    public subscript(_ index: Int...) -> Float {
        get { elements[offset(of: index)] }
        set { elements[offset(of: index)] = newValue }
    }

    /// The element at a row-major offset.
    public subscript(offset offset: Int) -> Float {
        get { elements[offset] }
        set { elements[offset] = newValue }
    }

    private func offset(of index: [Int]) -> Int {
        precondition(index.count == rank, "\(index.count) indices for \(rank) axes")
        var offset = 0
        for (position, size) in zip(index, shape) {
            precondition(position >= 0 && position < size, "index \(index) outside shape \(shape)")
            offset = offset * size + position
        }
        return offset
    }

    /// The same elements under another shape of the same count.
    public func reshaped(_ shape: [Int]) -> Tensor { Tensor(shape: shape, elements: elements) }

    /// Whether shapes and all bits are equal, so that +0 differs from −0 and a NaN equals its own pattern.
    public func isBitwiseEqual(to other: Tensor) -> Bool {
        shape == other.shape && zip(elements, other.elements).allSatisfy { $0.bitPattern == $1.bitPattern }
    }

    public func withUnsafeElements<Result, Failure: Error>(
        _ body: (UnsafePointer<Float>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try elements.withUnsafeBufferPointer { buffer throws(Failure) in
            try body(buffer.baseAddress ?? Tensor.nowhere)
        }
    }

    public mutating func withUnsafeMutableElements<Result>(
        _ body: (UnsafeMutablePointer<Float>) throws -> Result
    ) rethrows -> Result {
        try elements.withUnsafeMutableBufferPointer { buffer in
            try body(buffer.baseAddress ?? UnsafeMutablePointer(mutating: Tensor.nowhere))
        }
    }

    /// An address for tensors of no elements, never read or written.
    private static var nowhere: UnsafePointer<Float> { UnsafePointer(bitPattern: 64)! }
}
