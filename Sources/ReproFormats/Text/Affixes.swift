/// Numbers of the first and last letters of tokens, which a model may embed beside the tokens' own (contract, section 10).
///
/// They follow from a vocabulary: of each size a column of prefixes, then one of suffixes, in which 0 is padding, 1 unknown,
/// then the affixes of the vocabulary's tokens in the order in which they first occur there.
public struct Affixes: Sendable, Equatable {
    /// How many letters each pair of columns takes; a letter is a character of UTF-8.
    public let sizes: [Int]
    /// The affixes of each column in the order of their numbers.
    private let columns: [Vocabulary]

    /// - Precondition: sizes are above 0, and ascend.
    public init(sizes: [Int], of vocabulary: Vocabulary) {
        precondition(
            sizes.allSatisfy { $0 > 0 } && zip(sizes, sizes.dropFirst()).allSatisfy { $0 < $1 }, "affixes of \(sizes)")
        self.sizes = sizes
        let tokens = sizes.isEmpty ? [] : vocabulary.tokens
        columns = sizes.flatMap { size in
            [false, true].map { isLast in
                var seen = TokenTable()
                for token in tokens { _ = seen.insert(Affixes.letters(size, of: token[...], isLast)) }
                return Vocabulary(tokens: (0..<seen.count).map { Array(seen[$0]) })
            }
        }
    }

    /// How many numbers each column has, padding and unknown among them: the rows of its table.
    public var counts: [Int] { columns.map(\.count) }

    /// The number of a token's affix in each column.
    public func numbers(of token: ArraySlice<UInt8>) -> [Int] {
        columns.enumerated().map { index, column in
            column.number(of: Affixes.letters(sizes[index / 2], of: token, index % 2 == 1))
        }
    }

    /// The numbers of the affixes of tokens, column by column.
    public func columns(of tokens: some Sequence<ArraySlice<UInt8>>) -> [[Int]] {
        var result = columns.map { _ in [Int]() }
        if result.isEmpty { return [] }
        for token in tokens {
            for (column, number) in numbers(of: token).enumerated() { result[column].append(number) }
        }
        return result
    }

    /// The first or last letters of a token; all of it where it has no more.
    static func letters(_ count: Int, of token: ArraySlice<UInt8>, _ isLast: Bool) -> ArraySlice<UInt8> {
        let starts = token.indices.filter { token[$0] & 0xc0 != 0x80 }
        guard starts.count > count else { return token }
        return isLast ? token[starts[starts.count - count]...] : token[..<starts[count]]
    }
}
