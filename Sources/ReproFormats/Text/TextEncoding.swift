/// All that turns a text into the numbers that a trained model reads, and its classes back into labels: written beside the
/// weights, and read again to predict.
public struct TextEncoding: Sendable, Equatable {
    /// How a text becomes tokens.
    public let tokenization: Tokenization
    /// The tokens' numbers.
    public let vocabulary: Vocabulary
    /// The numbers of the tokens' first and last letters, where the model reads those too.
    public let affixes: Affixes
    /// The classes' labels, class by class.
    public let labels: [[UInt8]]

    /// - Parameter affixes: how many letters the affixes have that the model reads; none where it reads none.
    /// - Precondition: affixes are above 0, and ascend.
    public init(tokenization: Tokenization, vocabulary: Vocabulary, affixes: [Int] = [], labels: [[UInt8]]) {
        (self.tokenization, self.vocabulary, self.labels) = (tokenization, vocabulary, labels)
        self.affixes = Affixes(sizes: affixes, of: vocabulary)
    }

    /// The numbers of a text in UTF-8; none where it holds no token.
    public func encode(_ text: [UInt8]) -> [Int] { numbers(tokenization.tokens(of: text)) }

    /// The numbers of a text that is split already, such as the words of a sentence to tag.
    public func encode(_ words: [[UInt8]]) -> [Int] { numbers(tokenization.tokens(of: words)) }

    /// The numbers of tokens, `Vocabulary.unknown` for those that training did not see.
    public func numbers(_ tokens: Tokens) -> [Int] { tokens.map { vocabulary.number(of: $0) } }
}

extension TextEncoding: JSONRepresentable {
    /// `level`, `lowercase`, `maxLength`, `tokens` from number 2 on, `labels` from class 0 on, and `affixes` where there are
    /// any. A token of bytes is an integer.
    public var json: JSONValue {
        let json: JSONValue = [
            "level": tokenization.level.rawValue, "lowercase": tokenization.lowercase,
            "maxLength": tokenization.maxLength,
            "tokens": vocabulary.tokens.map { token in
                tokenization.level == .bytes ? Int(token[0]).json : String(decoding: token, as: UTF8.self).json
            },
            "labels": labels.map { String(decoding: $0, as: UTF8.self) },
        ]
        return affixes.sizes.isEmpty ? json : json.adding(["affixes": affixes.sizes])
    }

    /// Reads what ``json`` wrote.
    ///
    /// - Throws: `FormatError`, `.badData`, with the key that is missing or wrong.
    public init(_ json: JSONValue, path: String) throws(FormatError) {
        func malformed(_ key: String, _ problem: String) -> FormatError {
            FormatError(
                .badData, path: path, line: json.member(key)?.line, key: key, problem: problem,
                remedy: "take the file that was written beside the weights")
        }
        guard let level = json["level"]?.string.flatMap(Tokenization.Level.init(rawValue:)) else {
            throw malformed("level", "none of " + Tokenization.Level.allCases.map(\.rawValue).joined(separator: ", "))
        }
        guard let lowercase = json["lowercase"]?.bool else { throw malformed("lowercase", "neither true nor false") }
        guard let length = json["maxLength"], length.isNull || length.int.map({ $0 > 0 }) == true else {
            throw malformed("maxLength", "neither null nor a number of tokens")
        }
        func strings(_ key: String, areBytes: Bool) throws(FormatError) -> [[UInt8]] {
            var result = TokenTable()
            for (index, element) in (json[key]?.elements ?? []).enumerated() {
                let string =
                    areBytes ? element.int.flatMap(UInt8.init(exactly:)).map { [$0] } : element.string?.utf8.map { $0 }
                guard let string, result.insert(string[...]) == index else {
                    throw malformed(key, "element \(index) is of another kind, or stands twice")
                }
            }
            guard result.count > 0 || json[key]?.elements != nil else { throw malformed(key, "no list") }
            return (0..<result.count).map { Array(result[$0]) }
        }
        let sizes = (json["affixes"]?.elements ?? []).map { $0.int ?? 0 }
        guard sizes.allSatisfy({ $0 > 0 }), zip(sizes, sizes.dropFirst()).allSatisfy({ $0 < $1 }) else {
            throw malformed("affixes", "no ascending list of numbers of letters")
        }
        self.init(
            tokenization: Tokenization(level: level, lowercase: lowercase, maxLength: length.int),
            vocabulary: Vocabulary(tokens: try strings("tokens", areBytes: level == .bytes)), affixes: sizes,
            labels: try strings("labels", areBytes: false))
    }
}
