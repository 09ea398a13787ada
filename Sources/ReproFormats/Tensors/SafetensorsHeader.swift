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
    /// Indices of `entries`, by the bytes of their names.
    private(set) var order: [Int] = []
    private(set) var metadata: [JSONValue.Member] = []

    static let greatestByteCount = 100_000_000
    private static let metadataKey = "__metadata__"
    private static let lengthByteCount = 8
    /// The least that an entry takes in a header: `"":{"dtype":"U8","shape":[],"data_offsets":[0,0]}`.
    private static let leastEntryByteCount = 48

    init(_ file: ByteFile) throws(FormatError) {
        try TorchCheckpoint.refuse(file)
        let length = SafetensorsHeader.lengthByteCount
        guard file.byteCount >= length else {
            throw SafetensorsHeader.broken(
                file, at: file.byteCount,
                "\(file.byteCount) bytes are too few for a safetensors file, which has 8 and a header")
        }
        let stored = try file.read(at: 0, count: length).enumerated().reduce(UInt64(0)) {
            $0 | UInt64($1.element) << (8 * $1.offset)
        }
        guard stored <= UInt64(SafetensorsHeader.greatestByteCount) else {
            throw SafetensorsHeader.broken(
                file, at: 0, "a header of \(stored) bytes is announced, and 100000000 is the most")
        }
        guard Int(stored) <= file.byteCount - length else {
            throw SafetensorsHeader.broken(
                file, at: 0, "a header of \(stored) bytes is announced, and \(file.byteCount - length) follow")
        }
        let dataStart = length + Int(stored)
        try parse(
            JSONScanner(
                try file.read(at: length, count: Int(stored)), path: file.path, origin: length, countsLines: false),
            file, dataStart)
        try checkCoverage(file, dataStart)
        try checkNames(file)
    }

    static func broken(_ file: ByteFile, at offset: Int?, key: String? = nil, _ problem: String) -> FormatError {
        FormatError(
            .badData, path: file.path, byteOffset: offset, key: key, problem: problem,
            remedy: "check that it is a safetensors file and was copied whole")
    }

    private mutating func parse(_ start: consuming JSONScanner, _ file: ByteFile, _ dataStart: Int) throws(FormatError)
    {
        var scanner = start
        guard scanner.take(UInt8(ascii: "{")) else { throw scanner.error("the header does not begin with “{”") }
        // Reserved once and no more than the header can fill, since growing step by step holds the entries twice.
        let braceCount = scanner.bytes.reduce(0) { $1 == UInt8(ascii: "{") ? $0 + 1 : $0 }
        entries.reserveCapacity(min(braceCount, scanner.bytes.count / SafetensorsHeader.leastEntryByteCount + 1))
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
                entries.append(try SafetensorsHeader.entry(name, &scanner, file, dataStart, after: entries.last))
            }
        }
        while scanner.take(UInt8(ascii: " ")) {}
        if scanner.next != nil {
            throw scanner.error("the header ends in something else than spaces: \(scanner.found)")
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
        _ name: String, _ scanner: inout JSONScanner, _ file: ByteFile, _ dataStart: Int,
        after previous: SafetensorsEntry?
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
                "its data_offsets \(offsets[0]) and \(offsets[1]) are no part of the file's \(available) bytes of data",
                at: place,
                key: name)
        }
        let product = ArrayStorage.count(of: shape)?.multipliedReportingOverflow(by: dtype.byteCount)
        guard let product, !product.overflow, product.partialValue == offsets[1] - offsets[0] else {
            throw scanner.error(
                "shape \(shape) of \(dtype.rawValue) does not fill the \(offsets[1] - offsets[0]) bytes between its data_offsets",
                at: place, key: name)
        }
        return SafetensorsEntry(
            // Neighbours often have one shape; they then share its storage.
            name: name, dtype: dtype, shape: previous?.shape == shape ? previous?.shape ?? shape : shape,
            byteRange: dataStart + offsets[0]..<dataStart + offsets[1])
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
            guard number.text.utf8.first != UInt8(ascii: "-"), let size = number.int64.flatMap(Int.init(exactly:))
            else {
                throw scanner.error("\(number.text) is no size", at: place, key: name)
            }
            guard sizes.count < limit else { throw scanner.error("more than \(limit) numbers", at: place, key: name) }
            sizes.append(size)
        }
        return sizes
    }

    /// Sorts the entries by their bytes, which must cover the data from its start to the file's end.
    private mutating func checkCoverage(_ file: ByteFile, _ dataStart: Int) throws(FormatError) {
        entries.sort { left, right in
            let (first, second) = (left.byteRange, right.byteRange)
            if first != second { return (first.lowerBound, first.upperBound) < (second.lowerBound, second.upperBound) }
            return Text.precedes(left.name.utf8, right.name.utf8)
        }
        var end = dataStart
        for entry in entries {
            let start = entry.byteRange.lowerBound
            if start > end {
                throw SafetensorsHeader.broken(
                    file, at: end, key: entry.name, "before it lie \(start - end) bytes that belong to no tensor")
            }
            if start < end {
                throw SafetensorsHeader.broken(
                    file, at: start, key: entry.name, "its bytes overlap those of another tensor")
            }
            end = entry.byteRange.upperBound
        }
        guard end == file.byteCount else {
            throw SafetensorsHeader.broken(file, at: end, "the last \(file.byteCount - end) bytes belong to no tensor")
        }
    }

    private mutating func checkNames(_ file: ByteFile) throws(FormatError) {
        let entries = entries
        order = entries.indices.sorted { Text.precedes(entries[$0].name.utf8, entries[$1].name.utf8) }
        for (first, second) in zip(order, order.dropFirst())
        where Text.areSame(entries[first].name, entries[second].name) {
            throw SafetensorsHeader.broken(
                file, at: entries[second].byteRange.lowerBound, key: entries[second].name, "two tensors have this name")
        }
    }
}
