import ReproNumerics

/// What a file of arrays holds once read, and what is written to one: binary32 numbers or 64-bit integers, row-major.
public enum ArrayValue: Sendable, Equatable {
    case float(Tensor)
    /// `elements.count` is the product of `shape`.
    case int(shape: [Int], elements: [Int64])

    /// The size of each axis.
    public var shape: [Int] {
        switch self {
        case .float(let tensor): tensor.shape
        case .int(let shape, _): shape
        }
    }

    /// The number of elements.
    public var count: Int {
        switch self {
        case .float(let tensor): tensor.count
        case .int(_, let elements): elements.count
        }
    }

    /// The numbers, where they are binary32.
    public var tensor: Tensor? {
        guard case .float(let tensor) = self else { return nil }
        return tensor
    }

    /// The numbers, where they are integers.
    public var integers: [Int64]? {
        guard case .int(_, let elements) = self else { return nil }
        return elements
    }

    /// Whether kind, shape and all bits are equal.
    public func isBitwiseEqual(to other: ArrayValue) -> Bool {
        switch (self, other) {
        case (.float(let left), .float(let right)): left.isBitwiseEqual(to: right)
        case (.int, .int): self == other
        default: false
        }
    }

    /// Hands on the elements' little-endian bytes in pieces of at most `pieceCount` elements, as they stand in a file.
    func forEachPiece(
        pieceCount: Int = 1 << 14, _ body: ([UInt8]) throws(FormatError) -> Void
    ) throws(FormatError) {
        let size = dtype.byteCount
        for start in stride(from: 0, to: count, by: pieceCount) {
            try body(littleEndianBytes(size * start..<size * min(start + pieceCount, count)))
        }
    }

    private func littleEndianBytes(_ range: Range<Int>) -> [UInt8] {
        let bytes =
            switch self {
            case .float(let tensor): tensor.elements.withBytes { $0[range].array() }
            case .int(_, let elements): elements.withBytes { $0[range].array() }
            }
        #if _endian(big)
            let size = dtype.byteCount
            return stride(from: 0, to: bytes.count, by: size).flatMap { bytes[$0..<$0 + size].reversed() }
        #else
            return bytes
        #endif
    }
}
