/// The predictions that an evaluation writes, as TSV: a header, then where each label stands, the label, what was predicted, how
/// probable that was (nothing in regression), and the text, or of a tagger the word (nothing of features).
///
/// A tab, line feed, carriage return or backslash in a field is written as `\t`, `\n`, `\r` or `\\`.
public enum PredictionFile {
    /// A label and its prediction.
    public struct Row: Sendable, Equatable {
        /// The line of a text file, else the number of the sequence, from 1.
        public let line: Int
        /// The label of the data.
        public let actual: String
        /// What the model says.
        public let predicted: String
        /// The prediction's own probability; nil in regression.
        public let probability: Float?
        /// What was predicted; empty for features.
        public let text: String

        public init(line: Int, actual: String, predicted: String, probability: Float?, text: String) {
            (self.line, self.actual, self.predicted) = (line, actual, predicted)
            (self.probability, self.text) = (probability, text)
        }

        /// How wrong the prediction is: the probability of a wrong label, or how far a number is off; nil for a right one.
        public var fault: Double? {
            guard !Text.areSame(actual, predicted) else { return nil }
            if let probability { return Double(probability) }
            guard let actual = Double(actual), let predicted = Double(predicted) else { return nil }
            return actual == predicted ? nil : (actual - predicted).magnitude
        }
    }

    /// The first line.
    public static let header = "line\tactual\tpredicted\tprobability\ttext\n"

    /// The line of a row.
    public static func line(_ row: Row) -> String {
        let probability = row.probability.map { "\($0)" } ?? ""
        let fields = ["\(row.line)", escaped(row.actual), escaped(row.predicted), probability, escaped(row.text)]
        return fields.joined(separator: "\t") + "\n"
    }

    /// Goes through the rows of a file, in a memory that does not grow with it.
    ///
    /// - Throws: `FormatError`: `.noInput`; `.badData` with the line that is none of such a file.
    public static func read(path: String, _ body: (Row) -> Void) throws(FormatError) {
        let lines = try LineStream(path: path)
        func malformed(_ problem: String) -> FormatError {
            FormatError(
                .badData, path: path, line: max(1, lines.number), problem: problem,
                remedy: "name a file of `repro evaluate --predictions`")
        }
        guard let first = try lines.next(), first + [UInt8(ascii: "\n")] == Array(header.utf8) else {
            throw malformed("the first line is not that of predictions")
        }
        while let bytes = try lines.next() {
            let fields = bytes.split(separator: UInt8(ascii: "\t"), omittingEmptySubsequences: false).map(unescaped)
            guard fields.count == 5, let line = Int(fields[0]) else {
                throw malformed("no line number, label, prediction, probability and text")
            }
            let probability = fields[3].isEmpty ? nil : Float(fields[3])
            guard fields[3].isEmpty || probability?.isFinite == true else {
                throw malformed("'\(Text.excerpt(fields[3], 20))' is no probability")
            }
            body(Row(line: line, actual: fields[1], predicted: fields[2], probability: probability, text: fields[4]))
        }
    }

    private static let escapes: [(character: UInt8, letter: UInt8)] = [
        (0x5c, 0x5c), (0x09, UInt8(ascii: "t")), (0x0a, UInt8(ascii: "n")), (0x0d, UInt8(ascii: "r")),
    ]

    private static func escaped(_ text: String) -> String {
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            if let escape = escapes.first(where: { $0.character == byte }) {
                bytes += [0x5c, escape.letter]
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func unescaped(_ field: ArraySlice<UInt8>) -> String {
        guard field.contains(0x5c) else { return String(decoding: field, as: UTF8.self) }
        var bytes: [UInt8] = []
        var rest = field
        while let byte = rest.popFirst() {
            let letter = byte == 0x5c ? rest.first : nil
            if let known = escapes.first(where: { $0.letter == letter }) {
                bytes.append(known.character)
                rest = rest.dropFirst()
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
