/// The kinds of number that safetensors names, with their sizes. Those narrower than a byte are not among them.
public enum SafetensorsDtype: String, Sendable, CaseIterable {
    case bool = "BOOL"
    case u8 = "U8"
    case i8 = "I8"
    case f8e5m2 = "F8_E5M2"
    case f8e4m3 = "F8_E4M3"
    case f8e8m0 = "F8_E8M0"
    case i16 = "I16"
    case u16 = "U16"
    case f16 = "F16"
    case bf16 = "BF16"
    case i32 = "I32"
    case u32 = "U32"
    case f32 = "F32"
    case c64 = "C64"
    case f64 = "F64"
    case i64 = "I64"
    case u64 = "U64"

    public var byteCount: Int {
        switch self {
        case .bool, .u8, .i8, .f8e5m2, .f8e4m3, .f8e8m0: 1
        case .i16, .u16, .f16, .bf16: 2
        case .i32, .u32, .f32: 4
        case .c64, .f64, .i64, .u64: 8
        }
    }

    /// How its numbers are read; nil for a kind that is listed and compared byte by byte, but not read.
    var kind: ElementKind? {
        switch self {
        case .f16: .binary16
        case .bf16: .bfloat16
        case .f32: .binary32
        case .f64: .binary64
        case .i32: .int32
        case .i64: .int64
        default: nil
        }
    }
}

/// A tensor as the header of a safetensors file describes it.
public struct SafetensorsEntry: Sendable, Equatable {
    public let name: String
    public let dtype: SafetensorsDtype
    public let shape: [Int]
    /// Where its bytes stand in the file.
    public let byteRange: Range<Int>
}

/// What the header of a safetensors file says, held to every rule of the format.
///
/// The file is: the header's length (8 bytes, little-endian), the header (JSON), the tensors' bytes. The rules, each an error:
/// at least 8 bytes; a header of at most 100 MB that lies within the file, begins with `{`, is strict JSON, may end in spaces,
/// and names nothing twice; `__metadata__` maps strings to strings; a tensor has exactly `dtype`, `shape` and `data_offsets`,
/// at most 64 axes, and as many bytes as its shape asks for, overflow checked; the tensors cover the rest of the file without
/// hole or overlap. Source: huggingface/safetensors, README "Format" and `safetensors/src/tensor.rs`.
struct SafetensorsHeader {
    /// In the order of their bytes in the file.
    private(set) var entries: [SafetensorsEntry] = []
    private(set) var metadata: [JSONValue.Member] = []

    static let greatestByteCount = 100_000_000
    private static let metadataKey = "__metadata__"
    private static let lengthByteCount = 8

    init(_ file: ByteFile) throws(FormatError) {
        let length = SafetensorsHeader.lengthByteCount
        guard file.byteCount >= length else {
            throw SafetensorsHeader.broken(
                file, at: file.byteCount, "\(file.byteCount) bytes are too few for a safetensors file, which has 8 and a header")
        }
        let stored = try file.read(at: 0, count: length).enumerated().reduce(UInt64(0)) { $0 | UInt64($1.element) << (8 * $1.offset) }
        guard stored <= UInt64(SafetensorsHeader.greatestByteCount) else {
            throw SafetensorsHeader.broken(file, at: 0, "a header of \(stored) bytes is announced, and 100000000 is the most")
        }
        guard Int(stored) <= file.byteCount - length else {
            throw SafetensorsHeader.broken(
                file, at: 0, "a header of \(stored) bytes is announced, and \(file.byteCount - length) follow")
        }
        let dataStart = length + Int(stored)
        let bytes = try file.read(at: length, count: Int(stored))
        guard bytes.first == UInt8(ascii: "{") else {
            throw SafetensorsHeader.broken(file, at: length, "the header does not begin with “{”")
        }
        try parse(JSONScanner(bytes, path: file.path, origin: length, countsLines: false), file, dataStart)
        try checkCoverage(file, dataStart)
    }

    static func broken(_ file: ByteFile, at offset: Int?, key: String? = nil, _ problem: String) -> FormatError {
        FormatError(
            .badData, path: file.path, byteOffset: offset, key: key, problem: problem,
            remedy: "check that it is a safetensors file and was copied whole")
    }

    private mutating func parse(_ start: JSONScanner, _ file: ByteFile, _ dataStart: Int) throws(FormatError) {
        var scanner = start
        try scanner.expect("{")
        var hasMetadata = false
        var isFirst = true
        while try scanner.hasElement(before: "}", isFirst: &isFirst) {
            let place = scanner.position
            let name = try scanner.string()
            try scanner.expect(":")
            if Text.areSame(name, SafetensorsHeader.metadataKey) {
                if hasMetadata { throw scanner.error("stands twice in the header", at: place, key: name) }
                hasMetadata = true
                metadata = try SafetensorsHeader.strings(&scanner)
            } else {
                entries.append(try SafetensorsHeader.entry(name, &scanner, file, dataStart))
            }
        }
        while scanner.take(UInt8(ascii: " ")) {}
        if scanner.next != nil { throw scanner.error("the header ends in something else than spaces: \(scanner.found)") }
        if let index = firstRepeated(entries.map(\.name)) {
            throw SafetensorsHeader.broken(file, at: nil, key: entries[index].name, "two tensors have this name")
        }
    }

