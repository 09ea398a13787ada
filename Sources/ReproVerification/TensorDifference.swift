import ReproFormats
import ReproTrace

/// How the tensor of one name differs between two files.
public struct TensorDifference: Sendable, Equatable {
    /// The first element that differs.
    public struct Element: Sendable, Equatable {
        public let offset: Int
        /// Its bytes as a little-endian integer.
        public let before: UInt64
        public let after: UInt64
        /// For binary32; nil for other types and for a NaN.
        public let ulps: UInt64?
        /// The absolute distance of the values, likewise.
        public let distance: Double?
    }

    public enum Kind: Sendable, Equatable {
        /// Only one side has it.
        case missing, unexpected
        case shape(before: [Int], after: [Int])
        case dtype(before: String, after: String)
        /// Elements differ: the first, how many of how many, and, for binary32, the greatest distances; a NaN on one side
        /// counts among the differing and has no distance.
        case elements(
            first: Element, count: Int, of: Int, greatestULP: UInt64?, greatestDistance: Double?)
    }

    public let name: String
    public let shape: [Int]
    /// Nil for a type whose values are not read.
    public let elementType: ElementType?
    public let kind: Kind

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
    var first: TensorDifference.Element?
    var count = 0
    var greatestULP: UInt64?
    var greatestDistance: Double?

    init(stride: Int, isBinary32: Bool) {
        self.stride = stride
        self.isBinary32 = isBinary32
    }

    mutating func compare(_ before: [UInt8], _ after: [UInt8], firstElement: Int) {
        before.withUnsafeBytes { a in
            after.withUnsafeBytes { b in
                for start in Swift.stride(from: 0, to: a.count, by: stride) {
                    let x = ElementScan.bits(a, start, stride)
                    let y = ElementScan.bits(b, start, stride)
                    if x != y { note(x, y, firstElement + start / stride) }
                }
            }
        }
    }

    private static func bits(_ bytes: UnsafeRawBufferPointer, _ start: Int, _ size: Int) -> UInt64 {
        if size == 4 {
            return UInt64(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: start, as: UInt32.self)))
        }
        var value: UInt64 = 0
        for index in 0..<min(size, bytes.count - start) { value |= UInt64(bytes[start + index]) << (8 * UInt64(index)) }
        return value
    }

    private mutating func note(_ x: UInt64, _ y: UInt64, _ offset: Int) {
        let apart = isBinary32 ? ULP.apart(x, y) : nil
        if first == nil {
            first = TensorDifference.Element(
                offset: offset, before: x, after: y, ulps: apart?.ulps, distance: apart?.distance)
        }
        count += 1
        guard let apart else { return }
        greatestULP = max(greatestULP ?? 0, apart.ulps)
        greatestDistance = max(greatestDistance ?? 0, apart.distance)
    }
}
