// Writes `JSONValue` as text: the same value gives the same bytes everywhere.

extension JSONValue {
    /// How JSON is laid out.
    public enum Layout: Sendable {
        /// Without white space and without a newline at the end.
        case compact
        /// Two spaces for each level, every element and member on a line of its own, and a newline at the end.
        case pretty
        /// As `pretty`, with what does not show escaped in strings too: for a terminal or a log, not for digests.
        case printed
    }

    /// The JSON as text; the same value gives the same bytes everywhere.
    ///
    /// Members keep their order and numbers their digits. Of a string only what RFC 8259 demands is escaped: quotation mark,
    /// backslash, and control characters as `\b \f \n \r \t` or `\u00xx` in lower case; `printed` escapes more and means the same.
    public func encoded(_ layout: Layout) -> [UInt8] {
        var writer = JSONWriter(isPretty: layout != .compact, isPrinted: layout == .printed)
        writer.write(self, level: 0)
        if layout != .compact { writer.bytes.append(UInt8(ascii: "\n")) }
        return writer.bytes
    }

    /// `encoded` as a string.
    public func text(_ layout: Layout) -> String { String(decoding: encoded(layout), as: UTF8.self) }
}

struct JSONWriter {
    var bytes: [UInt8] = []
    let isPretty: Bool
    /// Whether what ``Text/visible(_:)`` writes out is escaped.
    let isPrinted: Bool

    init(isPretty: Bool, isPrinted: Bool = false) {
        self.isPretty = isPretty
        self.isPrinted = isPrinted
    }

    mutating func write(_ value: JSONValue, level: Int) {
        switch value {
        case .null: append("null")
        case .bool(let bool): append(bool ? "true" : "false")
        case .number(let number): append(number.text)
        case .string(let string): writeString(string)
        case .array(let elements):
            writeList(elements, open: "[", close: "]", level: level) { writer, element in
                writer.write(element, level: level + 1)
            }
        case .object(let members):
            writeList(members, open: "{", close: "}", level: level) { writer, member in
                writer.writeString(member.key)
                writer.append(writer.isPretty ? ": " : ":")
                writer.write(member.value, level: level + 1)
            }
        }
    }

    mutating func append(_ text: String) { bytes += text.utf8 }

    mutating func writeString(_ string: String) {
        append("\"")
        if isPrinted && Text.visible(string) != string {
            for scalar in string.unicodeScalars {
                if Text.isInvisible(scalar) && scalar.value >= 0x20 || scalar == "#" {
                    for unit in String(scalar).utf16 {
                        let digits = String(unit, radix: 16)
                        append("\\u" + String(repeating: "0", count: 4 - digits.count) + digits)
                    }
                } else {
                    writeUnescaped(String(scalar).utf8)
                }
            }
        } else {
            writeUnescaped(string.utf8)
        }
        append("\"")
    }

    private mutating func writeUnescaped(_ text: some Sequence<UInt8>) {
        for byte in text {
            switch byte {
            case UInt8(ascii: "\""): append("\\\"")
            case UInt8(ascii: "\\"): append("\\\\")
            case 0x08: append("\\b")
            case 0x0c: append("\\f")
            case 0x0a: append("\\n")
            case 0x0d: append("\\r")
            case 0x09: append("\\t")
            case 0..<0x20: append((byte < 0x10 ? "\\u000" : "\\u00") + String(byte, radix: 16))
            default: bytes.append(byte)
            }
        }
    }

    private mutating func writeList<Element>(
        _ elements: [Element], open: String, close: String, level: Int, _ body: (inout JSONWriter, Element) -> Void
    ) {
        append(open)
        for (index, element) in elements.enumerated() {
            if index > 0 { append(",") }
            startLine(level + 1)
            body(&self, element)
        }
        if !elements.isEmpty { startLine(level) }
        append(close)
    }

    private mutating func startLine(_ level: Int) {
        guard isPretty else { return }
        append("\n")
        for _ in 0..<level { append("  ") }
    }
}