    /// The strings of `__metadata__`.
    private static func strings(_ scanner: inout JSONScanner) throws(FormatError) -> [JSONValue.Member] {
        var members: [JSONValue.Member] = []
        try scanner.expect("{")
        var isFirst = true
        while try scanner.hasElement(before: "}", isFirst: &isFirst) {
            let key = try scanner.string()
            try scanner.expect(":")
            members.append(JSONValue.Member(key, .string(try scanner.string())))
        }
        if let index = firstRepeated(members.map(\.key)) {
            throw scanner.error("stands twice in \(metadataKey)", key: members[index].key)
        }
        return members
    }

    private static func entry(
        _ name: String, _ scanner: inout JSONScanner, _ file: ByteFile, _ dataStart: Int
    ) throws(FormatError) -> SafetensorsEntry {
        let place = scanner.position
        var dtype: SafetensorsDtype?
        var shape: [Int]?
        var offsets: [Int]?
        try scanner.expect("{")
        var isFirst = true
        while try scanner.hasElement(before: "}", isFirst: &isFirst) {
            let keyPlace = scanner.position
            let key = try scanner.string()
            try scanner.expect(":")
            if dtype == nil, Text.areSame(key, "dtype") {
                let code = try scanner.string()
                dtype = SafetensorsDtype.allCases.first { Text.areSame($0.rawValue, code) }
                if dtype == nil { throw scanner.error("the dtype “\(code)” is unknown", at: keyPlace, key: name) }
            } else if shape == nil, Text.areSame(key, "shape") {
                shape = try sizes(&scanner, atMost: ArrayStorage.greatestRank, name)
            } else if offsets == nil, Text.areSame(key, "data_offsets") {
                offsets = try sizes(&scanner, atMost: 2, name)
            } else {
                throw scanner.error("the key “\(key)” stands twice or is unknown", at: keyPlace, key: name)
            }
        }
        guard let dtype, let shape, let offsets, offsets.count == 2 else {
            throw scanner.error("a tensor needs dtype, shape and two data_offsets", at: place, key: name)
        }
        let available = file.byteCount - dataStart
        guard offsets[0] <= offsets[1], offsets[1] <= available else {
            throw scanner.error(
                "its data_offsets \(offsets[0]) and \(offsets[1]) are no part of the file's \(available) bytes of data", at: place,
                key: name)
        }
        let product = ArrayStorage.count(of: shape)?.multipliedReportingOverflow(by: dtype.byteCount)
        guard let product, !product.overflow, product.partialValue == offsets[1] - offsets[0] else {
            throw scanner.error(
                "shape \(shape) of \(dtype.rawValue) does not fill the \(offsets[1] - offsets[0]) bytes between its data_offsets",
                at: place, key: name)
        }
        return SafetensorsEntry(
            name: name, dtype: dtype, shape: shape, byteRange: dataStart + offsets[0]..<dataStart + offsets[1])
    }

    private static func sizes(
        _ scanner: inout JSONScanner, atMost limit: Int, _ name: String
    ) throws(FormatError) -> [Int] {
        var sizes: [Int] = []
        try scanner.expect("[")
        var isFirst = true
        while try scanner.hasElement(before: "]", isFirst: &isFirst) {
            let place = scanner.position
            let number = try scanner.number()
            guard number.text.utf8.first != UInt8(ascii: "-"), let size = number.int64.flatMap(Int.init(exactly:)) else {
                throw scanner.error("\(number.text) is no size", at: place, key: name)
            }
            guard sizes.count < limit else { throw scanner.error("more than \(limit) numbers", at: place, key: name) }
            sizes.append(size)
        }
        return sizes
    }

    /// Sorts the entries by their bytes, which must cover the data from its start to the file's end.
    private mutating func checkCoverage(_ file: ByteFile, _ dataStart: Int) throws(FormatError) {
        let unsorted = entries
        entries = unsorted.indices.sorted { left, right in
            let (first, second) = (unsorted[left].byteRange, unsorted[right].byteRange)
            return (first.lowerBound, first.upperBound, left) < (second.lowerBound, second.upperBound, right)
        }.map { unsorted[$0] }
        var end = dataStart
        for entry in entries {
            let start = entry.byteRange.lowerBound
            if start > end {
                throw SafetensorsHeader.broken(
                    file, at: end, key: entry.name, "before it lie \(start - end) bytes that belong to no tensor")
            }
            if start < end {
                throw SafetensorsHeader.broken(file, at: start, key: entry.name, "its bytes overlap those of another tensor")
            }
            end = entry.byteRange.upperBound
        }
        guard end == file.byteCount else {
            throw SafetensorsHeader.broken(file, at: end, "the last \(file.byteCount - end) bytes belong to no tensor")
        }
    }
}
