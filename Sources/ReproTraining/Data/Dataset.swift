import ReproFormats
import ReproNN
import ReproNumerics
import ReproTrace

/// A part of the data.
public enum Split: String, Sendable, CaseIterable {
    case train
    case validation
    case test
}

/// An experiment's data, numbered and split.
public struct Dataset: Sendable {
    /// What the model reads.
    public enum Input: Sendable, Equatable {
        /// Tokens, and the size of their vocabulary.
        case tokens(vocabulary: Int)
        case features(Int)
    }

    /// What a model reads of the data.
    public let input: Input
    /// How many classes there are.
    public let classes: Int
    /// The classes' labels as bytes, where the data has labels.
    public let labels: [[UInt8]]
    /// How text becomes tokens and tokens numbers, by the training split; nil for features.
    public let encoding: TextEncoding?
    /// Splits in the order train, validation, test.
    public private(set) var splits: [(split: Split, sequences: SplitSequences)]
    /// The digests of each split's files.
    let files: [(split: Split, files: [FileDigest])]
    /// What people want to know of how the data was read; in no digest.
    let metrics: [(name: String, value: Double)]

    init(
        input: Input, classes: Int, labels: [[UInt8]], encoding: TextEncoding? = nil,
        splits: [(split: Split, sequences: SplitSequences)], files: [(split: Split, files: [FileDigest])] = [],
        metrics: [(name: String, value: Double)] = []
    ) {
        self.input = input
        self.classes = classes
        self.labels = labels
        self.encoding = encoding
        self.splits = splits
        self.files = files
        self.metrics = metrics
    }

    /// Sequences in memory.
    init(
        input: Input, classes: Int, labels: [[UInt8]], encoding: TextEncoding? = nil,
        splits: [(split: Split, sequences: SequenceSet)], files: [(split: Split, files: [FileDigest])] = []
    ) {
        self.init(
            input: input, classes: classes, labels: labels, encoding: encoding,
            splits: splits.map { ($0.split, SplitSequences($0.sequences)) }, files: files)
    }

    /// How many affixes each column has, where tokens are numbered by those too.
    var affixVocabularies: [Int] { encoding?.affixes.counts ?? [] }

    /// The number of a token that the vocabulary has; nil for every other.
    func number(of token: [UInt8]) -> Int? {
        guard let number = encoding?.vocabulary.number(of: token), number != Vocabulary.unknown else { return nil }
        return number
    }

    /// What a model that reads text by an encoding was trained on, without any examples; without labels it gives numbers.
    package init(encodedBy encoding: TextEncoding) {
        self.init(
            input: .tokens(vocabulary: encoding.vocabulary.count), classes: max(1, encoding.labels.count),
            labels: encoding.labels, encoding: encoding, splits: [(split: Split, sequences: SplitSequences)]())
    }

    /// What a model of features was trained on, without any examples.
    ///
    /// - Parameter classes: how many; nil of a model that gives numbers.
    package init(features: Int, classes: Int?) {
        self.init(
            input: .features(features), classes: classes ?? 1, labels: [],
            splits: [(split: Split, sequences: SplitSequences)]())
    }

    /// The sequences of a split; nil where there is no such split.
    public func sequences(_ split: Split) -> SplitSequences? { splits.first { $0.split == split }?.sequences }

    /// Records what the stage `data` holds (contract, section 12).
    mutating func record(in recorder: Recorder) throws {
        for index in splits.indices {
            let split = splits[index].split
            let files = files.first { $0.split == split }?.files ?? []
            for (number, file) in files.enumerated() {
                let name = split.rawValue + ".file" + (files.count > 1 ? ".\(number)" : "")
                try recorder.record(name, .byte, shape: [file.byteCount], pieces: file.pieces)
            }
            try splits[index].sequences.record(prefix: split.rawValue + ".", in: recorder)
        }
    }
}

extension SequenceBatch {
    /// Records `inputs`, `lengths` and `targets`.
    mutating func record(prefix: String, in recorder: Recorder) throws {
        switch inputs {
        case .tokens(let tokens):
            try recorder.record(prefix + "inputs", shape: [tokens.count], tokens.map(Int64.init))
        case .features(var features):
            try recorder.record(prefix + "inputs", &features)
            inputs = .features(features)
        }
        if !affixes.isEmpty {
            try recorder.record(
                prefix + "affixes", shape: [positions, affixes.count], affixRows.map(Int64.init))
        }
        try recorder.record(prefix + "lengths", shape: [lengths.count], lengths.map(Int64.init))
        if numbers.isEmpty {
            try recorder.record(prefix + "targets", shape: [targets.count], targets.map(Int64.init))
        } else {
            var tensor = Tensor(shape: [numbers.count], elements: numbers)
            try recorder.record(prefix + "targets", &tensor)
            numbers = Array(tensor.elements)
        }
    }

    /// The affixes of each position together.
    var affixRows: [Int] { affixes.isEmpty ? [] : (0..<positions).flatMap { place in affixes.map { $0[place] } } }
}
