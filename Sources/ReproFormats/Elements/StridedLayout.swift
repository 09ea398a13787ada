/// Where the elements of an array stand in a run of elements that it shares with others: PyTorch's offset, size and stride.
struct StridedLayout: Sendable, Equatable {
    let shape: [Int]
    /// How far apart neighbours of each axis stand, in elements.
    let strides: [Int]
    /// Where the first element stands.
    let offset: Int
    /// How many elements the array has.
    let count: Int
    /// The elements between the first and the last that are touched, both included; 0 of an array without elements.
    let extent: Int

    /// Nil for a negative number, for shapes and strides of different lengths, more than 64 axes, and products that overflow.
    init?(shape: [Int], strides: [Int], offset: Int) {
        guard shape.count == strides.count, shape.count <= ArrayStorage.greatestRank, offset >= 0,
            shape.allSatisfy({ $0 >= 0 }), strides.allSatisfy({ $0 >= 0 })
        else { return nil }
        (self.shape, self.strides, self.offset) = (shape, strides, offset)
        if shape.contains(0) {
            (count, extent) = (0, 0)
            return
        }
        var last = 0
        for (size, stride) in zip(shape, strides) {
            let (reach, overflow) = (size - 1).multipliedReportingOverflow(by: stride)
            let (sum, sumOverflow) = last.addingReportingOverflow(reach)
            if overflow || sumOverflow { return nil }
            last = sum
        }
        guard let count = ArrayStorage.count(of: shape), last < Int.max,
            !offset.addingReportingOverflow(last + 1).overflow
        else { return nil }
        self.count = count
        extent = last + 1
    }

    /// Row by row, as NumPy calls C order.
    static func rowMajor(_ shape: [Int]) -> StridedLayout? {
        guard ArrayStorage.count(of: shape.map { max($0, 1) }) != nil else { return nil }
        var strides: [Int] = []
        var stride = 1
        for size in shape.reversed() {
            strides.append(stride)
            stride *= max(size, 1)
        }
        return StridedLayout(shape: shape, strides: strides.reversed(), offset: 0)
    }

    /// Column by column, as NumPy calls Fortran order.
    static func columnMajor(_ shape: [Int]) -> StridedLayout? {
        guard let turned = rowMajor(shape.reversed()) else { return nil }
        return StridedLayout(shape: shape, strides: turned.strides.reversed(), offset: 0)
    }

    /// The elements in row-major order.
    ///
    /// - Parameter bytes: those of ``extent`` elements, from the one at ``offset`` on.
    /// - Precondition: there are as many, and `count` times `byteCount` bytes are no more than may be reserved.
    func gathered(_ bytes: [UInt8], byteCount: Int) -> [UInt8] {
        precondition(bytes.count == extent * byteCount, "\(bytes.count) bytes for \(extent) elements of \(byteCount)")
        if count == 0 { return bytes }
        // The last axes that stand row by row are copied as one run.
        var (run, outer) = (1, shape.count)
        while outer > 0, shape[outer - 1] == 1 || strides[outer - 1] == run {
            run *= shape[outer - 1]
            outer -= 1
        }
        if outer == 0 { return bytes }
        var result: [UInt8] = []
        result.reserveCapacity(count * byteCount)
        var index = [Int](repeating: 0, count: outer)
        var place = 0
        for _ in 0..<count / run {
            result += bytes[place * byteCount..<(place + run) * byteCount]
            for axis in (0..<outer).reversed() {
                index[axis] += 1
                place += strides[axis]
                if index[axis] < shape[axis] { break }
                place -= index[axis] * strides[axis]
                index[axis] = 0
            }
        }
        return result
    }
}
