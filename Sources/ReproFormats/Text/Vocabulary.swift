/// Numbers for tokens: 0 padding, 1 unknown, then by descending count, then by bytes.
public struct Vocabulary: Sendable, Equatable {
    /// The index of what stands past the end of a sequence.
    public static let padding = 0
    /// The index of every token that training did not see.
    public static let unknown = 1
    /// The number that the first token has.
    public static let first = 2

    /// The known tokens in order; the token at position `i` has the number `i + first`.
    public let tokens: [[UInt8]]
    /// For looking up alone: the order of a dictionary differs from process to process.
    private let positions: [[UInt8]: Int]

    /// The tokens that occur at least `minimumCount` times.
    public init(counting texts: some Sequence<[[UInt8]]>, minimumCount: Int = 1) {
        var seen: [[UInt8]: Int] = [:]
        var tokens: [[UInt8]] = []
        var counts: [Int] = []
        for text in texts {
            for token in text {
                if let position = seen[token] {
                    counts[position] += 1
                } else {
                    seen[token] = tokens.count
                    tokens.append(token)
                    counts.append(1)
                }
            }
        }
        let order = tokens.indices.filter { counts[$0] >= minimumCount }.sorted { left, right in
            counts[left] != counts[right] ? counts[left] > counts[right] : Text.precedes(tokens[left], tokens[right])
        }
        self.init(tokens: order.map { tokens[$0] })
    }

    /// Tokens in an order already known, from a checkpoint for example.
    ///
    /// - Precondition: no token occurs twice.
    public init(tokens: [[UInt8]]) {
        self.tokens = tokens
        positions = Dictionary(
            uniqueKeysWithValues: zip(tokens, tokens.indices))
    }

    /// How many numbers there are, padding and unknown among them: the rows of an embedding.
    public var count: Int { tokens.count + Vocabulary.first }

    /// The number of a token, `unknown` where it has none of its own.
    public func number(of token: [UInt8]) -> Int {
        positions[token].map { $0 + Vocabulary.first } ?? Vocabulary.unknown
    }

    /// The token of a number; nil for padding, unknown, and numbers out of range.
    public func token(_ number: Int) -> [UInt8]? {
        let position = number - Vocabulary.first
        return tokens.indices.contains(position) ? tokens[position] : nil
    }
}
