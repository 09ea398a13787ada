/// Borrows bytes as they stand in a tensor's, an array's or a view's memory: what is hashed, kept and written to files.
///
/// A view is lent for a call and lives no longer than it. Nothing is copied until ``array(of:)`` asks for it.
public struct ByteView: @unchecked Sendable {
    @usableFromInline let base: UnsafeRawPointer?
    /// How many bytes there are.
    public let count: Int

    @usableFromInline init(_ bytes: UnsafeRawBufferPointer) { (base, count) = (bytes.baseAddress, bytes.count) }

    /// A caller's bytes, which outlive the view.
    package init(lending bytes: UnsafeRawBufferPointer) { self.init(bytes) }

    /// - Precondition: the index is within the bytes.
    public subscript(_ index: Int) -> UInt8 { integer(at: index, as: UInt8.self) }

    /// The same memory's bytes of a range.
    ///
    /// - Precondition: the range is within the bytes.
    public subscript(_ range: Range<Int>) -> ByteView {
        precondition(range.lowerBound >= 0 && range.upperBound <= count, "bytes \(range) of \(count)")
        return ByteView(UnsafeRawBufferPointer(start: base.map { $0 + range.lowerBound }, count: range.count))
    }

    /// The integer whose bytes begin at an offset, aligned or not, in the processor's byte order.
    ///
    /// - Precondition: all of its bytes are within these.
    @inlinable @inline(__always)
    public func integer<Bits: FixedWidthInteger & BitwiseCopyable>(at offset: Int, as type: Bits.Type) -> Bits {
        let size = MemoryLayout<Bits>.size
        precondition(offset >= 0 && offset <= count - size, "\(size) bytes at \(offset) of \(count)")
        return base!.loadUnaligned(fromByteOffset: offset, as: type)
    }

    /// A copy of the bytes as elements of a type, in the processor's byte order.
    ///
    /// - Precondition: they are whole elements.
    @inlinable
    public func array<Element: BitwiseCopyable>(of type: Element.Type = UInt8.self) -> [Element] {
        let elementCount = count / MemoryLayout<Element>.stride
        precondition(elementCount * MemoryLayout<Element>.stride == count, "\(count) bytes as elements of \(type)")
        return [Element](unsafeUninitializedCapacity: elementCount) { elements, initialized in
            UnsafeMutableRawBufferPointer(elements).copyMemory(from: UnsafeRawBufferPointer(start: base, count: count))
            initialized = elementCount
        }
    }
}

extension Array where Element: BitwiseCopyable {
    /// Lends the elements' bytes, in the processor's byte order.
    @inlinable @inline(__always)
    public func withBytes<Result>(_ body: (ByteView) throws -> Result) rethrows -> Result {
        try withUnsafeBytes { try body(ByteView($0)) }
    }
}

extension Elements {
    /// Lends the elements' bytes, in the processor's byte order.
    public func withBytes<Result>(_ body: (ByteView) throws -> Result) rethrows -> Result {
        try withExtendedLifetime(self) { try body(view.bytes) }
    }
}

extension VectorView {
    /// The elements' bytes, in the processor's byte order.
    public var bytes: ByteView { ByteView(UnsafeRawBufferPointer(UnsafeBufferPointer(start: base, count: count))) }
}
