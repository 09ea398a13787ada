import ReproFormats
import ReproNN

/// A sequence as it was read or generated: its tokens, and one label, or one per token.
struct LabelledSequence {
    let tokens: [[UInt8]]
    let labels: [[UInt8]]
    /// The line of each label in its file; empty for generated data.
    var lines: [Int] = []

    /// A–Z made small in the tokens; labels stay.
    var lowercased: LabelledSequence {
        LabelledSequence(tokens: tokens.map { Text.lowercase($0) }, labels: labels, lines: lines)
    }
}

/// The classes of an experiment: the training split's labels in ascending byte order (contract, section 10).
struct Classes {
    /// Where a split's labels come from, for messages.
    enum Origin {
        case file(String)
        case seed(UInt64)
    }

    let labels: [[UInt8]]

    init(ofTraining labels: some Sequence<[UInt8]>) {
        var seen: Set<[UInt8]> = []
        var found: [[UInt8]] = []
        for label in labels where seen.insert(label).inserted { found.append(label) }
        self.labels = found.sorted { Text.precedes($0, $1) }
    }

    /// A label's number.
    ///
    /// - Throws: `FormatError` where the training split lacks the label.
    func number(of label: [UInt8], in split: Split, _ origin: Origin, line: Int? = nil) throws(FormatError) -> Int {
        if let number = labels.firstIndex(of: label) { return number }
        let text = "the label '\(String(decoding: label, as: UTF8.self))'"
        switch origin {
        case .file(let path):
            throw FormatError(
                .badData, path: path, line: line, problem: "\(text) never occurs in the training split",
                remedy: "correct it, or add examples of it to the training split")
        case .seed(let seed):
            throw FormatError(
                .badData, path: split.rawValue,
                problem: "\(text), generated from seed \(seed), never occurs in the training split",
                remedy: "use another seed, or a larger data.train")
        }
    }
}

extension Dataset {
    /// Numbers tokens and labels by the training split, which comes first.
    ///
    /// - Parameter origins: where each split's labels come from.
    init(
        _ splits: [(split: Split, sequences: [LabelledSequence])], origins: [Classes.Origin], for request: DataRequest,
        files: [(split: Split, contents: [[UInt8]])] = []
    ) throws(FormatError) {
        let training = splits[0].sequences
        let vocabulary = Vocabulary(counting: training.map(\.tokens))
        let affixes = Affixes(sizes: request.affixes, of: vocabulary)
        let isRegression = request.task == .regression
        let classes = Classes(ofTraining: isRegression ? [] : training.flatMap(\.labels))
        var numbered: [(split: Split, sequences: SequenceSet)] = []
        for (part, origin) in zip(splits, origins) {
            var targets: [Int] = []
            var values: [Float] = []
            for sequence in part.sequences {
                for (place, label) in sequence.labels.enumerated() {
                    let line = sequence.lines.isEmpty ? nil : sequence.lines[place]
                    if isRegression {
                        values.append(try Dataset.value(of: label, origin, line: line))
                    } else {
                        targets.append(try classes.number(of: label, in: part.split, origin, line: line))
                    }
                }
            }
            let tokens = part.sequences.lazy.flatMap(\.tokens)
            let batch = SequenceBatch(
                inputs: .tokens(tokens.map { vocabulary.number(of: $0) }),
                lengths: part.sequences.map(\.tokens.count), targets: targets, values: values,
                affixes: Dataset.columns(affixes, of: tokens))
            numbered.append((part.split, SequenceSet(batch, tagging: request.tagging)))
        }
        self.init(
            input: .tokens(vocabulary: vocabulary.count), classes: isRegression ? 1 : classes.labels.count,
            labels: classes.labels, vocabulary: vocabulary, affixVocabularies: affixes.counts, splits: numbered,
            files: files)
    }

    /// The affixes of all positions, column by column.
    private static func columns(_ affixes: Affixes, of tokens: some Sequence<[UInt8]>) -> [[Int]] {
        var columns = affixes.counts.map { _ in [Int]() }
        if columns.isEmpty { return [] }
        for token in tokens {
            for (column, number) in affixes.numbers(of: token).enumerated() { columns[column].append(number) }
        }
        return columns
    }

    /// The number that a label of regression is.
    private static func value(
        of label: [UInt8], _ origin: Classes.Origin, line: Int?
    ) throws(FormatError) -> Float {
        guard case .file(let path) = origin else { fatalError("generated data has no numbers for labels") }
        let text = String(decoding: label, as: UTF8.self)
        if let number = try? JSONValue.parse(label, path: path), let double = number.double,
            label.allSatisfy({ $0 > 0x20 }), case let value = Float(double), value.isFinite
        {
            return value
        }
        throw FormatError(
            .badData, path: path, line: line, problem: "the label '\(text)' is no finite number",
            remedy: "write a number such as -1.5 or 2e-3 before the tab, or set task to \"classification\"")
    }

    /// The number of a token that the training split has; nil for every other.
    func number(of token: [UInt8]) -> Int? {
        guard let number = vocabulary?.number(of: token), number != Vocabulary.unknown else { return nil }
        return number
    }
}
