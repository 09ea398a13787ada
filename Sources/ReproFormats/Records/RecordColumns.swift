/// Which columns of a file hold the text and the label, found in its first record.
struct RecordColumns: Sendable {
    let text: Int
    let label: Int
    /// How many columns each record has.
    let count: Int

    /// - Parameters:
    ///   - first: the first record's fields.
    ///   - isHeader: whether they are names.
    ///   - defaults: the columns where the layout names none.
    /// - Throws: `FormatError` where the record has no such column, or a name stands twice.
    init(
        _ layout: RecordLayout, first: [RecordField], in record: RecordBytes, isHeader: Bool,
        defaults: (text: RecordLayout.Column?, label: RecordLayout.Column?)
    ) throws(FormatError) {
        let names = first.map { String(decoding: layout.encoding.decoded($0.bytes), as: UTF8.self) }
        if isHeader, let repeated = firstRepeated(names) {
            throw record.error(
                at: first[repeated].start, "two columns are named '\(names[repeated])'",
                remedy: "rename one of them, or set data.header to false and number the columns")
        }
        func find(_ key: String, _ column: RecordLayout.Column?, other: Int?) throws(FormatError) -> Int {
            switch column {
            case .number(let number)?:
                let index = number > 0 ? number - 1 : first.count + number
                guard first.indices.contains(index) else {
                    throw record.error(
                        at: record.bytes.startIndex, key: "data.\(key)",
                        "there is no column \(number) among \(first.count)",
                        remedy: "number the columns from 1, or from the last as -1")
                }
                return index
            case .name(let name)?:
                if isHeader, let index = names.firstIndex(where: { Text.areSame($0, name) }) { return index }
                throw record.error(
                    at: record.bytes.startIndex, key: "data.\(key)", "no column is named '\(name)'",
                    remedy: isHeader
                        ? "set data.\(key) to one of: \(names.joined(separator: ", ")); or data.header to false"
                        : "number the columns, or set data.header to true")
            case nil:
                if let other, first.count == 2 { return 1 - other }
                throw record.error(
                    at: record.bytes.startIndex, key: "data.\(key)",
                    "which of \(first.count) columns is meant is not said",
                    remedy: "set data.\(key) to its number, from 1, or its name in a header")
            }
        }
        label = try find("label", layout.label ?? defaults.label, other: nil)
        text = try find("text", layout.text ?? defaults.text, other: label)
        count = first.count
        guard text != label else {
            throw record.error(
                at: record.bytes.startIndex, key: "data.text", "text and label are one column",
                remedy: "set data.text and data.label to two")
        }
    }

    /// The text and the label of a record.
    func fields(
        _ fields: [RecordField], of record: RecordBytes, remedy: String
    ) throws(FormatError) -> (text: RecordField, label: RecordField) {
        guard fields.count == count else {
            let problem = "\(fields.count) column\(fields.count == 1 ? "" : "s") where the first line has \(count)"
            throw record.error(at: record.bytes.startIndex, problem, remedy: remedy)
        }
        return (fields[text], fields[label])
    }
}

/// A column of one record, quotes resolved.
struct RecordField {
    let bytes: [UInt8]
    /// Where it begins, an index of the record's bytes.
    let start: Int
}

extension RecordBytes {
    /// The columns between separators.
    func fields(separator: UInt8) -> [RecordField] {
        bytes.split(separator: separator, omittingEmptySubsequences: false).map {
            RecordField(bytes: Array($0), start: $0.startIndex)
        }
    }

    /// The columns between runs of white space.
    var fieldsBetweenWhiteSpace: [RecordField] {
        bytes.split(whereSeparator: Text.isWhiteSpace).map { RecordField(bytes: Array($0), start: $0.startIndex) }
    }

    /// The columns of CSV.
    ///
    /// - Throws: `FormatError` for a quote without an end, a quote in a field without quotes, anything behind a closing quote,
    ///   and a carriage return without a line feed outside of quotes.
    func quotedFields(separator: UInt8) throws(FormatError) -> [RecordField] {
        let quote = UInt8(ascii: "\"")
        var fields: [RecordField] = []
        var index = bytes.startIndex
        while true {
            let start = index
            var field: [UInt8] = []
            if index < bytes.endIndex, bytes[index] == quote {
                index += 1
                while true {
                    guard let end = bytes[index...].firstIndex(of: quote) else {
                        throw error(
                            at: start, "a quote has no end",
                            remedy: "close it; write a quote within a field twice, as \"\"")
                    }
                    field += bytes[index..<end]
                    index = end + 1
                    guard index < bytes.endIndex, bytes[index] == quote else { break }
                    field.append(quote)
                    index += 1
                }
                if index < bytes.endIndex, bytes[index] != separator {
                    throw error(
                        at: index, "something follows a closing quote",
                        remedy: "write a quote within a field twice, as \"\"")
                }
            } else {
                while index < bytes.endIndex, bytes[index] != separator {
                    if bytes[index] == quote {
                        throw error(
                            at: index, "a quote stands in a field without quotes",
                            remedy: "put the field in quotes, and write the quote twice, as \"\"")
                    }
                    if bytes[index] == UInt8(ascii: "\r") {
                        throw error(
                            at: index, "a carriage return stands without a line feed",
                            remedy: "end lines with a line feed: tr '\\r' '\\n'; or put the field in quotes")
                    }
                    field.append(bytes[index])
                    index += 1
                }
            }
            fields.append(RecordField(bytes: field, start: start))
            if index == bytes.endIndex { return fields }
            index += 1
        }
    }
}
