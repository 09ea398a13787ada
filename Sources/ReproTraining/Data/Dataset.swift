import ReproFormats
import ReproNN
import ReproNumerics
import ReproRandom
import ReproTrace

/// An experiment's data, numbered and split.
public struct Dataset: Sendable {
    /// What the model reads.
    public enum Input: Sendable, Equatable {
        /// Tokens, and the size of their vocabulary.
        case tokens(vocabulary: Int)
        case features(Int)
    }

    public let input: Input
    public let classes: Int
    /// The classes' labels as bytes, where the data has labels.
    public let labels: [[UInt8]]
    public let vocabulary: Vocabulary?
    /// Splits in the order train, validation, test.
    public private(set) var splits: [(split: Split, sequences: SequenceSet)]
    /// The bytes of each split's files.
    let files: [(split: Split, contents: [[UInt8]])]

    public func sequences(_ split: Split) -> SequenceSet? { splits.first { $0.split == split }?.sequences }

    /// Reads or generates an experiment's data.
    ///
    /// - Parameter resolve: makes a path of the experiment one that can be opened.
    /// - Throws: `FormatError` for files.
    public init(
        _ source: DataSource, tagging: Bool, streams: RandomStreams,
        resolve: (String) -> String
    ) throws {
        switch source {
        case .tsv(let files):
            try self.init(texts: files, tagging: false, resolve: resolve) { bytes, path in
                try TSV.parse(bytes, path: path).map { line in
                    let tokens = Text.tokens(line.text)
                    return LabelledSequence(tokens: tokens, labels: [line.label], lines: [line.line])
                }
            }
        case .conllu(let files):
            try self.init(texts: files, tagging: true, resolve: resolve) { bytes, path in
                try CoNLLU.parse(bytes, path: path).map { sentence in
                    LabelledSequence(tokens: sentence.forms, labels: sentence.tags, lines: sentence.lines)
                }
            }
        case .roman:
            let permutation = streams.draw(.dataSplit, key: 0) { $0.permutation(RomanNumeral.count) }
            let sequences = permutation.map { RomanNumeral(value: $0 + 1).labelledSequence }
            let (train, validation) = (sequences.count * 8 / 10, sequences.count / 10)
            try self.init(
                [
                    (.train, Array(sequences[..<train])),
                    (.validation, Array(sequences[train..<(train + validation)])),
                    (.test, Array(sequences[(train + validation)...])),
                ], paths: [], tagging: true, files: [])
        case .ends(let sizes, let classes, let letters):
            let splits = streams.draw(.generatedData, key: 0) { stream in
                Dataset.generate(sizes, from: &stream) { length, stream in
                    let values = (0..<length).map { _ in stream.pick(letters) }
                    let label = (values[0] + values[length - 1]) % classes
                    return LabelledSequence(
                        tokens: values.map { [UInt8(ascii: "a") + UInt8($0)] }, labels: [Array(String(label).utf8)])
                }
            }
            try self.init(splits, paths: [], tagging: false, files: [])
        case .balance(let sizes, let features):
            self.init(balance: sizes, features: features, streams: streams)
        case .tensors(let files):
            try self.init(tensors: files, tagging: tagging, resolve: resolve)
        case .values, .uniform:
            preconditionFailure("an inspection's data is no dataset")
        }
    }

    init(
        input: Input, classes: Int, labels: [[UInt8]], vocabulary: Vocabulary?,
        splits: [(split: Split, sequences: SequenceSet)], files: [(split: Split, contents: [[UInt8]])]
    ) {
        self.input = input
        self.classes = classes
        self.labels = labels
        self.vocabulary = vocabulary
        self.splits = splits
        self.files = files
    }

    /// Numbers tokens and labels by the training split, which comes first.
    ///
    /// - Parameter paths: the file of each split, for messages; empty for generated data.
    init(
        _ splits: [(split: Split, sequences: [LabelledSequence])], paths: [String], tagging: Bool,
        files: [(split: Split, contents: [[UInt8]])]
    ) throws {
        let training = splits[0].sequences
        let vocabulary = Vocabulary(counting: training.map(\.tokens))
        let labels = Dataset.sortedLabels(training)
        let numbered = try splits.enumerated().map { index, part in
            let targets = try part.sequences.flatMap { sequence in
                try sequence.labels.enumerated().map { place, label in
                    guard let number = labels.firstIndex(of: label) else {
                        throw Dataset.unseenLabel(
                            label, path: paths.isEmpty ? part.split.rawValue : paths[index],
                            line: sequence.lines.isEmpty ? nil : sequence.lines[place])
                    }
                    return number
                }
            }
            let batch = SequenceBatch(
                inputs: .tokens(part.sequences.flatMap { $0.tokens.map { vocabulary.number(of: $0) } }),
                lengths: part.sequences.map(\.tokens.count), targets: targets)
            return (split: part.split, sequences: SequenceSet(batch, tagging: tagging))
        }
        self.init(
            input: .tokens(vocabulary: vocabulary.count), classes: labels.count, labels: labels,
            vocabulary: vocabulary, splits: numbered, files: files)
    }

