/// What the header of an npy file says: a Python dictionary of exactly `descr`, `fortran_order` and `shape`.
///
/// Read by its grammar and not evaluated. Source: NumPy 2.4, `numpy/lib/_format_impl.py` (NEP 1).
struct NPYHeader {
    let descr: String
    let isFortranOrder: Bool
    let shape: [Int]
    /// Where the elements begin in the file.
    private(set) var dataStart = 0

    /// More than version 1.0 can announce; NumPy itself stops at 10,000 without asking.
    private static let greatestByteCount = 65_535

    static func broken(_ path: String, _ offset: Int, _ problem: String, _ remedy: String? = nil) -> FormatError {
        FormatError(
            .badData, path: path, byteOffset: offset, problem: problem,
            remedy: remedy ?? "check that it is an npy file and was copied whole")
    }

    /// Finds and reads the header of a file.
    ///
    /// - Throws: `FormatError`: `.badData` for another format, an unknown version, or a broken header; what reading throws.
    init(_ file: ByteFile) throws(FormatError) {
        func broken(_ offset: Int, _ problem: String, _ remedy: String? = nil) -> FormatError {
            NPYHeader.broken(file.path, offset, problem, remedy)
        }
        let start = try file.read(at: 0, count: min(12, file.byteCount))
        guard start.count >= 10, start.starts(with: NPYFile.magic) else {
            throw broken(0, "this is no npy file, which starts with \\x93NUMPY", "write it with numpy.save")
        }
        let isFirst = (start[6], start[7]) == (1, 0)
        guard isFirst || (start[6], start[7]) == (2, 0) || (start[6], start[7]) == (3, 0) else {
            throw broken(6, "version \(start[6]).\(start[7]) of npy is unknown", "write the file with numpy.save")
        }
        let origin = isFirst ? 10 : 12
        guard file.byteCount >= origin else { throw broken(file.byteCount, "the file ends in its header's length") }
        let count = start[8..<origin].reversed().reduce(0) { $0 << 8 | Int($1) }
        guard count <= NPYHeader.greatestByteCount else {
            throw broken(8, "a header of \(count) bytes is announced, and \(NPYHeader.greatestByteCount) is the most")
        }
        guard count <= file.byteCount - origin else {
            throw broken(8, "a header of \(count) bytes is announced, and \(file.byteCount - origin) follow")
        }
        try self.init(try file.read(at: origin, count: count), path: file.path, origin: origin)
        dataStart = origin + count
    }

    /// - Throws: `FormatError`, `.badData`, with the offset in the file, where the text starts at `origin`.
    init(_ bytes: [UInt8], path: String, origin: Int) throws(FormatError) {
        var scanner = PythonScanner(bytes: bytes, path: path, origin: origin)
        var descr: String?
        var isFortranOrder: Bool?
        var shape: [Int]?
        try scanner.expect("{")
        while try !scanner.takes("}") {
            let place = scanner.position
            let key = try scanner.string()
            try scanner.expect(":")
            switch key {
            case "descr" where descr == nil: descr = try scanner.string()
            case "fortran_order" where isFortranOrder == nil: isFortranOrder = try scanner.bool()
            case "shape" where shape == nil: shape = try scanner.tuple()
            default: throw scanner.error("the key “\(key)” stands twice or is unknown", at: place)
            }
            if try scanner.takes("}") { break }
            try scanner.expect(",")
        }
        scanner.skipWhiteSpace()
        guard scanner.position == bytes.count else {
            throw scanner.error("the header ends in something else than spaces")
        }
        guard let descr, let isFortranOrder, let shape else {
            throw scanner.error("the header needs descr, fortran_order and shape", at: 0)
        }
        self.descr = descr
        self.isFortranOrder = isFortranOrder
        self.shape = shape
    }
}

/// The few of Python's literals that such a header holds.
private struct PythonScanner {
    let bytes: [UInt8]
    let path: String
    let origin: Int
    var position = 0

    init(bytes: [UInt8], path: String, origin: Int) {
        self.bytes = bytes
        self.path = path
        self.origin = origin
    }

    func error(_ problem: String, at offset: Int? = nil) -> FormatError {
        FormatError(
            .badData, path: path, byteOffset: origin + (offset ?? position), problem: problem,
            remedy: "write the file with numpy.save")
    }

    mutating func skipWhiteSpace() {
        while position < bytes.count, bytes[position] == 0x20 || bytes[position] == 0x0a { position += 1 }
    }

    /// Passes over a mark if it comes next, white space before it included.
    mutating func takes(_ mark: Unicode.Scalar) throws(FormatError) -> Bool {
        skipWhiteSpace()
        guard position < bytes.count else { throw error("the header ends too early") }
        guard bytes[position] == UInt8(ascii: mark) else { return false }
        position += 1
        return true
    }

    mutating func expect(_ mark: Unicode.Scalar) throws(FormatError) {
        guard try takes(mark) else { throw error("expected “\(mark)” in the header") }
    }

    /// A string of printable ASCII without escapes, which is all that a simple dtype needs.
    mutating func string() throws(FormatError) -> String {
        let quote: UInt8
        if try takes("'") {
            quote = UInt8(ascii: "'")
        } else if try takes("\"") {
            quote = UInt8(ascii: "\"")
        } else if try takes("[") {
            throw FormatError(
                .badData, path: path, byteOffset: origin + position - 1, problem: "arrays of records are not read",
                remedy: "save each field as an array of its own")
        } else {
            throw error("expected a string in the header")
        }
        let start = position
        while position < bytes.count, bytes[position] != quote {
            guard (0x20...0x7e).contains(bytes[position]), bytes[position] != UInt8(ascii: "\\") else {
                throw error("a string in the header holds more than plain ASCII")
            }
            position += 1
        }
        guard position < bytes.count else { throw error("a string in the header has no end", at: start) }
        defer { position += 1 }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    mutating func bool() throws(FormatError) -> Bool {
        skipWhiteSpace()
        for (word, value) in [("True", true), ("False", false)] where bytes[position...].starts(with: word.utf8) {
            position += word.utf8.count
            return value
        }
        throw error("expected True or False in the header")
    }

    /// A tuple of sizes: `()`, `(3,)` or `(3, 4)`.
    mutating func tuple() throws(FormatError) -> [Int] {
        var sizes: [Int] = []
        try expect("(")
        while try !takes(")") {
            guard sizes.count < ArrayStorage.greatestRank else {
                throw error("more than \(ArrayStorage.greatestRank) axes")
            }
            sizes.append(try size())
            let isOnly = sizes.count == 1
            if try takes(",") { continue }
            guard try takes(")") else { throw error("expected “,” or “)” in the shape") }
            // In Python, (3) is the number 3.
            if isOnly { throw error("the shape is no tuple", at: position - 1) }
            break
        }
        return sizes
    }

    private mutating func size() throws(FormatError) -> Int {
        skipWhiteSpace()
        let start = position
        while position < bytes.count, (0x30...0x39).contains(bytes[position]) { position += 1 }
        guard position > start else { throw error("expected a size in the shape") }
        guard let size = Int(String(decoding: bytes[start..<position], as: UTF8.self)) else {
            throw error("a size in the shape is too large", at: start)
        }
        return size
    }
}
