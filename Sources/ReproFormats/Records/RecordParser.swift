/// Turns the bytes of a record into an example, by what the file's first record said of the columns.
struct RecordParser: Sendable {
    let format: RecordFormat
    let layout: RecordLayout
    /// Whether each word has a label of its own.
    let tagging: Bool
    /// Nil for formats that need none, and before the first record.
    private(set) var columns: RecordColumns?

    init(_ format: RecordFormat, _ layout: RecordLayout, tagging: Bool) {
        (self.format, self.layout, self.tagging) = (format, layout, tagging)
    }

    var framing: Framing {
        switch format {
        case .tsv, .jsonl: .lines
        case .csv: .quotedLines
        case .conllu, .columns: .blocks
        }
    }

    /// Whether a TSV's first tab alone separates.
    private var isPlain: Bool { layout.header == nil && layout.text == nil && layout.label == nil }

    /// Whether the first record, or line of it, names the columns.
    private var hasHeader: Bool {
        if let header = layout.header { return header }
        if case .name? = layout.text { return true }
        if case .name? = layout.label { return true }
        return format == .csv && layout.text == nil && layout.label == nil
    }

    /// The example; nil where the record holds none: a header, or what a format passes over.
    ///
    /// - Parameter isFirst: whether it is the file's first record.
    mutating func example(_ record: RecordBytes, isFirst: Bool) throws(FormatError) -> TextRecord? {
        try record.verify(layout.encoding)
        switch format {
        case .jsonl: return try object(record)
        case .conllu: return try sentence(record)
        case .columns: return try block(record, isFirst: isFirst)
        case .tsv where isPlain: return try labelledLine(record)
        case .tsv, .csv: return try row(record, isFirst: isFirst)
        }
    }

    // Lines.

    private func labelledLine(_ line: RecordBytes) throws(FormatError) -> TextRecord {
        let shape = "write the line as label<TAB>text"
        guard let tab = line.bytes.firstIndex(of: UInt8(ascii: "\t")) else {
            throw line.error(at: line.bytes.startIndex, "no tab between label and text", remedy: shape)
        }
        return try example(
            line, text: RecordField(bytes: Array(line.bytes[(tab + 1)...]), start: tab + 1),
            label: RecordField(bytes: Array(line.bytes[..<tab]), start: line.bytes.startIndex), shape)
    }

    private mutating func row(_ record: RecordBytes, isFirst: Bool) throws(FormatError) -> TextRecord? {
        let isTSV = format == .tsv
        let fields =
            isTSV
            ? record.fields(separator: UInt8(ascii: "\t"))
            : try record.quotedFields(separator: layout.separator ?? UInt8(ascii: ","))
        if isFirst {
            columns = try RecordColumns(
                layout, first: fields, in: record, isHeader: hasHeader,
                defaults: hasHeader ? (.name("text"), .name("label")) : (nil, .number(1)))
            if hasHeader { return nil }
        }
        let (text, label) = try columns!.fields(
            fields, of: record,
            remedy: isTSV ? "separate columns by single tabs" : "put a field that holds the separator in quotes")
        return try example(record, text: text, label: label, "fill the column")
    }

    private func example(
        _ record: RecordBytes, text: RecordField, label: RecordField, _ remedy: String
    ) throws(FormatError) -> TextRecord {
        guard !label.bytes.allSatisfy(Text.isWhiteSpace) else {
            throw record.error(at: label.start, "the label is empty", remedy: remedy)
        }
        guard !text.bytes.allSatisfy(Text.isWhiteSpace) else {
            throw record.error(at: text.start, "the text holds no token", remedy: remedy)
        }
        return TextRecord(
            content: .text(layout.encoding.decoded(text.bytes)), labels: [layout.encoding.decoded(label.bytes)],
            lines: [record.line(at: label.start)])
    }

    // Blocks of lines.

    private static let names = ["ID", "FORM", "LEMMA", "UPOS", "XPOS", "FEATS", "HEAD", "DEPREL", "DEPS", "MISC"]