    private init(
        texts files: DataSource.TextFiles, tagging: Bool, resolve: (String) -> String,
        parse: ([UInt8], String) throws -> [LabelledSequence]
    ) throws {
        var splits: [(split: Split, sequences: [LabelledSequence])] = []
        var contents: [(split: Split, contents: [[UInt8]])] = []
        for (split, path) in files.splits {
            let bytes = try ByteFile.contents(of: resolve(path))
            let sequences = try parse(bytes, resolve(path))
            splits.append((split, files.lowercase ? sequences.map(\.lowercased) : sequences))
            contents.append((split, [bytes]))
        }
        try self.init(
            splits, paths: files.splits.map { resolve($0.path) }, tagging: tagging, files: contents)
    }

    private static func generate(
        _ sizes: DataSource.GeneratedSequences, from stream: inout PCG64,
        _ make: (Int, inout PCG64) -> LabelledSequence
    ) -> [(split: Split, sequences: [LabelledSequence])] {
        [(Split.train, sizes.train), (Split.test, sizes.test)].map { split, count in
            (
                split,
                (0..<count).map { _ in
                    let length = sizes.minimumLength + stream.pick(sizes.maximumLength - sizes.minimumLength + 1)
                    return make(length, &stream)
                }
            )
        }
    }

    private init(balance sizes: DataSource.GeneratedSequences, features: Int, streams: RandomStreams) {
        let splits = streams.draw(.generatedData, key: 0) { stream in
            [(Split.train, sizes.train), (Split.test, sizes.test)].map { split, count in
                var elements: [Float] = []
                var lengths: [Int] = []
                var targets: [Int] = []
                for _ in 0..<count {
                    let length = sizes.minimumLength + stream.pick(sizes.maximumLength - sizes.minimumLength + 1)
                    let values = stream.uniforms(length * features, from: -1, to: 1)
                    var sum: Float = 0
                    for step in 0..<length { sum += values[step * features] }
                    elements += values
                    lengths.append(length)
                    targets.append(sum > 0 ? 1 : 0)
                }
                let inputs = Tensor(shape: [elements.count / features, features], elements: elements)
                let batch = SequenceBatch(inputs: .features(inputs), lengths: lengths, targets: targets)
                return (split: split, sequences: SequenceSet(batch, tagging: false))
            }
        }
        self.init(
            input: .features(features), classes: 2, labels: [[UInt8(ascii: "0")], [UInt8(ascii: "1")]],
            vocabulary: nil, splits: splits, files: [])
    }

    private static func sortedLabels(_ sequences: [LabelledSequence]) -> [[UInt8]] {
        var seen: Set<[UInt8]> = []
        var labels: [[UInt8]] = []
        for sequence in sequences {
            for label in sequence.labels where seen.insert(label).inserted { labels.append(label) }
        }
        return labels.sorted { Text.precedes($0, $1) }
    }

    private static func unseenLabel(_ label: [UInt8], path: String, line: Int?) -> FormatError {
        FormatError(
            .badData, path: path, line: line,
            problem: "the label '\(String(decoding: label, as: UTF8.self))' never occurs in the training split",
            remedy: "correct it, or add examples of it to the training split")
    }

    /// Records what the stage `data` holds (contract, section 12).
    mutating func record(in recorder: Recorder) throws {
        for index in splits.indices {
            let split = splits[index].split
            let contents = files.first { $0.split == split }?.contents ?? []
            for (number, bytes) in contents.enumerated() {
                let name = split.rawValue + ".file" + (contents.count > 1 ? ".\(number)" : "")
                try recorder.record(name, bytes: bytes)
            }
            try splits[index].sequences.record(prefix: split.rawValue + ".", in: recorder)
        }
    }
}

/// A sequence as it was read: its tokens, and a label, or one a token.
struct LabelledSequence {
    let tokens: [[UInt8]]
    let labels: [[UInt8]]
    /// The line of each label in its file; empty for generated data.
    let lines: [Int]

    init(tokens: [[UInt8]], labels: [[UInt8]], lines: [Int] = []) {
        self.tokens = tokens
        self.labels = labels
        self.lines = lines
    }

    /// A–Z made small in the tokens; labels stay.
    var lowercased: LabelledSequence {
        LabelledSequence(tokens: tokens.map { Text.lowercase($0) }, labels: labels, lines: lines)
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
        try recorder.record(prefix + "lengths", shape: [lengths.count], lengths.map(Int64.init))
        try recorder.record(prefix + "targets", shape: [targets.count], targets.map(Int64.init))
    }
}

extension PCG64 {
    /// An integer below `bound` (contract, section 9): `((next32 >> 8) × bound) >> 24`.
    ///
    /// - Precondition: 1 ≤ bound ≤ 2^24.
    mutating func pick(_ bound: Int) -> Int {
        precondition(bound >= 1 && bound <= 1 << 24, "pick below \(bound)")
        return (Int(next32() >> 8) * bound) >> 24
    }
}
