import ReproNumerics

/// Where an array's elements stand in a file, checked against the file's size before anything is allocated.
struct ArrayStorage: Sendable {
    let kind: ElementKind
    let shape: [Int]
    let isBigEndian: Bool
    /// Whether the first axis is the contiguous one.
    let isFortranOrder: Bool
    /// Offset of the first byte in the file.
    let offset: Int

    /// The most axes that an array may have; NumPy's limit.
    static let greatestRank = 64

    /// The elements that a shape holds, nil where the product, taken from the left, overflows.
    static func count(of shape: [Int]) -> Int? {
        var count = 1
        for size in shape {
            let (product, overflow) = count.multipliedReportingOverflow(by: size)
            if overflow { return nil }
            count = product
        }
        return count
    }

    private var count: Int { Tensor.count(of: shape) }

    /// Reads and converts the elements; besides the result, memory holds one piece of the file.
    func read(_ file: ByteFile) throws(FormatError) -> ArrayValue {
        if kind.isInteger {
            let elements: [Int64] = try elements(of: file, zero: 0, kind.forEachInteger)
            return .int(shape: shape, elements: elements)
        }
        let elements: [Float] = try elements(of: file, zero: 0, kind.forEachFloat)
        return .float(Tensor(shape: shape, elements: elements))
    }

    private func elements<Element>(
        of file: ByteFile, zero: Element, _ convert: (_ piece: [UInt8], _ isBigEndian: Bool, (Element) -> Void) -> Void
    ) throws(FormatError) -> [Element] {
        let total = count
        var result = [Element](repeating: zero, count: total)
        var target = TargetOrder(shape: shape, isFortranOrder: isFortranOrder && total > 0)
        let pieceCount = (1 << 20) / kind.byteCount
        var start = 0
        while start < total {
            let piece = try file.read(
                at: offset + start * kind.byteCount, count: min(pieceCount, total - start) * kind.byteCount)
            result.withUnsafeMutableBufferPointer { buffer in
                convert(piece, isBigEndian) { element in
                    buffer[target.offset] = element
                    target.advance()
                }
            }
            start += pieceCount
        }
        return result
    }
}

/// The row-major offset of each element in the order in which a file holds them.
private struct TargetOrder {
    private(set) var offset = 0
    /// Empty where the file's order is row-major.
    private let shape: [Int]
    private var strides: [Int] = []
    private var index: [Int]

    /// - Precondition: in Fortran's order, no size is 0, so that no product of sizes overflows that their whole product does not.
    init(shape: [Int], isFortranOrder: Bool) {
        self.shape = isFortranOrder && shape.count > 1 ? shape : []
        index = self.shape.map { _ in 0 }
        var stride = 1
        for size in self.shape.reversed() {
            strides.append(stride)
            stride *= size
        }
        strides.reverse()
    }

    /// Goes on to the next element. In Fortran's order the first axis runs fastest.
    mutating func advance() {
        if shape.isEmpty {
            offset += 1
            return
        }
        for axis in shape.indices {
            index[axis] += 1
            offset += strides[axis]
            if index[axis] < shape[axis] { return }
            index[axis] = 0
            offset -= strides[axis] * shape[axis]
        }
    }
}
