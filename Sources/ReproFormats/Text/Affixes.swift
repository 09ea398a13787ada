/// Numbers of the first and last letters of tokens, which a model may embed beside the tokens' own (contract, section 10).
///
/// They follow from a vocabulary: of each size a column of prefixes, then one of suffixes, in which 0 is padding, 1 unknown,
/// then the affixes of the vocabulary's tokens in the order in which they first occur there.
public struct Affixes: Sendable, Equatable {
    /// How many letters each pair of columns takes; a letter is a character of UTF-8.
    public let sizes: [Int]
    /// The affixes of each column in the order of their numbers.
    private let columns: [Vocabulary]

    /// - Parameter sizes: ascending, above 0.
    public init(sizes: [Int], of vocabulary: Vocabulary) {
        self.sizes = sizes
        columns = sizes.flatMap { size in
            [false, true].map { isLast in
                // For looking up alone: the order of a set differs from process to process.
                var seen: Set<[UInt8]> = []
                return Vocabulary(
                    tokens: vocabulary.tokens.map { Affixes.letters(size, of: $0, isLast) }
                        .filter { seen.insert($0).inserted })
            }
        }
    }

    /// How many numbers each column has, padding and unknown among them: the rows of its table.
    public var counts: [Int] { columns.map(\.count) }

    /// The number of a token's affix in each column.
    public func numbers(of token: [UInt8]) -> [Int] {
        columns.enumerated().map { index, column in
            column.number(of: Affixes.letters(sizes[index / 2], of: token, index % 2 == 1))
        }
    }

    /// The first or last letters of a token; all of it where it has no more.
    static func letters(_ count: Int, of token: [UInt8], _ isLast: Bool) -> [UInt8] {
        let starts = token.indices.filter { token[$0] & 0xc0 != 0x80 }
        guard starts.count > count else { return token }
        return isLast ? Array(token[starts[starts.count - count]...]) : Array(token[..<starts[count]])
    }
}
