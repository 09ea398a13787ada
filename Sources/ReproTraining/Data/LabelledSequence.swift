import ReproFormats
import ReproNN

/// A sequence as it was generated: its tokens, and one label, or one per token.
struct LabelledSequence {
    let tokens: [[UInt8]]
    let labels: [[UInt8]]
}

/// The classes of generated data: the training split's labels in ascending byte order (contract, section 10).
struct Classes {
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
    func number(of label: [UInt8], in split: Split, seed: UInt64) throws(FormatError) -> Int {
        if let number = labels.firstIndex(of: label) { return number }
        throw FormatError(
            .badData, path: split.rawValue,
            problem: "the label '\(String(decoding: label, as: UTF8.self))', generated from seed \(seed), "
                + "never occurs in the training split",
            remedy: "use another seed, or a larger data.train")
    }
}

extension Dataset {
    /// Numbers tokens and labels of generated data by the training split, which comes first.
    init(
        _ splits: [(split: Split, sequences: [LabelledSequence])], for request: DataRequest
    ) throws(FormatError) {
        let training = splits[0].sequences
        let classes = Classes(ofTraining: training.lazy.flatMap(\.labels))
        let encoding = TextEncoding(
            tokenization: Tokenization(), vocabulary: Vocabulary(counting: training.map(\.tokens)),
            affixes: request.affixes, labels: classes.labels)
        var numbered: [(split: Split, sequences: SequenceSet)] = []
        for (split, sequences) in splits {
            var targets: [Int] = []
            for label in sequences.lazy.flatMap(\.labels) {
                targets.append(try classes.number(of: label, in: split, seed: request.streams.seed))
            }
            let tokens = sequences.flatMap(\.tokens)
            let batch = SequenceBatch(
                inputs: .tokens(tokens.map { encoding.vocabulary.number(of: $0) }),
                lengths: sequences.map(\.tokens.count), targets: targets,
                affixes: encoding.affixes.columns(of: tokens.map { $0[...] }))
            numbered.append((split, SequenceSet(batch, tagging: request.tagging)))
        }
        self.init(
            input: .tokens(vocabulary: encoding.vocabulary.count), classes: classes.labels.count,
            labels: classes.labels, encoding: encoding, splits: numbered)
    }
}
