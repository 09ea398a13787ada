import ReproFormats
import ReproTestSupport
import Testing

@Suite struct TextEncodingTests {
    @Test func levelsCutATextDifferently() {
        func tokens(_ level: Tokenization.Level, _ text: String, maxLength: Int? = nil) -> [String] {
            Tokenization(level: level, lowercase: true, maxLength: maxLength).tokens(of: bytes(text)).map {
                String(decoding: $0, as: UTF8.self)
            }
        }
        #expect(tokens(.words, " A é\nb ") == ["a", "é", "b"])
        #expect(tokens(.words, " \n").isEmpty && tokens(.characters, "").isEmpty && tokens(.bytes, "").isEmpty)
        #expect(tokens(.characters, "A é\n日😀") == ["a", " ", "é", "\n", "日", "😀"])
        #expect(tokens(.bytes, "aé").count == 3)
        #expect(tokens(.words, "a b c", maxLength: 2) == ["a", "b"])
        #expect(tokens(.characters, "éé b", maxLength: 3) == ["é", "é", " "])
        let cut = Tokenization(maxLength: 2)
        #expect(cut.tokens(of: bytes("a b c")).isCut && !cut.tokens(of: bytes("a b")).isCut)
        #expect(
            cut.tokens(of: ["New York", "is", "big"].map(bytes)).map { Array($0) } == ["New York", "is"].map(bytes))
    }

    @Test func anEncodingIsReadBackFromItsJSON() throws {
        for level in Tokenization.Level.allCases {
            let tokenization = Tokenization(level: level, lowercase: true, maxLength: level == .words ? nil : 7)
            let texts = ["A line\nof text", "ünïcode \u{1} \"quoted\" \u{2028}"].map {
                tokenization.tokens(of: bytes($0))
            }
            let encoding = TextEncoding(
                tokenization: tokenization, vocabulary: Vocabulary(counting: texts.map { $0.map { Array($0) } }),
                labels: ["no", "yes\nno"].map(bytes))
            let read = try TextEncoding(JSONValue.parse(encoding.json.encoded(.pretty), path: "x"), path: "x")
            #expect(read == encoding)
            #expect(read.encode(bytes("a LINE zz")) == encoding.encode(bytes("a line zz")))
        }
        let encoding = TextEncoding(
            tokenization: Tokenization(), vocabulary: Vocabulary(tokens: [bytes("b"), bytes("a")]), labels: [])
        #expect(encoding.encode(bytes("a b c")) == [3, 2, Vocabulary.unknown])
        #expect(encoding.encode([bytes("b"), bytes("a b")]) == [2, Vocabulary.unknown])
    }

    @Test func aDamagedEncodingIsRefusedByItsKey() throws {
        let good = #"{"level": "words", "lowercase": false, "maxLength": null, "tokens": ["a"], "labels": ["x"]}"#
        _ = try TextEncoding(JSONValue.parse(good, path: "x"), path: "x")
        for (old, new, key) in [
            ("words", "word", "level"), ("false", "0", "lowercase"), ("null", "0", "maxLength"),
            (#"["a"]"#, #"["a", "a"]"#, "tokens"), (#"["a"]"#, "[1]", "tokens"), (#", "labels": ["x"]"#, "", "labels"),
        ] {
            let text = good.replacing(old, with: new)
            let error = try thrown(FormatError.self) {
                _ = try TextEncoding(JSONValue.parse(text, path: "x"), path: "x")
            }
            #expect(error.key == key, "\(error)")
        }
    }

    @Test func aVocabularyKeepsItsLimits() {
        let texts = [["a", "b", "a", "c", "b", "a", "d"].map(bytes)]
        #expect(Vocabulary(counting: texts, limits: .init(greatestCount: 3)).tokens == ["a", "b", "c"].map(bytes))
        #expect(Vocabulary(counting: texts, limits: .init(minimumCount: 2, greatestCount: 1)).tokens == [bytes("a")])
        let many = (0..<10_000).map { bytes(String($0 * 7919 % 5000)) }
        let vocabulary = Vocabulary(counting: [many])
        #expect(vocabulary.count == 5002)
        #expect(Set(many.map { vocabulary.number(of: $0) }).count == 5000)
    }
}
