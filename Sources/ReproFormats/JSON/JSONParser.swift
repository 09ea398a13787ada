extension JSONValue {
    /// The deepest nesting of arrays and objects that is read. Deeper texts are refused before they exhaust the stack.
    public static let greatestDepth = 128

    /// Reads a file of JSON.
    ///
    /// - Throws: `FormatError`, as `ByteFile.contents` and `parse`.
    public static func read(path: String) throws(FormatError) -> JSONValue {
        try parse(try ByteFile.contents(of: path), path: path)
    }

    /// Parses JSON by RFC 8259 to the letter: one value, UTF-8 without a byte order mark, no comments, no trailing commas, and
    /// no key twice in an object.
    ///
    /// - Throws: `FormatError`, `.badData`, with line and byte offset.
    public static func parse(_ bytes: [UInt8], path: String) throws(FormatError) -> JSONValue {
        var parser = JSONParser(JSONScanner(bytes, path: path))
        return try parser.document()
    }

    /// Parses JSON in a string; `path` is what errors call it.
    public static func parse(_ text: String, path: String) throws(FormatError) -> JSONValue {
        try parse(Array(text.utf8), path: path)
    }
}

private struct JSONParser {
    private var scanner: JSONScanner
    private var depth = 0
    /// The line of the last key and where it stands, so that lines are counted once and not from the start for every key.
    private var lastLine = (number: 1, position: 0)

    init(_ scanner: JSONScanner) {
        self.scanner = scanner
    }

    mutating func document() throws(FormatError) -> JSONValue {
        if scanner.bytes.starts(with: byteOrderMark) {
            throw scanner.error("the text starts with a byte order mark", remedy: "save it as UTF-8 without one")
        }
        let value = try value()
        try scanner.expectEnd()
        return value
    }

    private mutating func value() throws(FormatError) -> JSONValue {
        scanner.skipWhiteSpace()
        switch scanner.next {
        case UInt8(ascii: "{"): return try nested { parser throws(FormatError) in try parser.object() }
        case UInt8(ascii: "["): return try nested { parser throws(FormatError) in try parser.array() }
        case UInt8(ascii: "\""): return .string(try scanner.string())
        case UInt8(ascii: "t"):
            try scanner.expect(word: "true")
            return .bool(true)
        case UInt8(ascii: "f"):
            try scanner.expect(word: "false")
            return .bool(false)
        case UInt8(ascii: "n"):
            try scanner.expect(word: "null")
            return .null
        default: return .number(try scanner.number())
        }
    }

    private mutating func nested(
        _ body: (inout JSONParser) throws(FormatError) -> JSONValue
    ) throws(FormatError) -> JSONValue {
        guard depth < JSONValue.greatestDepth else {
            throw scanner.error("nested deeper than \(JSONValue.greatestDepth) levels", remedy: "flatten it")
        }
        depth += 1
        defer { depth -= 1 }
        return try body(&self)
    }

    private mutating func array() throws(FormatError) -> JSONValue {
        try scanner.expect("[")
        var elements: [JSONValue] = []
        var isFirst = true
        while try scanner.hasElement(before: "]", isFirst: &isFirst) {
            elements.append(try value())
        }
        return .array(elements)
    }

    private mutating func object() throws(FormatError) -> JSONValue {
        try scanner.expect("{")
        var members: [JSONValue.Member] = []
        var offsets: [Int] = []
        var isFirst = true
        while try scanner.hasElement(before: "}", isFirst: &isFirst) {
            offsets.append(scanner.position)
            let line = line(at: scanner.position)
            let key = try scanner.string()
            try scanner.expect(":")
            members.append(JSONValue.Member(key, try value(), line: line))
        }
        if let index = firstRepeated(members.map(\.key)) {
            throw scanner.error(
                "the key stands twice in its object", at: offsets[index], key: members[index].key,
                remedy: "keep one of the two")
        }
        return .object(members)
    }

    private mutating func line(at position: Int) -> Int {
        let passed = scanner.bytes[lastLine.position..<position]
        lastLine = (passed.reduce(lastLine.number) { $1 == UInt8(ascii: "\n") ? $0 + 1 : $0 }, position)
        return lastLine.number
    }
}

/// The index of a name that stands earlier in the list too, compared by bytes; nil where all differ.
func firstRepeated(_ names: [String]) -> Int? {
    let order = names.indices.sorted { left, right in
        if Text.precedes(names[left].utf8, names[right].utf8) { return true }
        if Text.precedes(names[right].utf8, names[left].utf8) { return false }
        return left < right
    }
    return zip(order, order.dropFirst()).filter { Text.areSame(names[$0], names[$1]) }.map(\.1).min()
}
