/// A tensor's elements in row-major order, as a collection that shares the tensor's memory.
public struct Elements: RandomAccessCollection, @unchecked Sendable {
    private let storage: Storage

    init(_ storage: Storage) { self.storage = storage }

    public var startIndex: Int { 0 }
    public var endIndex: Int { storage.count }

    /// The element at a row-major offset.
    @inline(__always)
    public subscript(_ index: Int) -> Float {
        require(index >= 0 && index < storage.count, "element \(index) of \(storage.count)")
        return storage.base[index]
    }

    /// For reading while the elements live.
    var view: VectorView { storage.view }

    public func withContiguousStorageIfAvailable<Result>(
        _ body: (UnsafeBufferPointer<Float>) throws -> Result
    ) rethrows -> Result? {
        try withExtendedLifetime(storage) {
            try body(UnsafeBufferPointer(start: storage.base, count: storage.count))
        }
    }
}

extension Elements: Equatable, ExpressibleByArrayLiteral, CustomStringConvertible {
    public init(arrayLiteral elements: Float...) { self.init(Storage.copying(elements)) }

    /// Whether all elements are equal as numbers.
    public static func == (a: Elements, b: Elements) -> Bool { a.elementsEqual(b) }
    public static func == (a: Elements, b: [Float]) -> Bool { a.elementsEqual(b) }
    public static func == (a: [Float], b: Elements) -> Bool { a.elementsEqual(b) }

    public var description: String { Array(self).description }
}
