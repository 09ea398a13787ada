import ReproFormats
import ReproNN
import ReproRandom

// Reads the files of text and numbers what they hold by the training split.

extension TextFiles {
    /// How many tokens of a file are kept in memory: 128 MiB of them. No bit depends on it.
    private static let greatestTokenCount = 1 << 24

    /// Reads every file once, divides the training file where that is asked for, and numbers all splits by the training split.
    ///
    /// - Parameter memory: how many tokens of a file are kept in memory.
    func dataset(
        _ format: RecordFormat, tagging: Bool, streams: RandomStreams, reader: DataReader,
        memory: Int = TextFiles.greatestTokenCount
    ) throws -> Dataset {
        var files = self
        if tagging { files.tokenization.level = .words }
        var tables = TextReading.Tables()
        var parts: [Part] = []
        for (split, path) in splits {
            let reading = try TextReading(
                try reader.file(path), format, files, tagging: tagging, memory: memory, into: &tables)
            parts.append(Part(split: split, reading: reading, members: nil))
        }
        if let division { parts = try divide(parts, division, tables, tagging: tagging, streams: streams) }
        let numbering = try Numbering(parts[0], tables, limits: limits)
        var metrics: [(name: String, value: Double)] = []
        var sequences: [(split: Split, sequences: SplitSequences)] = []
        for part in parts {
            let numbered = try NumberedPart(part, numbering, tables, unseen: unseenLabels)
            sequences.append((part.split, numbered.sequences))
            if tokenization.maxLength != nil, part.members == nil || part.split == .train {
                metrics.append((part.split.rawValue + "Truncated", Double(part.reading.cutCount)))
            }
            if unseenLabels != .error, part.split != .train {
                metrics.append((part.split.rawValue + "UnseenLabels", Double(numbered.unseenCount)))
            }
        }
        return Dataset(
            input: .tokens(vocabulary: numbering.vocabulary.count), classes: numbering.labels.count,
            labels: numbering.labels,
            encoding: TextEncoding(
                tokenization: files.tokenization, vocabulary: numbering.vocabulary, labels: numbering.labels),
            splits: sequences,
            files: parts.filter { $0.members == nil || $0.split == .train }.map {
                ($0.split, [FileDigest($0.reading.reader.file)])
            }, metrics: metrics)
    }

    /// The parts that the training file is divided into, among those that have a file of their own.
    private func divide(
        _ parts: [Part], _ division: Division, _ tables: TextReading.Tables, tagging: Bool, streams: RandomStreams
    ) throws -> [Part] {
        let reading = parts[0].reading
        var groups = [Array(0..<reading.count)]
        if division.stratified {
            guard !tagging else {
                throw FormatError(
                    .badData, path: reading.path, key: "data.stratified",
                    problem: "words have labels here, and sequences have none", remedy: "leave data.stratified out")
            }
            var byLabel = [[Int]](repeating: [], count: tables.labels.count)
            try reading.visit(0..<reading.count, tables) { member, _, labels in
                byLabel[Int(labels[labels.startIndex])].append(member)
            }
            groups = byLabel.indices.filter { !byLabel[$0].isEmpty }
                .sorted { Text.precedes(tables.labels[$0], tables.labels[$1]) }.map { byLabel[$0] }
        }
        guard let divided = division.members(of: groups, streams: streams) else {
            throw FormatError(
                .badData, path: reading.path,
                problem: "\(reading.count) examples are too few for the shares of data.validation and data.test",
                remedy: "make the shares larger or smaller, or add examples")
        }
        let own = divided.map { Part(split: $0.split, reading: reading, members: $0.members) }
        return Split.allCases.compactMap { split in
            own.first { $0.split == split } ?? parts.first { $0.split == split }
        }
    }
}

/// A split: a file, or some of its examples.
struct Part {
    let split: Split
    let reading: TextReading
    /// Places in the file, ascending; nil for all.
    let members: [Int]?

    /// The places in the file.
    var places: [Int] { members ?? Array(0..<reading.count) }
}

/// The training split's vocabulary and classes.
struct Numbering {
    let vocabulary: Vocabulary
    /// The classes' labels.
    let labels: [[UInt8]]
    /// The class of each label of the tables; −1 where training lacks it.
    let classes: [Int32]

