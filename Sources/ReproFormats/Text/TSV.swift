/// A labelled text of a TSV file.
public struct LabelledText: Sendable, Equatable {
    /// The bytes before the first tab.
    public let label: [UInt8]
    /// The bytes after the first tab.
    public let text: [UInt8]
    /// The line it stands on, from 1, for messages about it.
    public let line: Int

    public init(label: [UInt8], text: [UInt8], line: Int) {
        self.label = label
        self.text = text
        self.line = line
    }
}

/// Files of `label<TAB>text`, one example per line, in UTF-8.
///
/// - The first tab ends the label; later ones belong to the text, where they are white space.
/// - Lines end in `\n` or `\r\n`; the last one's end may be missing, and one blank line may follow it.
/// - Label and text are kept byte by byte. A text needs at least one token, a label at least one byte that is not white space.
public enum TSV {
    /// - Throws: `FormatError`, `.badData`, at the first line that breaks a rule; a file without an example does.
    public static func parse(_ bytes: [UInt8], path: String) throws(FormatError) -> [LabelledText] {
        let source = try TextLines(bytes, path: path)
        var lines = source.lines[...]
        if lines.count > 1, let last = lines.last, last.bytes.isEmpty { lines.removeLast() }
        guard !lines.isEmpty else {
            throw FormatError(
                .badData, path: path, problem: "the file holds no example",
                remedy: "write one label<TAB>text on each line")
        }
        var result: [LabelledText] = []
        result.reserveCapacity(lines.count)
        for line in lines {
            result.append(try example(line, in: source))
        }
        return result
    }

    private static func example(_ line: TextLines.Line, in source: TextLines) throws(FormatError) -> LabelledText {
        let shape = "write the line as label<TAB>text"
        guard !line.bytes.isEmpty else { throw source.error(line, "the line is blank", remedy: "remove it") }
        guard let tab = line.bytes.firstIndex(of: UInt8(ascii: "\t")) else {
            throw source.error(line, "no tab between label and text", remedy: shape)
        }
        let label = line.bytes[..<tab]
        let text = line.bytes[(tab + 1)...]
        guard !label.allSatisfy(Text.isWhiteSpace) else {
            throw source.error(line, "the label is empty", remedy: shape)
        }
        guard !text.allSatisfy(Text.isWhiteSpace) else {
            throw source.error(line, at: tab + 1, "the text holds no token", remedy: shape)
        }
        return LabelledText(label: Array(label), text: Array(text), line: line.number)
    }
}
