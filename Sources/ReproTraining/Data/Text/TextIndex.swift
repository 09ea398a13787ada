import ReproFormats
import ReproNN

/// The sequences of a split whose file is too large for the memory: where each begins, and what numbers its tokens and labels.
struct TextIndex: Sendable {
    let reading: TextReading
    /// Places in the file, ascending; nil for all.
    let members: [Int32]?
    let encoding: TextEncoding
    /// The number of each label, for tagging.
    let classes: TokenTable
    /// The class of each sequence; empty for tagging and regression.
    let targets: [Int32]
    /// In regression the number of each sequence, else none.
    let numbers: [Float]

    init(_ reading: TextReading, _ targets: Targets, _ encoding: TextEncoding) {
        self.reading = reading
        self.encoding = encoding
        members = targets.members.count == reading.count ? nil : targets.members
        var classes = TokenTable()
        for label in encoding.labels { _ = classes.insert(label[...]) }
        self.classes = classes
        self.targets = targets.classes.map { Int32($0) }
        numbers = targets.numbers
    }

    /// How many sequences there are.
    var count: Int { members?.count ?? reading.count }

    func member(_ index: Int) -> Int { members.map { Int($0[index]) } ?? index }

    func length(_ index: Int) -> Int { Int(reading.lengths[member(index)]) }

    /// The sequences at these indices, in this order, read again.
    ///
    /// - Throws: `FormatError` where the file was changed meanwhile.
    func batch(_ indices: some Collection<Int>) throws(FormatError) -> SequenceBatch {
        // Sequences that follow one another are read together.
        let isRange = indices.count > 1 && zip(indices, indices.dropFirst()).allSatisfy { $1 == $0 + 1 }
        var window = RecordReader.Window(ahead: isRange ? 63 : 0)
        var (tokens, lengths, targets): ([Int], [Int], [Int]) = ([], [], [])
        var numbers: [Float] = []
        var affixes = encoding.affixes.counts.map { _ in [Int]() }
        for index in indices {
            let example = try reading.example(member(index), &window)
            let read = reading.tokenization.tokens(of: example.content)
            for token in read { tokens.append(encoding.vocabulary.number(of: token)) }
            for (column, own) in encoding.affixes.columns(of: read).enumerated() { affixes[column] += own }
            lengths.append(read.count)
            if reading.tagging {
                for label in example.labels.prefix(read.count) { targets.append(classes.number(of: label[...]) ?? -1) }
            } else if self.numbers.isEmpty {
                targets.append(Int(self.targets[index]))
            } else {
                numbers.append(self.numbers[index])
            }
        }
        return SequenceBatch(
            inputs: .tokens(tokens), lengths: lengths, targets: targets, numbers: numbers, affixes: affixes)
    }
}
