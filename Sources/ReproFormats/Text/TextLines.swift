/// The lines of a UTF-8 file, each with its number and place, for the formats that are read line by line.
///
/// Lines end at `\n`; one `\r` before it belongs to the line's end, so that files written on Windows read the same. The final
/// newline may be missing.
struct TextLines {
    struct Line {
        /// From 1.
        let number: Int
        /// Without the line's end. Its indices are offsets into the file.
        let bytes: ArraySlice<UInt8>
    }

    let path: String
    let lines: [Line]

    /// - Throws: `FormatError`, `.badData`, for a byte order mark and for bytes that are not UTF-8.
    init(_ bytes: [UInt8], path: String) throws(FormatError) {
        if bytes.starts(with: byteOrderMark) {
            throw FormatError(
                .badData, path: path, line: 1, byteOffset: 0, problem: "the file starts with a byte order mark",
                remedy: "save it as UTF-8 without one: sed -i '1s/^\\xef\\xbb\\xbf//'")
        }
        var lines: [Line] = []
        var start = 0
        while start < bytes.count {
            var end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
            let next = end + 1
            if end > start, bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
            lines.append(Line(number: lines.count + 1, bytes: bytes[start..<end]))
            if let offset = firstIllFormedUTF8(in: bytes[start..<end]) {
                throw FormatError(
                    .badData, path: path, line: lines.count, byteOffset: offset, problem: "this is not UTF-8",
                    remedy: "convert the file, for example: iconv -f LATIN1 -t UTF-8")
            }
            start = next
        }
        self.path = path
        self.lines = lines
    }

    /// An error at a line.
    func error(
        _ line: Line, at offset: Int? = nil, key: String? = nil, _ problem: String, remedy: String
    ) -> FormatError {
        FormatError(
            .badData, path: path, line: line.number, byteOffset: offset ?? line.bytes.startIndex, key: key,
            problem: problem,
            remedy: remedy)
    }
}
