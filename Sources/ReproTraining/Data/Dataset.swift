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
    /// The tokens of the training split; nil for features.
    public let vocabulary: Vocabulary?
    /// How many affixes each column has, where tokens are numbered by those too.
    public let affixVocabularies: [Int]
    /// Splits in the order train, validation, test.
    public private(set) var splits: [(split: Split, sequences: SequenceSet)]
    /// The bytes of each split's files.
    let files: [(split: Split, contents: [[UInt8]])]

    init(
        input: Input, classes: Int, labels: [[UInt8]], vocabulary: Vocabulary? = nil,
        affixVocabularies: [Int] = [], splits: [(split: Split, sequences: SequenceSet)],
        files: [(split: Split, contents: [[UInt8]])] = []
    ) {
        self.input = input
        self.classes = classes
        self.labels = labels
        self.vocabulary = vocabulary
        self.affixVocabularies = affixVocabularies
        self.splits = splits
        self.files = files
    }

    /// The sequences of a split; nil where there is no such split.
    public func sequences(_ split: Split) -> SequenceSet? { splits.first { $0.split == split }?.sequences }

    /// Records what the stage `data` holds (contract, section 12).
    mutating func record(in recorder: Recorder) throws {
        for index in splits.indices {
            let split = splits[index].split
            let contents = files.first { $0.split == split }?.contents ?? []
            for (number, bytes) in contents.enumerated() {
                let name = split.rawValue + ".file" + (contents.count > 1 ? ".\(number)" : "")
                try recorder.record(name, bytes: bytes)
            }
            try splits[index].sequences.all.record(prefix: split.rawValue + ".", in: recorder)
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
            let rows = (0..<positions).flatMap { position in affixes.map { Int64($0[position]) } }
            try recorder.record(prefix + "affixes", shape: [positions, affixes.count], rows)
        }
        try recorder.record(prefix + "lengths", shape: [lengths.count], lengths.map(Int64.init))
        if values.isEmpty {
            try recorder.record(prefix + "targets", shape: [targets.count], targets.map(Int64.init))
        } else {
            var numbers = Tensor(shape: [values.count], elements: values)
            try recorder.record(prefix + "targets", &numbers)
            values = Array(numbers.elements)
        }
    }
}
