import ReproFormats
import ReproNN

/// The sequences of a split whose file is too large for the memory: where each begins, and what numbers its tokens and labels.
struct TextIndex: Sendable {
    let reading: TextReading
    /// Places in the file, ascending; nil for all.
    let members: [Int32]?
    let vocabulary: Vocabulary
    /// The number of each label, for tagging.
    let classes: TokenTable
    /// The class of each sequence; empty for tagging.
    let targets: [Int32]

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
        for index in indices {
            let example = try reading.example(member(index), &window)
            let read = reading.tokenization.tokens(of: example.content)
            for token in read { tokens.append(vocabulary.number(of: token)) }
            lengths.append(read.count)
            if reading.tagging {
                for label in example.labels.prefix(read.count) { targets.append(classes.number(of: label[...]) ?? -1) }
            } else {
                targets.append(Int(self.targets[index]))
            }
        }
        return SequenceBatch(inputs: .tokens(tokens), lengths: lengths, targets: targets)
    }
}
