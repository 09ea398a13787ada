/// An array of any type with its elements' bytes, row-major and little-endian, whatever order the file had them in.
public struct StoredArray: Sendable, Equatable {
    /// The type of the elements.
    public let dtype: StoredDtype
    /// The size of each axis.
    public let shape: [Int]
    /// The elements' bytes.
    public let bytes: [UInt8]

    /// The number of elements.
    public var count: Int { bytes.count / dtype.byteCount }

    /// The bytes of the element at a row-major offset.
    public func element(_ offset: Int) -> ArraySlice<UInt8> {
        bytes[offset * dtype.byteCount..<(offset + 1) * dtype.byteCount]
    }

    /// - Precondition: as many bytes as the shape asks for.
    package init(_ dtype: StoredDtype, _ shape: [Int], _ bytes: [UInt8]) {
        let count = shape.contains(0) ? 0 : ArrayStorage.count(of: shape)
        precondition(count.map { $0 * dtype.byteCount } == bytes.count, "\(bytes.count) bytes for \(shape)")
        (self.dtype, self.shape, self.bytes) = (dtype, shape, bytes)
    }

    /// Elements of another byte order, turned round.
    static func swapped(_ bytes: [UInt8], _ dtype: StoredDtype) -> [UInt8] {
        let unit = dtype.unitByteCount
        if unit == 1 { return bytes }
        var result = bytes
        for start in stride(from: 0, to: bytes.count - bytes.count % unit, by: unit) {
            for index in 0..<unit { result[start + index] = bytes[start + unit - 1 - index] }
        }
        return result
    }
}

extension SafetensorsFile {
    /// A tensor's bytes, whatever its type.
    ///
    /// - Throws: `FormatError`, where reading fails.
    public func stored(_ entry: SafetensorsEntry) throws(FormatError) -> StoredArray {
        let dtype = StoredDtype.named(entry.dtype.rawValue)
        return StoredArray(dtype!, entry.shape, try bytes(of: entry))
    }
}

extension StoredArray {
    /// Reads an npy file of any type but objects and records.
    ///
    /// - Throws: `FormatError`: `.badData` where the file breaks the format or is of such a type; what reading throws.
    public init(npy file: ByteFile) throws(FormatError) {
        let header = try NPYHeader(file)
        let descr = Array(header.descr.utf8)
        let isBigEndian = descr.first == UInt8(ascii: ">")
        let hasOrder =
            descr.first.map { [UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "|")].contains($0) } ?? false
        let code = String(decoding: descr.dropFirst(hasOrder ? 1 : 0), as: UTF8.self)
        guard let dtype = StoredDtype.numpy(code) else {
            throw FormatError(
                .badData, path: file.path, byteOffset: header.dataStart,
                problem: "elements of dtype \(Text.excerpt(header.descr)) are not read",
                remedy: "save numbers or text; of objects, each as an array of its own")
        }
        let available = file.byteCount - header.dataStart
        let layout =
            header.isFortranOrder ? StridedLayout.columnMajor(header.shape) : StridedLayout.rowMajor(header.shape)
        let product = layout?.count.multipliedReportingOverflow(by: dtype.byteCount)
        guard let layout, let product, !product.overflow, product.partialValue == available else {
            throw FormatError(
                .badData, path: file.path, byteOffset: header.dataStart,
                problem: "shape \(header.shape) of \(header.descr) does not fill the \(available) bytes that follow",
                remedy: "check that it is an npy file and was copied whole")
        }
        let bytes = layout.gathered(
            try file.read(at: header.dataStart, count: available), byteCount: dtype.byteCount)
        self.init(dtype, header.shape, isBigEndian ? StoredArray.swapped(bytes, dtype) : bytes)
    }
}
