import ReproFormats

/// The values of files that people could read: JSON, lines of JSON, tables, and text.
enum WrittenValues {
    /// Nil where the bytes are no text.
    static func read(_ bytes: [UInt8], name: String) -> [OutputValue]? {
        func ends(_ suffixes: String...) -> Bool { suffixes.contains { name.hasSuffix($0) } }
        guard !bytes.contains(0), String(validating: bytes, as: UTF8.self) != nil else { return nil }
        // What is no JSON, such as one with NaN in it, is text.
        if ends(".json"), let values = JSONLeaves.of(bytes, path: name) { return values }
        if ends(".jsonl", ".ndjson"), let values = JSONLeaves.ofLines(bytes, path: name) { return values }
        if ends(".csv", ".tsv"), let values = Table.values(bytes, isTabbed: ends(".tsv")) { return values }
        return lines(bytes)
    }

    /// The lines, each as its words with single spaces between them; empty lines at the end are none.
    private static func lines(_ bytes: [UInt8]) -> [OutputValue] {
        var values: [OutputValue] = []
        for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            let words = Array(Text.tokens(line).joined(separator: [UInt8(ascii: " ")]))
            values.append(OutputValue("line", [values.count], .line(String(decoding: words, as: UTF8.self))))
        }
        while case .line("")? = values.last?.payload { values.removeLast() }
        return values
    }
}

/// The scalars of JSON by the keys that lead to them: `a.b` for keys, `[]` for elements of an array, whose places stand apart.
private struct JSONLeaves {
    private var values: [OutputValue] = []
    /// How many bytes of names and places may still be made: deep nesting under long keys makes more of them than it holds.
    private var remaining: Int

    private init(_ byteCount: Int) { remaining = 16 * byteCount + 1 << 16 }

    /// Nil where the text is no JSON.
    static func of(_ bytes: [UInt8], path: String) -> [OutputValue]? {
        guard let value = try? JSONValue.parse(bytes, path: path) else { return nil }
        var leaves = JSONLeaves(bytes.count)
        leaves.visit(value, "", [])
        return leaves.remaining < 0 ? nil : leaves.values
    }

    /// Nil where a line is no JSON.
    static func ofLines(_ bytes: [UInt8], path: String) -> [OutputValue]? {
        var leaves = JSONLeaves(bytes.count)
        var count = 0
        for line in bytes.split(separator: UInt8(ascii: "\n")) where !line.allSatisfy(Text.isWhiteSpace) {
            guard let value = try? JSONValue.parse(Array(line), path: path), leaves.remaining >= 0 else { return nil }
            leaves.visit(value, "", [count])
            count += 1
        }
        return leaves.remaining < 0 ? nil : leaves.values
    }

    private mutating func visit(_ value: JSONValue, _ name: String, _ index: [Int]) {
        remaining -= name.utf8.count + 8 * index.count
        if remaining < 0 { return }
        switch value {
        case .object(let members):
            if members.isEmpty { add(name, index, "empty") }
            for member in members { visit(member.value, name.isEmpty ? member.key : name + "." + member.key, index) }
        case .array(let elements):
            if elements.isEmpty { add(name, index, "empty") }
            for (place, element) in elements.enumerated() { visit(element, name + "[]", index + [place]) }
        case .null: add(name, index, "null")
        case .bool(let value): add(name, index, value ? "true" : "false")
        case .string(let value): add(name, index, "\"\(value)\"")
        case .number(let number): add(name, index, JSONLeaves.text(number))
        }
    }

    private mutating func add(_ name: String, _ index: [Int], _ text: String) {
        // The brackets of the last arrays say no more than the places do.
        var name = name[...]
        while name.hasSuffix("[]") { name = name.dropLast(2) }
        values.append(OutputValue(name.isEmpty ? "value" : String(name), index, .word(text)))
    }

    /// A number by its value: integers of 64 bits as they are, others in the shortest digits of the nearest binary64 number.
    private static func text(_ number: JSONNumber) -> String {
        if number.text != "-0", let value = number.int64 { return String(value) }
        guard let value = number.double else { return number.text }
        return value == value.rounded() && value.magnitude < 0x1p53 && !(value == 0 && value.sign == .minus)
            ? String(Int64(value)) : "\(value)"
    }
}

/// A table with commas, semicolons or tabs (RFC 4180), its fields by their columns' names.
private enum Table {
    /// Nil where quotes do not close.
    static func values(_ bytes: [UInt8], isTabbed: Bool) -> [OutputValue]? {
        let head = bytes.prefix { $0 != UInt8(ascii: "\n") }
        let hasCommas = head.contains(UInt8(ascii: ",")), hasSemicolons = head.contains(UInt8(ascii: ";"))
        let separator =
            isTabbed ? UInt8(ascii: "\t") : !hasCommas && hasSemicolons ? UInt8(ascii: ";") : UInt8(ascii: ",")
        guard var rows = rows(bytes, separator) else { return nil }
        var names: [String] = []
        // The first row names the columns where no number stands in it.
        if let first = rows.first, first.allSatisfy({ !$0.isEmpty && Double($0) == nil }) {
            for name in first {
                let earlier = names.filter { Text.areSame($0, name) }.count
                names.append(earlier == 0 ? name : "\(name)#\(earlier + 1)")
            }
            rows.removeFirst()
        }
        var values = names.map { OutputValue("column " + $0, .word($0)) }
        for (place, row) in rows.enumerated() {
            for (column, field) in row.enumerated() {
                let name = column < names.count ? names[column] : "column \(column + 1)"
                values.append(OutputValue(name, [place], .word(field)))
            }
        }
        return values
    }

    private static func rows(_ bytes: [UInt8], _ separator: UInt8) -> [[String]]? {
        var (rows, row, field) = ([[String]](), [String](), [UInt8]())
        var isQuoted = false
        var place = 0
        func next() -> UInt8? { place + 1 < bytes.count ? bytes[place + 1] : nil }
        func endField() {
            row.append(String(decoding: field, as: UTF8.self))
            field = []
        }
        while place < bytes.count {
            let byte = bytes[place]
            switch byte {
            case UInt8(ascii: "\"") where isQuoted && next() == byte:
                field.append(byte)
                place += 1
            case UInt8(ascii: "\"") where isQuoted || field.isEmpty: isQuoted.toggle()
            case separator where !isQuoted: endField()
            case UInt8(ascii: "\r") where !isQuoted && next() == UInt8(ascii: "\n"): break
            case UInt8(ascii: "\n") where !isQuoted:
                endField()
                if row != [""] { rows.append(row) }
                row = []
            default: field.append(byte)
            }
            place += 1
        }
        if isQuoted { return nil }
        if !field.isEmpty || !row.isEmpty {
            endField()
            rows.append(row)
        }
        return rows
    }
}
