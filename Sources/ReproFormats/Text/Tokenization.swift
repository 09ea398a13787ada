/// How a text becomes tokens (contract, section 10).
public struct Tokenization: Sendable, Equatable {
    /// What a token is.
    public enum Level: String, Sendable, CaseIterable {
        /// A maximal run of bytes other than ASCII white space.
        case words
        /// A Unicode scalar, white space included.
        case characters
        /// A byte of the text's UTF-8, white space included.
        case bytes
    }

    /// What a token is.
    public var level: Level
    /// Whether A–Z are read as a–z.
    public var lowercase: Bool
    /// How many tokens are read of a text, whose others are left out; nil for all.
    public var maxLength: Int?

    /// - Precondition: `maxLength` is nil or above 0.
    public init(level: Level = .words, lowercase: Bool = false, maxLength: Int? = nil) {
        precondition(maxLength.map { $0 > 0 } ?? true, "a text of \(maxLength ?? 0) tokens")
        (self.level, self.lowercase, self.maxLength) = (level, lowercase, maxLength)
    }

    /// The tokens of a text in UTF-8; none of an empty one, and in words none of white space alone.
    public func tokens(of text: [UInt8]) -> Tokens {
        var tokens = Tokens(bytes: lowercase ? Text.lowercase(text) : text)
        var start = 0
        for (index, byte) in text.enumerated() {
            let ends: Bool
            switch level {
            case .words:
                if Text.isWhiteSpace(byte) {
                    if start < index { tokens.append(start..<index) }
                    start = index + 1
                }
                continue
            case .characters: ends = index + 1 == text.count || text[index + 1] & 0xc0 != 0x80
            case .bytes: ends = true
            }
            if ends {
                tokens.append(start..<(index + 1))
                start = index + 1
            }
        }
        if start < text.count { tokens.append(start..<text.count) }
        return cut(tokens)
    }

    /// The tokens of a text that is split already, each word one token at every level.
    public func tokens(of words: [[UInt8]]) -> Tokens {
        var tokens = Tokens(bytes: lowercase ? Text.lowercase(words.joined()) : Array(words.joined()))
        var start = 0
        for word in words {
            tokens.append(start..<(start + word.count))
            start += word.count
        }
        return cut(tokens)
    }

    private func cut(_ tokens: Tokens) -> Tokens {
        guard let maxLength, tokens.count > maxLength else { return tokens }
        return tokens.prefix(maxLength)
    }
}

/// The tokens of one text: the text's bytes, and which of them each token is.
public struct Tokens: Sendable, Equatable, RandomAccessCollection {
    private let bytes: [UInt8]
    private var ranges: [Range<Int>] = []
    /// Whether the text has more tokens than were read of it.
    public private(set) var isCut = false

    init(bytes: [UInt8]) { self.bytes = bytes }

    mutating func append(_ range: Range<Int>) { ranges.append(range) }

    func prefix(_ count: Int) -> Tokens {
        var result = self
        result.ranges.removeLast(ranges.count - count)
        result.isCut = true
        return result
    }

    public var startIndex: Int { 0 }
    public var endIndex: Int { ranges.count }

    /// The bytes of the token at a position.
    public subscript(_ position: Int) -> ArraySlice<UInt8> { bytes[ranges[position]] }
}