    init(_ training: Part, _ tables: TextReading.Tables, limits: Vocabulary.Limits) throws {
        var counts = training.reading.counts
        var isSeen = [Bool](repeating: false, count: tables.labels.count)
        if training.members != nil || training.reading.labels == nil {
            counts = []
            try training.reading.visit(training.places, tables) { _, tokens, labels in
                for token in tokens {
                    while counts.count <= Int(token) { counts.append(0) }
                    counts[Int(token)] += 1
                }
                for label in labels { isSeen[Int(label)] = true }
            }
        } else {
            for label in training.reading.labels! { isSeen[Int(label)] = true }
        }
        counts += [Int](repeating: 0, count: tables.tokens.count - counts.count)
        vocabulary = Vocabulary(tables.tokens, counts: counts, limits: limits)
        let seen = isSeen.indices.filter { isSeen[$0] }
            .sorted { Text.precedes(tables.labels[$0], tables.labels[$1]) }
        labels = seen.map { Array(tables.labels[$0]) }
        var classes = [Int32](repeating: -1, count: isSeen.count)
        for (number, label) in seen.enumerated() { classes[label] = Int32(number) }
        self.classes = classes
    }
}

/// A split by the numbers of the training split.
private struct NumberedPart {
    let sequences: SplitSequences
    /// How many labels training lacks.
    private(set) var unseenCount = 0

    init(
        _ part: Part, _ numbering: Numbering, _ tables: TextReading.Tables, unseen: TextFiles.UnseenLabels
    ) throws {
        let reading = part.reading
        let isInMemory = reading.tokens != nil
        let numbers: [Int] = (0..<tables.tokens.count).map { numbering.vocabulary.number(of: tables.tokens[$0]) }
        var (tokens, lengths, targets): ([Int], [Int], [Int]) = ([], [], [])
        var members: [Int32] = []
        var unseenCount = 0
        func add(_ member: Int, _ read: ArraySlice<UInt32>, _ labels: ArraySlice<UInt32>) throws(FormatError) {
            let classes = labels.map { Int(numbering.classes[Int($0)]) }
            if let place = classes.firstIndex(of: -1) {
                unseenCount += classes.count { $0 < 0 }
                if unseen == .error {
                    throw part.unseen(
                        tables.labels[Int(labels[labels.startIndex + place])],
                        line: try reading.line(member, place: place))
                }
                if unseen == .skip { return }
            }
            members.append(Int32(member))
            if isInMemory {
                for token in read { tokens.append(numbers[Int(token)]) }
                lengths.append(read.count)
            }
            if isInMemory || !reading.tagging { targets += classes }
        }
        if !isInMemory, let labels = reading.labels {
            for member in part.places { try add(member, [], labels[member...member]) }
        } else {
            try reading.visit(part.places, tables, add)
        }
        self.unseenCount = unseenCount
        guard !members.isEmpty, targets.isEmpty || targets.contains(where: { $0 >= 0 }) else {
            throw FormatError(
                .badData, path: reading.path,
                problem: "no label of the \(part.split.rawValue) split occurs in training",
                remedy: "correct the labels, or add examples of them to the training split")
        }
        if isInMemory {
            let batch = SequenceBatch(inputs: .tokens(tokens), lengths: lengths, targets: targets)
            sequences = SplitSequences(SequenceSet(batch, tagging: reading.tagging))
        } else {
            var classes = TokenTable()
            for label in numbering.labels { _ = classes.insert(label[...]) }
            sequences = SplitSequences(
                .file(
                    TextIndex(
                        reading: reading, members: members.count == reading.count ? nil : members,
                        vocabulary: numbering.vocabulary, classes: classes, targets: targets.map { Int32($0) })))
        }
    }
}

extension Part {
    /// A label that the training split lacks.
    fileprivate func unseen(_ label: ArraySlice<UInt8>, line: Int) -> FormatError {
        FormatError(
            .badData, path: reading.path, line: line,
            problem: "the label '\(String(decoding: label, as: UTF8.self))' never occurs in the training split",
            remedy: "correct it, or add examples of it to the training split")
    }
}
