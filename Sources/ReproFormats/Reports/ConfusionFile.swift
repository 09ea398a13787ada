/// `confusion.csv`: one line per place of a confusion matrix that is not 0, as RFC 4180 has it.
public enum ConfusionFile {
    /// A place of a split's matrix that is not 0.
    public struct Entry: Sendable, Equatable {
        /// The split that was predicted.
        public let split: String
        /// The label that was right.
        public let actual: String
        /// The label that was predicted.
        public let predicted: String
        /// How often.
        public let count: Int

        public init(split: String, actual: String, predicted: String, count: Int) {
            (self.split, self.actual, self.predicted, self.count) = (split, actual, predicted, count)
        }
    }

    private static let header = ["split", "actual", "predicted", "count"]

    /// The file's text; nil where there are no places.
    public static func text(_ entries: [Entry]) -> String? {
        guard !entries.isEmpty else { return nil }
        let lines = entries.map { [field($0.split), field($0.actual), field($0.predicted), "\($0.count)"] }
        return ([header] + lines).map { $0.joined(separator: ",") + "\n" }.joined()
    }

    /// - Returns: nothing where there is no such file.
    /// - Throws: `FormatError`, `.badData` with the line that is none of such a file.
    public static func read(path: String) throws(FormatError) -> [Entry] {
        let bytes: [UInt8]
        do { bytes = try ByteFile.contents(of: path) } catch {
            if error.isMissingFile { return [] }
            throw error
        }
        var entries: [Entry] = []
        var (position, line) = (0, 1)
        while position < bytes.count, let frame = Framing.quotedLines.first(in: bytes[position...], isEnd: true) {
            let record = RecordBytes(path: path, bytes: bytes[frame.content], offset: position, line: line)
            let fields = try record.quotedFields(separator: UInt8(ascii: ",")).map {
                String(decoding: $0.bytes, as: UTF8.self)
            }
            line += bytes[position..<frame.next].count { $0 == UInt8(ascii: "\n") }
            defer { position = frame.next }
            if position == 0 && fields == header { continue }
            guard position > 0, fields.count == 4, let count = Int(fields[3]), count > 0 else {
                throw record.error(
                    at: record.bytes.startIndex, "no split, labels and count",
                    remedy: "run the experiment again; `repro run` writes this file")
            }
            entries.append(Entry(split: fields[0], actual: fields[1], predicted: fields[2], count: count))
        }
        return entries
    }

    /// Quoted where it holds a comma, a quotation mark or the end of a line.
    private static func field(_ label: String) -> String {
        guard label.utf8.contains(where: { ",\"\r\n".utf8.contains($0) }) else { return label }
        let quote = UInt8(ascii: "\"")
        let bytes = label.utf8.flatMap { $0 == quote ? [quote, quote] : [$0] }
        return "\"" + String(decoding: bytes, as: UTF8.self) + "\""
    }
}
