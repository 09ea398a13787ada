/// Numbers for tokens: 0 padding, 1 unknown, then by descending count, then by bytes.
public struct Vocabulary: Sendable, Equatable {
    /// The index of what stands past the end of a sequence.
    public static let padding = 0
    /// The index of every token that training did not see.
    public static let unknown = 1
    /// The number that the first token has.
    public static let first = 2

    /// Which tokens have a number of their own.
    public struct Limits: Sendable, Equatable {
        /// How often a token has to occur.
        public var minimumCount: Int
        /// How many tokens at most, the first in the vocabulary's order; nil for any number.
        public var greatestCount: Int?

        public init(minimumCount: Int = 1, greatestCount: Int? = nil) {
            (self.minimumCount, self.greatestCount) = (minimumCount, greatestCount)
        }
    }

    /// The known tokens in order; the token at position `i` has the number `i + first`.
    private let table: TokenTable

    /// The tokens that occur within the limits.
    public init(counting texts: some Sequence<some Sequence<[UInt8]>>, limits: Limits = Limits()) {
        var seen = TokenTable()
        var counts: [Int] = []
        for text in texts {
            for token in text {
                let number = seen.insert(token[...])
                if number == counts.count { counts.append(0) }
                counts[number] += 1
            }
        }
        self.init(seen, counts: counts, limits: limits)
    }

    /// The tokens of a table that occur within the limits.
    ///
    /// - Parameter counts: how often each token of the table occurs.
    package init(_ seen: TokenTable, counts: [Int], limits: Limits) {
        let known = (0..<seen.count).filter { counts[$0] >= max(1, limits.minimumCount) }
        let order = known.sorted { left, right in
            counts[left] != counts[right] ? counts[left] > counts[right] : Text.precedes(seen[left], seen[right])
        }
        var table = TokenTable()
        for token in order.prefix(limits.greatestCount ?? order.count) { _ = table.insert(seen[token]) }
        self.table = table
    }

    /// Tokens in an order already known, from a checkpoint for example.
    ///
    /// - Precondition: no token occurs twice.
    public init(tokens: [[UInt8]]) {
        var table = TokenTable()
        for (position, token) in tokens.enumerated() {
            precondition(table.insert(token[...]) == position, "the token \(token) stands twice")
        }
        self.table = table
    }

    public static func == (left: Vocabulary, right: Vocabulary) -> Bool {
        left.table.count == right.table.count && (0..<left.table.count).allSatisfy { left.table[$0] == right.table[$0] }
    }

    /// The known tokens in order; the token at position `i` has the number `i + first`.
    public var tokens: [[UInt8]] { (0..<table.count).map { Array(table[$0]) } }

    /// How many numbers there are, padding and unknown among them: the rows of an embedding.
    public var count: Int { table.count + Vocabulary.first }

    /// The number of a token, `unknown` where it has none of its own.
    public func number(of token: [UInt8]) -> Int { number(of: token[...]) }

    /// The number of a token, `unknown` where it has none of its own.
    public func number(of token: ArraySlice<UInt8>) -> Int {
        table.number(of: token).map { $0 + Vocabulary.first } ?? Vocabulary.unknown
    }

    /// The token of a number; nil for padding, unknown, and numbers out of range.
    public func token(_ number: Int) -> [UInt8]? {
        let position = number - Vocabulary.first
        return (0..<table.count).contains(position) ? Array(table[position]) : nil
    }
}
