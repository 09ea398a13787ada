/// An array with the name that a file gives it.
public struct NamedArray: Sendable, Equatable {
    /// The tensor's name in the file.
    public let name: String
    /// The tensor's elements and shape.
    public let value: ArrayValue

    public init(_ name: String, _ value: ArrayValue) {
        self.name = name
        self.value = value
    }
}

/// Writes safetensors files: binary32 as F32, integers as I64.
///
/// The bytes are those of the reference implementation: tensors by descending alignment, so I64 before F32, then by name;
/// a header of compact JSON in that order, filled with spaces to a multiple of 8. Metadata, which the reference leaves in a
/// random order, goes by key. Names and keys compare by bytes.
public enum Safetensors {
    /// Writes a file, whole or not at all.
    ///
    /// - Precondition: names differ and none is `__metadata__`; metadata keys differ.
    /// - Throws: `FormatError`: what writing an `AtomicFile` throws.
    public static func write(
        _ arrays: [NamedArray], metadata: [(key: String, value: String)] = [], to path: String
    ) throws(FormatError) {
        try prepare(arrays, metadata: metadata, to: path).commit()
    }

    /// Hands all bytes of a file to the system. It appears, and is on the disk, once it is committed.
    ///
    /// - Precondition: as of ``write(_:metadata:to:)``.
    /// - Throws: `FormatError`: what writing an `AtomicFile` throws.
    public static func prepare(
        _ arrays: [NamedArray], metadata: [(key: String, value: String)] = [], to path: String
    ) throws(FormatError) -> AtomicFile {
        let file = try AtomicFile(path: path)
        try emit(arrays, metadata) { piece throws(FormatError) in try file.write(piece) }
        return file
    }

    /// The bytes that `write` writes.
    public static func encoded(_ arrays: [NamedArray], metadata: [(key: String, value: String)] = []) -> [UInt8] {
        var bytes: [UInt8] = []
        do {
            try emit(arrays, metadata) { piece in bytes += piece }
        } catch {
            preconditionFailure("writing to memory failed: \(error)")
        }
        return bytes
    }

    private static func emit(
        _ arrays: [NamedArray], _ metadata: [(key: String, value: String)],
        _ body: ([UInt8]) throws(FormatError) -> Void
    ) throws(FormatError) {
        let names = arrays.map(\.name)
        precondition(
            firstRepeated(names + ["__metadata__"]) == nil, "a name stands twice, or is __metadata__: \(names)")
        precondition(firstRepeated(metadata.map(\.key)) == nil, "a metadata key stands twice")
        let ordered = arrays.sorted { left, right in
            left.value.rank != right.value.rank
                ? left.value.rank < right.value.rank : Text.precedes(left.name.utf8, right.name.utf8)
        }
        let header = header(ordered, metadata.sorted { Text.precedes($0.key.utf8, $1.key.utf8) })
        try body((0..<8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) } + header)
        for array in ordered { try array.value.forEachPiece(body) }
    }

    private static func header(_ arrays: [NamedArray], _ metadata: [(key: String, value: String)]) -> [UInt8] {
        var members: [JSONValue.Member] = []
        if !metadata.isEmpty {
            members.append(.init("__metadata__", .object(metadata.map { .init($0.key, $0.value.json) })))
        }
        var offset = 0
        for array in arrays {
            let end = offset + array.value.count * array.value.dtype.byteCount
            let entry: JSONValue = [
                "dtype": array.value.dtype.rawValue, "shape": array.value.shape, "data_offsets": [offset, end],
            ]
            members.append(.init(array.name, entry))
            offset = end
        }
        let json = JSONValue.object(members).encoded(.compact)
        return json + [UInt8](repeating: UInt8(ascii: " "), count: (8 - json.count % 8) % 8)
    }
}

extension ArrayValue {
    /// How a file's header names the elements.
    var dtype: SafetensorsDtype {
        switch self {
        case .float: .f32
        case .int: .i64
        }
    }

    /// Its place among the dtypes: greater alignment first.
    fileprivate var rank: Int { -dtype.byteCount }
}
