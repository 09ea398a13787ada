/// The bytes of a pickle and how far they have been read; every length is held against what is left before a byte is copied.
struct PickleScanner {
    let path: String
    let bytes: [UInt8]
    private(set) var position: Int
    /// Where the operation that is being read begins.
    private(set) var start: Int

    /// The longest integer that is read, in bytes.
    static let greatestIntegerCount = 1024

    init(_ bytes: [UInt8], at position: Int, path: String) {
        (self.bytes, self.position, self.path) = (bytes, position, path)
        start = position
    }

    func error(
        _ problem: String, _ remedy: String = "check that the file is a pickle and was copied whole"
    ) -> FormatError {
        FormatError(.badData, path: path, byteOffset: start, problem: problem, remedy: remedy)
    }

    mutating func operation() throws(FormatError) -> UInt8 {
        start = position
        return try take(1)[position - 1]
    }

    /// The next bytes.
    mutating func take(_ count: Int) throws(FormatError) -> ArraySlice<UInt8> {
        guard count >= 0, count <= bytes.count - position else {
            throw error("\(count) bytes are announced, and \(bytes.count - position) follow")
        }
        position += count
        return bytes[position - count..<position]
    }

    /// A length or index of so many bytes, lowest first.
    mutating func number(_ byteCount: Int) throws(FormatError) -> Int {
        let value = try take(byteCount).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard let number = Int(exactly: value) else { throw error("\(value) is no length") }
        return number
    }

    /// The bytes up to a line feed.
    mutating func line() throws(FormatError) -> ArraySlice<UInt8> {
        guard let end = bytes[position...].firstIndex(of: UInt8(ascii: "\n")) else { throw error("a line has no end") }
        defer { position = end + 1 }
        return bytes[position..<end]
    }

    func text(_ bytes: ArraySlice<UInt8>) throws(FormatError) -> String {
        guard firstIllFormedUTF8(in: bytes) == nil else { throw error("a string is not UTF-8") }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Bytes that Python 2 calls a string, as text where they are, else as bytes.
    func oldString(_ bytes: ArraySlice<UInt8>) -> PickleObject {
        firstIllFormedUTF8(in: bytes) == nil ? .string(String(decoding: bytes, as: UTF8.self)) : .bytes(Array(bytes))
    }

    mutating func integer(byteCount: Int) throws(FormatError) -> PickleObject {
        guard byteCount <= PickleScanner.greatestIntegerCount else {
            throw error("an integer of \(byteCount) bytes; \(PickleScanner.greatestIntegerCount) is the most")
        }
        return .integer(PickleInteger(try take(byteCount)))
    }

    /// An integer in decimal digits; `00` and `01` are bools.
    mutating func decimal(isLong: Bool) throws(FormatError) -> PickleObject {
        var line = try line()
        if isLong, line.last == UInt8(ascii: "L") { line.removeLast() }
        if !isLong, line.elementsEqual("00".utf8) || line.elementsEqual("01".utf8) {
            return .bool(line.last == UInt8(ascii: "1"))
        }
        guard line.count <= 20, let value = Int64(String(decoding: line, as: UTF8.self)) else {
            throw error("an integer in decimal digits is none, or has more than 64 bits")
        }
        return .integer(.small(value))
    }

    /// A float in decimal digits.
    mutating func decimalFloat() throws(FormatError) -> PickleObject {
        let line = try line()
        guard line.count <= 400, let value = Double(String(decoding: line, as: UTF8.self)) else {
            throw error("a float in decimal digits is none")
        }
        return .float(value.bitPattern)
    }

    /// A string in quotes, with the escapes of Python's `repr`.
    mutating func quoted() throws(FormatError) -> PickleObject {
        let line = try line()
        guard line.count >= 2, let quote = line.first, quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\""),
            line.last == quote
        else { throw error("a string without quotes") }
        var result: [UInt8] = []
        var rest = line.dropFirst().dropLast()
        let escapes: [(UInt8, UInt8)] = [
            (0x6e, 0x0a), (0x72, 0x0d), (0x74, 0x09), (0x5c, 0x5c), (0x27, 0x27), (0x22, 0x22),
        ]
        while let byte = rest.popFirst() {
            if byte != UInt8(ascii: "\\") {
                result.append(byte)
            } else if let next = rest.popFirst(), let escape = escapes.first(where: { $0.0 == next }) {
                result.append(escape.1)
            } else if rest.startIndex > 0, bytes[rest.startIndex - 1] == UInt8(ascii: "x"), rest.count >= 2,
                let code = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                result.append(code)
                rest = rest.dropFirst(2)
            } else {
                throw error("a string with an unknown escape")
            }
        }
        return oldString(result[...])
    }

    /// A string in the encoding that Python calls raw-unicode-escape: Latin-1 with `\u` and `\U`.
    mutating func rawUnicode() throws(FormatError) -> PickleObject {
        var rest = try line()
        var result = String.UnicodeScalarView()
        while let byte = rest.popFirst() {
            var scalar: Unicode.Scalar? = Unicode.Scalar(byte)
            let digits = rest.first == UInt8(ascii: "u") ? 4 : rest.first == UInt8(ascii: "U") ? 8 : 0
            if byte == UInt8(ascii: "\\"), digits > 0 {
                let code = rest.dropFirst().prefix(digits)
                scalar = UInt32(String(decoding: code, as: UTF8.self), radix: 16).flatMap(Unicode.Scalar.init)
                guard code.count == digits else { throw error("an escape ends too early") }
                rest = rest.dropFirst(1 + digits)
            }
            guard let scalar else { throw error("an escape stands for no character") }
            result.append(scalar)
        }
        return .string(String(result))
    }
}
