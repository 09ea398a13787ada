import ReproFormats
import ReproNN

/// The examples of a text file, numbered by the encoding of a trained model, part by part: for data that it has not seen.
package struct NumberedText {
    /// Some examples, one after another.
    package struct Part {
        /// Each example's tokens.
        package var sequences: [Tokens] = []
        /// The class of each example, or of each word; −1 for a label that the model does not know. None in regression.
        package var targets: [Int] = []
        /// In regression the number of each example, else none.
        package var numbers: [Float] = []
        /// The labels as the file has them, and the lines where they stand.
        package var labels: [[UInt8]] = []
        package var lines: [Int] = []
        /// The text of each label, or the word, in UTF-8.
        package var texts: [[UInt8]] = []
    }

    private var reader: RecordReader
    private let path: String
    private let encoding: TextEncoding
    private let classes: TokenTable
    private let task: Experiment.Task

    /// - Throws: `FormatError` where the file cannot be opened or is empty.
    package init(
        path: String, as source: any TextReadingSource, encoding: TextEncoding, task: Experiment.Task
    ) throws(FormatError) {
        let file = try ByteFile(path: path)
        try file.verifyFilled()
        reader = RecordReader(
            DigestedFile(file) { _ in [] }, format: source.records, layout: source.files.layout,
            tagging: task == .tagging)
        self.path = path
        self.encoding = encoding
        self.task = task
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
            let tokens = encoding.tokenization.tokens(of: example.content)
            part.sequences.append(tokens)
            let labels = example.labels.prefix(task == .tagging ? tokens.count : 1)
            if task == .regression {
                guard let number = Numbering.number(of: labels[0][...]) else {
                    throw Numbering.noNumber(labels[0][...], path: path, line: example.lines[0])
                }
                part.numbers.append(number)
            } else {
                part.targets += labels.map { classes.number(of: $0[...]) ?? -1 }
            }
            part.labels += labels
            part.lines += example.lines.prefix(labels.count)
            switch example.content {
            case .text(let text): part.texts.append(text)
            case .words(let words): part.texts += words.prefix(labels.count)
            }
        }
        return part.sequences.isEmpty ? nil : part
    }
}
