import ReproFormats
import ReproTrace

/// How the tensor of one name differs between two files.
public struct TensorDifference: Sendable, Equatable {
    /// What differs.
    public enum Kind: Sendable, Equatable {
        /// Only one side has it.
        case missing, unexpected
        case shape(before: [Int], after: [Int])
        case dtype(before: String, after: String)
        /// Elements differ: the first, how many of how many, and, for binary32, the greatest distances; a NaN on one side
        /// counts among the differing and has no distance.
        case elements(
            first: MovedElement, count: Int, of: Int, greatestULP: UInt64?, greatestDistance: Double?)
    }

    /// The tensor's name.
    public let name: String
    /// The size of each axis, of the first side that has the tensor.
    public let shape: [Int]
    /// Nil for a type whose values are not read.
    public let elementType: ElementType?
    /// What differs.
    public let kind: Kind

    /// The greatest distances, where elements differ that have one.
    public var greatestULP: UInt64? {
        guard case .elements(_, _, _, let ulps, _) = kind else { return nil }
        return ulps
    }
    /// The greatest distance of two elements; nil where none can be told.
    public var greatestDistance: Double? {
        guard case .elements(_, _, _, _, let distance) = kind else { return nil }
        return distance
    }

    /// Compares all tensors of two files in the order of the first's, then those that only the second has. Memory holds
    /// a piece of either file at a time.
    ///
    /// - Throws: `FormatError`, `.inputOutput`.
    public static func all(_ a: ArrayFile, _ b: ArrayFile) throws(FormatError) -> [TensorDifference] {
        var differences: [TensorDifference] = []
        for (place, entry) in a.entries.enumerated() {
            if let difference = try TensorDifference(entry, of: a, b, near: place) { differences.append(difference) }
        }
        for (place, entry) in b.entries.enumerated() where a.entry(named: entry.name, near: place) == nil {
            differences.append(TensorDifference(entry, .unexpected))
        }
        return differences
    }

    /// Compares a tensor of `a` with the one of its name in `b`. Nil where they are equal.
    ///
    /// - Parameter place: where it is likely to stand in `b`.
    init?(_ entry: ArrayFile.Entry, of a: ArrayFile, _ b: ArrayFile, near place: Int = 0) throws(FormatError) {
        guard let other = b.entry(named: entry.name, near: place) else {
            self.init(entry, .missing)
            return
        }
        guard let kind = try TensorDifference.difference(entry, of: a, other, of: b) else { return nil }
        self.init(entry, kind)
    }

    private init(_ entry: ArrayFile.Entry, _ kind: Kind) {
        name = entry.name
        shape = entry.shape
        elementType = entry.elementType
        self.kind = kind
    }

    private static func difference(
        _ x: ArrayFile.Entry, of a: ArrayFile, _ y: ArrayFile.Entry, of b: ArrayFile
    ) throws(FormatError) -> Kind? {
        if x.dtype != y.dtype { return .dtype(before: x.dtype, after: y.dtype) }
        if x.shape != y.shape { return .shape(before: x.shape, after: y.shape) }
        var scan = ElementScan(stride: x.stride, isBinary32: x.elementType == .float32)
        // A whole number of elements of any size.
        let pieceSize = 1 << 20
        var done = 0
        while done < x.byteRange.count {
            let count = min(pieceSize, x.byteRange.count - done)
            let before = try a.file.read(at: x.byteRange.lowerBound + done, count: count)
            let after = try b.file.read(at: y.byteRange.lowerBound + done, count: count)
            if before != after { scan.compare(before, after, firstElement: done / x.stride) }
            done += count
        }
        guard let first = scan.first else { return nil }
        return .elements(
            first: first, count: scan.count, of: x.byteRange.count / x.stride, greatestULP: scan.greatestULP,
            greatestDistance: scan.greatestDistance)
    }
}

/// Counts and measures the elements that differ between two runs of bytes.
private struct ElementScan {
    let stride: Int
    let isBinary32: Bool
    var first: MovedElement?
    var count = 0
    var greatestULP: UInt64?
    var greatestDistance: Double?

    init(stride: Int, isBinary32: Bool) {
        self.stride = stride
        self.isBinary32 = isBinary32
    }

    mutating func compare(_ before: [UInt8], _ after: [UInt8], firstElement: Int) {
        for start in Swift.stride(from: 0, to: before.count, by: stride) {
            let x = before.littleEndian(at: start, byteCount: stride)
            let y = after.littleEndian(at: start, byteCount: stride)
            if x != y {
                note(MovedElement(offset: firstElement + start / stride, x, y, isBinary32: isBinary32))
            }
        }
    }

    private mutating func note(_ element: MovedElement) {
        first = first ?? element
        count += 1
        guard let ulps = element.ulps, let distance = element.distance else { return }
        greatestULP = max(greatestULP ?? 0, ulps)
        greatestDistance = max(greatestDistance ?? 0, distance)
    }
}
