/// An npy file, open for reading: NumPy's format, versions 1.0, 2.0 and 3.0, either byte order, either order of axes.
///
/// The rules, each an error: the magic, a known version, a header of at most 65,535 bytes within the file and in its grammar, a
/// dtype of `f2 f4 f8 i4 i8`, at most 64 axes, and exactly as many bytes as the shape asks for, overflow checked before
/// anything is allocated.
public struct NPYFile: Sendable {
    /// The size of each axis, as NumPy has them.
    public let shape: [Int]
    /// The dtype as the header spells it, such as `<f4`.
    public let descr: String
    /// Whether elements stand in column-major order.
    public let isFortranOrder: Bool
    /// Where the elements' bytes stand in the file.
    public let byteRange: Range<Int>
    private let file: ByteFile
    private let storage: ArrayStorage

    static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

    /// - Throws: `FormatError`: what opening a `ByteFile` throws, and `.badData` where the file breaks a rule.
    public init(path: String) throws(FormatError) {
        try self.init(try ByteFile(path: path))
    }

    public init(_ file: ByteFile) throws(FormatError) {
        let header = try NPYHeader(file)
        let dataStart = header.dataStart
        guard let (kind, isBigEndian) = NPYFile.kind(header.descr) else {
            throw NPYHeader.broken(
                file.path, dataStart, "numbers of dtype \(header.descr) are not read",
                "save them as float32 or int64: numpy.save(path, array.astype('int64'))")
        }
        let available = file.byteCount - dataStart
        let product = ArrayStorage.count(of: header.shape)?.multipliedReportingOverflow(by: kind.byteCount)
        guard let product, !product.overflow, product.partialValue == available else {
            throw NPYHeader.broken(
                file.path, dataStart,
                "shape \(header.shape) of \(header.descr) does not fill the \(available) bytes that follow")
        }
        self.file = file
        shape = header.shape
        descr = header.descr
        isFortranOrder = header.isFortranOrder
        byteRange = dataStart..<file.byteCount
        storage = ArrayStorage(
            kind: kind, shape: header.shape, isBigEndian: isBigEndian, isFortranOrder: header.isFortranOrder,
            offset: dataStart)
    }

    /// The path as it was given.
    public var path: String { file.path }

    /// The numbers, row-major. f4 stays as it is, f8 rounds to nearest with ties to even (a NaN becomes 0x7fc00000), f2 is
    /// exact; i4 and i8 become 64-bit integers.
    ///
    /// - Throws: `FormatError`, `.inputOutput`, where reading fails.
    public func read() throws(FormatError) -> ArrayValue { try storage.read(file) }

    private static func kind(_ descr: String) -> (ElementKind, isBigEndian: Bool)? {
        let kinds: [(String, ElementKind)] = [
            ("f2", .binary16), ("f4", .binary32), ("f8", .binary64), ("i4", .int32), ("i8", .int64),
        ]
        for (code, kind) in kinds {
            if Text.areSame(descr, "<" + code) { return (kind, false) }
            if Text.areSame(descr, ">" + code) { return (kind, true) }
        }
        return nil
    }
}

/// Writes npy files, version 1.0: binary32 as `<f4`, integers as `<i8`, row-major. The bytes are those of `numpy.save`.
public enum NPY {
    /// Writes a file, whole or not at all.
    ///
    /// - Throws: `FormatError`: what writing an `AtomicFile` throws.
    public static func write(_ value: ArrayValue, to path: String) throws(FormatError) {
        let file = try AtomicFile(path: path)
        try file.write(header(of: value))
        try value.forEachPiece { piece throws(FormatError) in try file.write(piece) }
        try file.commit()
    }

    /// The bytes that `write` writes.
    public static func encoded(_ value: ArrayValue) -> [UInt8] {
        var bytes = header(of: value)
        do {
            try value.forEachPiece { piece in bytes += piece }
        } catch {
            preconditionFailure("writing to memory failed: \(error)")
        }
        return bytes
    }

    private static func header(of value: ArrayValue) -> [UInt8] {
        let descr = value.tensor == nil ? "<i8" : "<f4"
        let sizes = value.shape.map(String.init)
        let tuple = "(" + sizes.joined(separator: ", ") + (sizes.count == 1 ? ",)" : ")")
        var text = "{'descr': '\(descr)', 'fortran_order': False, 'shape': \(tuple), }"
        // NumPy keeps room for the first size to grow to 21 digits in place (GROWTH_AXIS_MAX_DIGITS).
        if let first = sizes.first { text += String(repeating: " ", count: max(0, 21 - first.utf8.count)) }
        // The elements start at a multiple of 64.
        let fill = 64 - (10 + text.utf8.count + 1) % 64
        text += String(repeating: " ", count: fill) + "\n"
        let count = text.utf8.count
        return NPYFile.magic + [1, 0, UInt8(count & 0xff), UInt8(count >> 8)] + Array(text.utf8)
    }
}
