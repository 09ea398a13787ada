import ReproFormats
import ReproNN

/// The examples of a text file, numbered by the encoding of a trained model, part by part: for data that it has not seen.
package struct NumberedText {
    /// Some examples, one after another.
    package struct Part {
        /// The numbers of each example's tokens.
        package var sequences: [[Int]] = []
        /// The class of each example, or of each word; −1 for a label that the model does not know.
        package var targets: [Int] = []
        /// The labels as the file has them, and the lines where they stand.
        package var labels: [[UInt8]] = []
        package var lines: [Int] = []
    }

    private var reader: RecordReader
    private let encoding: TextEncoding
    private let classes: TokenTable
    private let tagging: Bool

    /// - Throws: `FormatError` where the file cannot be opened or is empty.
    package init(
        path: String, as source: any TextReadingSource, encoding: TextEncoding, tagging: Bool
    ) throws(FormatError) {
        let file = try ByteFile(path: path)
        try file.verifyFilled()
        reader = RecordReader(
            DigestedFile(file) { _ in [] }, format: source.records, layout: source.files.layout, tagging: tagging)
        self.encoding = encoding
        self.tagging = tagging
        var classes = TokenTable()
        for label in encoding.labels { _ = classes.insert(label[...]) }
        self.classes = classes
    }

    /// At most `count` examples; nil at the file's end.
    ///
    /// - Throws: `FormatError`, `.badData`, at the first record that breaks a rule of the format.
    package mutating func next(_ count: Int) throws(FormatError) -> Part? {
        var part = Part()
        while part.sequences.count < count, let example = try reader.next() {
            let numbers = encoding.numbers(encoding.tokenization.tokens(of: example.content))
            part.sequences.append(numbers)
            let labels = example.labels.prefix(tagging ? numbers.count : 1)
            part.targets += labels.map { classes.number(of: $0[...]) ?? -1 }
            part.labels += labels
            part.lines += example.lines.prefix(labels.count)
        }
        return part.sequences.isEmpty ? nil : part
    }
}
