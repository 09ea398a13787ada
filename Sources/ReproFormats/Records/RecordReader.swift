/// The examples of a text file, one after another, in a memory that does not grow with the file.
package struct RecordReader: Sendable {
    /// No record is longer, so that a file without line ends, or with a quote that never ends, does not fill the memory.
    package static let greatestRecordByteCount = 1 << 24
    private static let chunkSize = 1 << 20

    private var parser: RecordParser
    package private(set) var file: DigestedFile
    private var buffer: [UInt8] = []
    /// Where the next record begins, an index of the buffer.
    private var position = 0
    /// The buffer's offset in the file.
    private var bufferOffset = 0
    private var line = 1
    private var recordCount = 0
    private var exampleCount = 0
    /// The offset in the file of the record that was read last.
    package private(set) var start = 0

    package init(
        _ file: DigestedFile, format: RecordFormat, layout: RecordLayout, tagging: Bool
    ) {
        (self.file, parser) = (file, RecordParser(format, layout, tagging: tagging))
    }

    /// How many bytes of the file were taken.
    package var byteCount: Int { bufferOffset + position }
    private var path: String { file.file.path }

    /// The next example; nil at the file's end.
    ///
    /// - Throws: `FormatError`, `.badData`, at the first record that breaks a rule; a file without an example does.
    package mutating func next() throws(FormatError) -> TextRecord? {
        while let record = try nextRecord() {
            let isFirst = recordCount == 0
            recordCount += 1
            if let example = try parser.example(record, isFirst: isFirst) {
                exampleCount += 1
                return example
            }
        }
        guard exampleCount > 0 else {
            let isBlocks = parser.framing == .blocks
            throw FormatError(
                .badData, path: path, problem: "the file holds no \(isBlocks ? "sentence" : "example")",
                remedy: parser.format == .tsv
                    ? "write one label<TAB>text on each line" : "check that it is \(parser.format.title)")
        }
        return nil
    }

    private mutating func nextRecord() throws(FormatError) -> RecordBytes? {
        if buffer.isEmpty && file.position == 0 { try begin() }
        while true {
            if position == buffer.count && file.isAtEnd { return nil }
            if let frame = parser.framing.first(in: buffer[position...], isEnd: file.isAtEnd) {
                let content = frame.content
                let skipped = buffer[position..<content.lowerBound].count { $0 == UInt8(ascii: "\n") }
                let record = RecordBytes(
                    path: path, bytes: buffer[content], offset: bufferOffset + content.lowerBound,
                    line: line + skipped)
                line += buffer[position..<frame.next].count { $0 == UInt8(ascii: "\n") }
                position = frame.next
                start = record.offset
                if record.bytes.count > RecordReader.greatestRecordByteCount {
                    throw tooLong(line: record.line, offset: record.offset)
                }
                if !record.bytes.isEmpty { return record }
                // Blank lines belong to nothing between blocks; else one may end the file.
                let isLast = file.isAtEnd && position == buffer.count
                if parser.framing != .blocks && !(isLast && recordCount > 0) {
                    throw record.error(at: record.bytes.startIndex, "the line is blank", remedy: "remove it")
                }
            } else {
                try fill()
            }
        }
    }

    /// Reads the first bytes, and passes over a byte order mark where the format has one.
    private mutating func begin() throws(FormatError) {
        try fill()
        guard buffer.starts(with: byteOrderMark) else { return }
        let isLatin = parser.layout.encoding == .latin1
        guard !isLatin, parser.format != .tsv, parser.format != .conllu else {
            throw FormatError(
                .badData, path: path, line: 1, byteOffset: 0, problem: "the file starts with a byte order mark",
                remedy: isLatin
                    ? "it is UTF-8: leave data.encoding out"
                    : "save it as UTF-8 without one: sed -i '1s/^\\xef\\xbb\\xbf//'")
        }
        position = byteOrderMark.count
    }

    /// Reads on; what was taken makes room.
    private mutating func fill() throws(FormatError) {
        let rest = buffer.count - position
        // Two more than a record has, for the end of its line.
        if rest > RecordReader.greatestRecordByteCount + 2 {
            throw tooLong(line: line, offset: bufferOffset + position)
        }
        bufferOffset += position
        buffer = Array(buffer[position...])
        position = 0
        // As much again as there is, so that a long record is not looked through too often.
        let count = max(RecordReader.chunkSize, rest / RecordReader.chunkSize * RecordReader.chunkSize)
        buffer += try file.readOn(count)
    }

    private func tooLong(line: Int, offset: Int) -> FormatError {
        FormatError(
            .badData, path: path, line: line, byteOffset: offset,
            problem: "a record is longer than \(RecordReader.greatestRecordByteCount) bytes",
            remedy: parser.format == .csv
                ? "look for a quote without an end, or cut the text into several"
                : "look for missing line ends, or cut the text into several")
    }

    /// The example of a record that was read before, and that begins at an offset and ends before another.
    package func example(in range: Range<Int>, _ window: inout Window) throws(FormatError) -> TextRecord {
        let bytes = try window.bytes(range, of: file)
        guard let frame = parser.framing.first(in: bytes, isEnd: true) else {
            preconditionFailure("no record in \(range) of \(path)")
        }
        var parser = parser
        let record = RecordBytes(path: path, bytes: bytes[frame.content], offset: range.lowerBound, line: 1)
        guard let example = try parser.example(record, isFirst: false) else {
            preconditionFailure("no example in \(range) of \(path)")
        }
        return example
    }

    /// The line of an offset; reads the file up to there again.
    package func line(at offset: Int) throws(FormatError) -> Int {
        var (line, window) = (1, Window(ahead: 63))
        for first in stride(from: 0, to: offset, by: RecordReader.chunkSize) {
            let part = try window.bytes(first..<min(first + RecordReader.chunkSize, offset), of: file)
            line += part.count { $0 == UInt8(ascii: "\n") }
        }
        return line
    }

    /// What was last read again of a file, for the records beside it.
    package struct Window: Sendable {
        private var bytes: [UInt8] = []
        private var offset = 0
        private let ahead: Int

        /// - Parameter ahead: how many pieces to read behind a record, where the next ones are to follow.
        package init(ahead: Int) { self.ahead = ahead }

        mutating func bytes(_ range: Range<Int>, of file: DigestedFile) throws(FormatError) -> ArraySlice<UInt8> {
            if range.lowerBound < offset || range.upperBound > offset + bytes.count {
                (bytes, offset) = try file.readAgain(range, ahead: ahead)
            }
            return bytes[(range.lowerBound - offset)..<(range.upperBound - offset)]
        }
    }
}

extension RecordFormat {
    /// Its name, for people.
    fileprivate var title: String {
        switch self {
        case .tsv: "TSV"
        case .csv: "CSV"
        case .jsonl: "JSON lines"
        case .conllu: "CoNLL-U"
        case .columns: "columns, with blank lines between sentences"
        }
    }

    /// The examples of a file in memory.
    ///
    /// - Parameters:
    ///   - path: what errors call it.
    ///   - tagging: whether each word has a label of its own, where the format leaves it open.
    /// - Throws: `FormatError`, `.badData`, at the first record that breaks a rule; a file without an example does.
    public func examples(
        of bytes: [UInt8], path: String, layout: RecordLayout = RecordLayout(), tagging: Bool = false
    ) throws(FormatError) -> [TextRecord] {
        var reader = RecordReader(
            DigestedFile(ByteFile(bytes: bytes, path: path)) { _ in [] }, format: self, layout: layout,
            tagging: tagging)
        var examples: [TextRecord] = []
        while let example = try reader.next() { examples.append(example) }
        return examples
    }
}
