/// Where a record begins and ends in the bytes from some place of a file on.
enum Framing {
    /// A record ends at a line feed.
    case lines
    /// A record ends at a line feed outside of quotes.
    case quotedLines
    /// A record ends at a blank line; blank lines before it belong to none.
    case blocks

    /// A record's bytes without the end of its last line, and where the bytes behind it begin.
    struct Frame {
        let content: Range<Int>
        let next: Int
    }

    /// The first record; nil where it has no end among these bytes and more of them may follow.
    func first(in bytes: ArraySlice<UInt8>, isEnd: Bool) -> Frame? {
        switch self {
        case .lines:
            if let end = bytes.firstIndex(of: UInt8(ascii: "\n")) { return Framing.frame(bytes, bytes.startIndex, end) }
        case .quotedLines:
            var isQuoted = false
            for index in bytes.indices {
                if bytes[index] == UInt8(ascii: "\"") { isQuoted.toggle() }
                if !isQuoted, bytes[index] == UInt8(ascii: "\n") {
                    return Framing.frame(bytes, bytes.startIndex, index)
                }
            }
        case .blocks:
            return Framing.block(in: bytes, isEnd: isEnd)
        }
        return isEnd ? Framing.frame(bytes, bytes.startIndex, bytes.endIndex) : nil
    }

    /// The line from `start` to a line feed at `end`, or to the end of the bytes.
    private static func frame(_ bytes: ArraySlice<UInt8>, _ start: Int, _ end: Int) -> Frame {
        let isReturn = end > start && bytes[end - 1] == UInt8(ascii: "\r")
        return Frame(content: start..<(isReturn ? end - 1 : end), next: min(end + 1, bytes.endIndex))
    }

    private static func block(in bytes: ArraySlice<UInt8>, isEnd: Bool) -> Frame? {
        var start: Int?
        var contentEnd = bytes.endIndex
        var position = bytes.startIndex
        while position < bytes.endIndex {
            let feed = bytes[position...].firstIndex(of: UInt8(ascii: "\n"))
            if feed == nil && !isEnd { return nil }
            let line = frame(bytes, position, feed ?? bytes.endIndex)
            if !line.content.isEmpty {
                start = start ?? position
                contentEnd = line.content.upperBound
            } else if let start {
                return Frame(content: start..<contentEnd, next: line.next)
            }
            position = line.next
        }
        guard isEnd else { return nil }
        return Frame(
            content: (start ?? bytes.endIndex)..<(start == nil ? bytes.endIndex : contentEnd), next: bytes.endIndex)
    }
}

/// The bytes of one record, and where they stand.
struct RecordBytes {
    let path: String
    let bytes: ArraySlice<UInt8>
    /// The offset of the first byte in the file.
    let offset: Int
    /// The line of the first byte, from 1.
    let line: Int

    /// The line of the byte at an index of ``bytes``.
    func line(at index: Int) -> Int {
        line + bytes[..<index].reduce(0) { $0 + ($1 == UInt8(ascii: "\n") ? 1 : 0) }
    }

    /// An error at an index of ``bytes``.
    func error(at index: Int, key: String? = nil, _ problem: String, remedy: String) -> FormatError {
        FormatError(
            .badData, path: path, line: line(at: index), byteOffset: offset + index - bytes.startIndex, key: key,
            problem: problem, remedy: remedy)
    }

    /// The lines, each without its end.
    var lines: [RecordBytes] {
        var result: [RecordBytes] = []
        var start = bytes.startIndex
        for part in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            let line = part.last == UInt8(ascii: "\r") ? part.dropLast() : part
            result.append(
                RecordBytes(
                    path: path, bytes: line, offset: offset + start - bytes.startIndex, line: self.line + result.count))
            start = part.endIndex + 1
        }
        return result
    }

    /// Refuses bytes that are no text in the encoding.
    func verify(_ encoding: RecordLayout.Encoding) throws(FormatError) {
        if encoding == .utf8, let index = firstIllFormedUTF8(in: bytes) {
            throw error(
                at: index, "byte 0x\(String(bytes[index], radix: 16)) is not UTF-8",
                remedy: "set data.encoding to \"latin1\", which accepts it, or convert the file: "
                    + "iconv -f LATIN1 -t UTF-8")
        }
        if let index = bytes.firstIndex(of: 0) {
            throw error(
                at: index, "a NUL stands in the text",
                remedy: "save the file as UTF-8; of UTF-16: iconv -f UTF-16 -t UTF-8")
        }
    }
}

extension RecordLayout.Encoding {
    /// The characters of bytes in UTF-8.
    func decoded(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        switch self {
        case .utf8: Array(bytes)
        case .latin1: bytes.flatMap { $0 < 0x80 ? [$0] : [0xc0 | $0 >> 6, 0x80 | $0 & 0x3f] }
        }
    }
}
