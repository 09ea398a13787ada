/// Reads JSON (RFC 8259) piece by piece from bytes: what `JSONValue` and the header of safetensors are parsed with.
///
/// Foundation's parser will not do. It keeps one of two equal keys without a word, loses the order of keys, turns numbers into
/// `Double` or its like so that a seed of 2^64 − 1 changes, and names no line. A header of 100 MB is read here without a tree
/// beside it.
struct JSONScanner {
    let path: String
    let bytes: [UInt8]
    /// Where the JSON stands in the file, for the offsets in errors.
    let origin: Int
    /// Whether errors name a line; in a binary file there are none.
    let countsLines: Bool
    private(set) var position = 0

    init(_ bytes: [UInt8], path: String, origin: Int = 0, countsLines: Bool = true) {
        self.bytes = bytes
        self.path = path
        self.origin = origin
        self.countsLines = countsLines
    }

    /// The next byte, or nil at the end.
    var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    /// An error at an offset, the current position if none is given.
    func error(
        _ problem: String, at offset: Int? = nil, key: String? = nil, remedy: String = "correct the JSON"
    )
        -> FormatError
    {
        let place = offset ?? position
        return FormatError(
            .badData, path: path, line: countsLines ? line(at: place) : nil, byteOffset: origin + place, key: key,
            problem: problem, remedy: remedy)
    }

    /// The line of an offset, from 1.
    func line(at offset: Int) -> Int {
        1 + bytes[..<min(offset, bytes.count)].reduce(0) { $1 == UInt8(ascii: "\n") ? $0 + 1 : $0 }
    }

    mutating func skipWhiteSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 { position += 1 }
    }

    /// Passes over a byte if it comes next.
    mutating func take(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        position += 1
        return true
    }

    /// Passes over a punctuation mark, white space before it included.
    mutating func expect(_ mark: Unicode.Scalar) throws(FormatError) {
        skipWhiteSpace()
        guard take(UInt8(ascii: mark)) else { throw error("expected “\(mark)” and found \(found)") }
    }

    /// Passes over `true`, `false` or `null`.
    mutating func expect(word: StaticString) throws(FormatError) {
        let start = position
        for index in 0..<word.utf8CodeUnitCount {
            guard take(word.utf8Start[index]) else { throw error("expected “\(word)”", at: start) }
        }
    }

    /// Whether another element follows in a list that ends with `close`; passes over the comma or the end.
    ///
    /// `isFirst` is true before the first element, where no comma stands.
    mutating func hasElement(before close: Unicode.Scalar, isFirst: inout Bool) throws(FormatError) -> Bool {
        skipWhiteSpace()
        defer { isFirst = false }
        if take(UInt8(ascii: close)) { return false }
        if isFirst { return true }
        guard take(UInt8(ascii: ",")) else { throw error("expected “,” or “\(close)” and found \(found)") }
        skipWhiteSpace()
        if next == UInt8(ascii: close) { throw error("a comma stands before “\(close)”", remedy: "remove the comma") }
        return true
    }

    /// Refuses anything but white space up to the end.
    mutating func expectEnd() throws(FormatError) {
        skipWhiteSpace()
        if next != nil { throw error("something follows the JSON's end: \(found)") }
    }

    /// What stands at the position, for messages.
    var found: String {
        guard let byte = next else { return "the end" }
        return (0x21...0x7e).contains(byte) ? "“\(Unicode.Scalar(byte))”" : "byte 0x\(String(byte, radix: 16))"
    }

    /// A string's contents, escapes resolved.
    mutating func string() throws(FormatError) -> String {
        skipWhiteSpace()
        let start = position
        guard take(UInt8(ascii: "\"")) else { throw error("expected a string and found \(found)") }
        var content: [UInt8] = []
        while true {
            let run = position
            while let byte = next, byte >= 0x20, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") {
                position += 1
            }
            content += bytes[run..<position]
            guard let byte = next else { throw error("a string has no end", at: start) }
            if byte < 0x20 {
                throw error(
                    "a control character stands in a string", remedy: "write it as an escape, such as \\n or \\u0000")
            }
            position += 1
            if byte == UInt8(ascii: "\"") { break }
            content += try escaped().utf8
        }
        if let offset = firstIllFormedUTF8(in: content[...]) {
            throw error("a string is not UTF-8, from its byte \(offset)", at: start, remedy: "save the file as UTF-8")
        }
        return String(decoding: content, as: UTF8.self)
    }

    /// What stands behind a backslash.
    private mutating func escaped() throws(FormatError) -> String {
        let start = position - 1
        guard let byte = next else { throw error("a string has no end", at: start) }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return String(Unicode.Scalar(byte))
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{c}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): break
        default: throw error("an unknown escape", at: start)
        }
        var code = try fourDigits(from: start)
        if (0xd800...0xdbff).contains(code), take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) {
            let low = try fourDigits(from: start)
            guard (0xdc00...0xdfff).contains(low) else { throw error("half of a surrogate pair", at: start) }
            code = 0x10000 + (code - 0xd800) << 10 + (low - 0xdc00)
        }
        guard let scalar = Unicode.Scalar(code) else { throw error("half of a surrogate pair", at: start) }
        return String(scalar)
    }

    private mutating func fourDigits(from start: Int) throws(FormatError) -> UInt32 {
        var code: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = next, let digit = JSONScanner.digit(byte) else {
                throw error("\\u needs four hexadecimal digits", at: start)
            }
            code = code << 4 | digit
            position += 1
        }
        return code
    }

    private static func digit(_ byte: UInt8) -> UInt32? {
        switch byte {
        case 0x30...0x39: UInt32(byte) - 0x30
        case 0x41...0x46: UInt32(byte) - 0x41 + 10
        case 0x61...0x66: UInt32(byte) - 0x61 + 10
        default: nil
        }
    }

    /// A number as it is written.
    mutating func number() throws(FormatError) -> JSONNumber {
        skipWhiteSpace()
        let start = position
        _ = take(UInt8(ascii: "-"))
        let integer = digits()
        guard integer.count > 0 else { throw error("expected a value and found \(found)") }
        if integer.count > 1, bytes[integer.lowerBound] == UInt8(ascii: "0") {
            throw error("a number starts with 0", at: start, remedy: "write it without leading zeros")
        }
        if take(UInt8(ascii: ".")), digits().isEmpty { throw error("a number ends in a point", at: start) }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            if digits().isEmpty { throw error("a number's exponent has no digits", at: start) }
        }
        return JSONNumber(checked: String(decoding: bytes[start..<position], as: UTF8.self))
    }

    private mutating func digits() -> Range<Int> {
        let start = position
        while let byte = next, (0x30...0x39).contains(byte) { position += 1 }
        return start..<position
    }
}
