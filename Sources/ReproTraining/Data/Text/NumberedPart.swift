import ReproFormats
import ReproNN

/// A split by the numbers of the training split.
struct NumberedPart {
    let sequences: SplitSequences
    /// How many labels training lacks.
    private(set) var unseenCount = 0

    /// - Throws: `FormatError` for a label that training lacks where that is an error, for a split without any other, and in
    ///   regression for a label that is no number.
    init(
        _ part: Part, _ numbering: Numbering, _ tables: TextReading.Tables, unseen: TextFiles.UnseenLabels
    ) throws {
        let reading = part.reading
        var targets = Targets(part, numbering, tables, unseen: unseen)
        if reading.tokens == nil {
            if let labels = reading.labels {
                for member in part.places { _ = try targets.add(member, labels[member...member]) }
            } else {
                try reading.visit(part.places, tables) { member, _, labels in _ = try targets.add(member, labels) }
            }
            try targets.verify()
            sequences = SplitSequences(.file(TextIndex(reading, targets, numbering.encoding)))
        } else {
            let encoding = numbering.encoding
            let numbers = (0..<tables.tokens.count).map { encoding.vocabulary.number(of: tables.tokens[$0]) }
            let affixes = encoding.affixes.columns(of: (0..<tables.tokens.count).lazy.map { tables.tokens[$0] })
            var (tokens, lengths): ([Int], [Int]) = ([], [])
            var columns = affixes.map { _ in [Int]() }
            try reading.visit(part.places, tables) { member, read, labels in
                guard try targets.add(member, labels) else { return }
                for token in read { tokens.append(numbers[Int(token)]) }
                for column in columns.indices {
                    for token in read { columns[column].append(affixes[column][Int(token)]) }
                }
                lengths.append(read.count)
            }
            try targets.verify()
            let batch = SequenceBatch(
                inputs: .tokens(tokens), lengths: lengths, targets: targets.classes, numbers: targets.numbers,
                affixes: columns)
            sequences = SplitSequences(SequenceSet(batch, tagging: reading.tagging))
        }
        unseenCount = targets.unseenCount
    }
}

/// The targets of a split, gathered example by example.
struct Targets {
    private let part: Part
    private let numbering: Numbering
    private let tables: TextReading.Tables
    private let unseen: TextFiles.UnseenLabels
    /// The places in the file of the examples that are kept, ascending.
    private(set) var members: [Int32] = []
    /// The classes, −1 where training lacks the label; none in regression, and none of a tagged file beyond the memory.
    private(set) var classes: [Int] = []
    /// In regression the number of each example.
    private(set) var numbers: [Float] = []
    private(set) var unseenCount = 0
    /// Whether any label is one of training's.
    private var hasKnown = false

    fileprivate init(
        _ part: Part, _ numbering: Numbering, _ tables: TextReading.Tables, unseen: TextFiles.UnseenLabels
    ) {
        (self.part, self.numbering, self.tables, self.unseen) = (part, numbering, tables, unseen)
    }

    /// Takes the labels of an example. Returns whether the example is kept.
    fileprivate mutating func add(_ member: Int, _ labels: ArraySlice<UInt32>) throws(FormatError) -> Bool {
        switch numbering.labels {
        case .numbers(let all):
            guard let value = all[Int(labels[labels.startIndex])] else {
                throw Numbering.noNumber(
                    tables.labels[Int(labels[labels.startIndex])], path: part.reading.path,
                    line: try part.reading.line(member, place: 0))
            }
            numbers.append(value)
        case .classes(let all):
            let found = labels.map { Int(all[Int($0)]) }
            if let place = found.firstIndex(of: -1) {
                unseenCount += found.count { $0 < 0 }
                if unseen == .error {
                    throw FormatError(
                        .badData, path: part.reading.path, line: try part.reading.line(member, place: place),
                        problem:
                            "the label '\(text(labels[labels.startIndex + place]))' never occurs in the training split",
                        remedy: "correct it, or add examples of it to the training split")
                }
                if unseen == .skip { return false }
            }
            hasKnown = hasKnown || found.contains { $0 >= 0 }
            if part.reading.tokens != nil || !part.reading.tagging { classes += found }
        }
        members.append(Int32(member))
        return true
    }

    /// - Throws: `FormatError` where no example has a label that training has.
    fileprivate func verify() throws(FormatError) {
        guard hasKnown || !numbers.isEmpty else {
            throw FormatError(
                .badData, path: part.reading.path,
                problem: "no label of the \(part.split.rawValue) split occurs in training",
                remedy: "correct the labels, or add examples of them to the training split")
        }
    }

    private func text(_ label: UInt32) -> String { String(decoding: tables.labels[Int(label)], as: UTF8.self) }
}