    private func sentence(_ block: RecordBytes) throws(FormatError) -> TextRecord? {
        func index(_ column: RecordLayout.Column?, _ key: String, _ own: Int) throws(FormatError) -> Int {
            let found: Int? =
                switch column {
                case nil: own
                case .number(let number)?: number > 0 ? number - 1 : RecordParser.names.count + number
                case .name(let name)?: RecordParser.names.firstIndex { Text.areSame($0, name) }
                }
            guard let found, RecordParser.names.indices.contains(found) else {
                throw block.error(
                    at: block.bytes.startIndex, key: "data.\(key)", "CoNLL-U has no such column",
                    remedy: "set it to 1 … 10, or to one of: " + RecordParser.names.joined(separator: ", "))
            }
            return found
        }
        let (form, tag) = (try index(layout.text, "text", 1), try index(layout.label, "label", 3))
        var words: [(RecordField, RecordField, Int)] = []
        var comment: RecordBytes?
        for line in block.lines {
            if line.bytes.first == UInt8(ascii: "#") {
                comment = line
            } else if let columns = try word(line, number: words.count + 1) {
                for (column, empty) in [(form, nil), (tag, [UInt8(ascii: "_")])] {
                    let field = columns[column]
                    guard !field.bytes.isEmpty, field.bytes != empty else {
                        let isTag = empty != nil
                        throw line.error(
                            at: field.start, key: RecordParser.names[column],
                            isTag ? "the word has no tag" : "the column is empty",
                            remedy: isTag ? "write its tag, or set data.label to another column" : "write the word")
                    }
                }
                words.append((columns[form], columns[tag], line.line))
            }
        }
        if words.isEmpty, let comment {
            throw comment.error(at: comment.bytes.startIndex, "a sentence has no words", remedy: "remove it")
        }
        return words.isEmpty ? nil : tagged(words)
    }

    /// The columns of a word, or nil for a multiword token or an empty node.
    private func word(_ line: RecordBytes, number: Int) throws(FormatError) -> [RecordField]? {
        let columns = line.fields(separator: UInt8(ascii: "\t"))
        guard columns.count == RecordParser.names.count else {
            throw line.error(
                at: line.bytes.startIndex, "\(columns.count) columns instead of 10",
                remedy: "separate ten columns by single tabs, with _ for none")
        }
        if RecordParser.isPair(columns[0].bytes) { return nil }
        guard columns[0].bytes.elementsEqual(String(number).utf8) else {
            throw line.error(
                at: line.bytes.startIndex, key: "ID", "expected word \(number) of the sentence",
                remedy: "number words 1, 2, 3, … and end each sentence with a blank line")
        }
        return columns
    }

    /// Whether an ID is `number-number` or `number.number`.
    private static func isPair(_ identifier: [UInt8]) -> Bool {
        let isDigit = { (byte: UInt8) in (0x30...0x39).contains(byte) }
        guard let mark = identifier.firstIndex(where: { !isDigit($0) }) else { return false }
        let second = identifier[(mark + 1)...]
        return mark > 0 && (identifier[mark] == UInt8(ascii: "-") || identifier[mark] == UInt8(ascii: "."))
            && !second.isEmpty && second.allSatisfy(isDigit)
    }

    private mutating func block(_ block: RecordBytes, isFirst: Bool) throws(FormatError) -> TextRecord? {
        var words: [(RecordField, RecordField, Int)] = []
        for (number, line) in block.lines.enumerated() {
            let fields = layout.separator.map { line.fields(separator: $0) } ?? line.fieldsBetweenWhiteSpace
            if isFirst && number == 0 {
                columns = try RecordColumns(
                    layout, first: fields, in: line, isHeader: hasHeader, defaults: (.number(1), .number(-1)))
                if hasHeader { continue }
            }
            let (text, label) = try columns!.fields(
                fields, of: line, remedy: "fill the columns, and end sentences with an empty line")
            for (field, name) in [(text, "token"), (label, "label")] where field.bytes.isEmpty {
                throw line.error(at: field.start, "the \(name) is empty", remedy: "fill the column")
            }
            words.append((text, label, line.line))
        }
        return words.isEmpty ? nil : tagged(words)
    }

    private func tagged(_ words: [(RecordField, RecordField, Int)]) -> TextRecord {
        TextRecord(
            content: .words(words.map { layout.encoding.decoded($0.0.bytes) }),
            labels: words.map { layout.encoding.decoded($0.1.bytes) }, lines: words.map(\.2))
    }
}
