import Foundation
import ReproFormats
import ReproTestSupport
import Testing

@Suite struct TextTests {
    @Test(arguments: [
        ("a/b-c_D.9", "a/b-c_D.9"), ("", "''"), ("it's", "'it'\\''s'"), ("a b", "'a b'"), ("$(x)", "'$(x)'"),
        ("-rf", "./'-rf'"), ("é", "'é'"), ("a\nb", "'a\nb'"),
    ])
    func aWordOfAShellSaysItself(word: String, quoted: String) { #expect(Text.shellWord(word) == quoted) }

    @Test func longStringsAreCut() {
        #expect(Text.excerpt(String(repeating: "a", count: 120)) == String(repeating: "a", count: 120))
        #expect(Text.excerpt(String(repeating: "a", count: 121)) == String(repeating: "a", count: 120) + "…")
        #expect(NearestName.of(String(repeating: "a", count: 3_000_000), among: ["aa"]) == nil)
    }

    @Test func tokensSplitAtASCIIWhiteSpaceAlone() {
        #expect(Text.tokens(bytes(" a\tbc\n\u{b}\u{c}\rd  ")) == [bytes("a"), bytes("bc"), bytes("d")])
        #expect(Text.tokens(bytes("")).isEmpty && Text.tokens(bytes(" \r\n")).isEmpty)
        // No-break space, em space, next line: white space to Unicode, letters here.
        for other in ["a\u{a0}b", "a\u{2003}b", "a\u{85}b", "a\0b"] {
            #expect(Text.tokens(bytes(other)) == [bytes(other)])
        }
    }

    @Test func lowerCaseTouchesASCIILettersAlone() {
        #expect(Text.lowercase(bytes("AZaz@[09ÄÉİ")) == bytes("azaz@[09ÄÉİ"))
    }

    @Test func orderIsThatOfBytes() {
        let sorted = ["", "A", "Z", "a", "ab", "b", "é", "\u{ff5e}", "😀"].map(bytes)
        for (left, right) in zip(sorted, sorted.dropFirst()) {
            #expect(Text.precedes(left, right) && !Text.precedes(right, left))
        }
        #expect(!Text.precedes(bytes("a"), bytes("a")))
    }

    @Test func sameMeansSameBytes() {
        #expect("\u{e9}" == "e\u{301}", "the standard library calls them equal")
        #expect(!Text.areSame("\u{e9}", "e\u{301}"))
    }

    @Test func aVocabularyOrdersByCountThenBytes() {
        let texts = ["b a c", "a é Z", "a b zz"].map { Text.tokens(bytes($0)) }
        let vocabulary = Vocabulary(counting: texts)
        #expect(vocabulary.tokens == ["a", "b", "Z", "c", "zz", "é"].map(bytes))
        #expect(vocabulary.count == 8)
        #expect(vocabulary.number(of: bytes("a")) == 2 && vocabulary.number(of: bytes("é")) == 7)
        #expect(vocabulary.number(of: bytes("e\u{301}")) == Vocabulary.unknown)
        #expect(vocabulary.token(2) == bytes("a") && vocabulary.token(0) == nil && vocabulary.token(8) == nil)
        #expect(Vocabulary(counting: texts, limits: .init(minimumCount: 2)).tokens == ["a", "b"].map(bytes))
        #expect(Vocabulary(tokens: vocabulary.tokens) == vocabulary)
        #expect(Vocabulary(counting: [[[UInt8]]]()).count == 2)
    }

    @Test func linesBecomeLabelsAndTexts() throws {
        let expected = [
            TextRecord(content: .text(bytes("What is it ?")), labels: [bytes("1")], lines: [1]),
            TextRecord(content: .text(bytes(" naïve\tcolumn ")), labels: [bytes("no")], lines: [2]),
        ]
        let text = "1\tWhat is it ?\nno\t naïve\tcolumn "
        for source in [text, text + "\n", text + "\n\n", (text + "\n").replacingOccurrences(of: "\n", with: "\r\n")] {
            #expect(try RecordFormat.tsv.examples(of: bytes(source), path: "x") == expected)
        }
    }

    @Test func brokenLinesAreNamedByLineAndByte() throws {
        let good = bytes("0\tgood\n")
        let cases: [([UInt8], Int?, Int?, String)] = [
            (good + bytes("no tab\n"), 2, 7, "no tab"),
            (good + bytes("\ttext\n"), 2, 7, "label is empty"),
            (good + bytes(" \ttext\n"), 2, 7, "label is empty"),
            (good + bytes("1\t\n"), 2, 9, "no token"),
            (good + bytes("1\t \r\n"), 2, 9, "no token"),
            (good + bytes("\n") + good, 2, 7, "blank"),
            (good + bytes("\n\n"), 2, 7, "blank"),
            (good + [0x31, 0x09, 0x61, 0xff, 0x0a], 2, 10, "not UTF-8"),
            (good + [0x31, 0x09, 0xc3], 2, 9, "not UTF-8"),
            ([0xef, 0xbb, 0xbf] + good, 1, 0, "byte order mark"),
            ([0xff, 0xfe, 0x31, 0x00], 1, 0, "not UTF-8"),
            (bytes("\n"), 1, 0, "blank"),
            ([], nil, nil, "no example"),
        ]
        for (source, line, offset, problem) in cases {
            let error = try thrown(FormatError.self) {
                _ = try RecordFormat.tsv.examples(of: source, path: "train.tsv")
            }
            #expect(error.category == .badData && error.problem.contains(problem), "\(error)")
            #expect(error.line == line && error.byteOffset == offset, "\(error)")
        }
        let error = try thrown(FormatError.self) {
            _ = try RecordFormat.tsv.examples(of: bytes("0\tgood\nno tab"), path: "train.tsv")
        }
        #expect(
            error.description
                == "train.tsv:2: no tab between label and text (byte 7); write the line as label<TAB>text")
    }

    /// Table 3-7 of the Unicode Standard at its edges.
    @Test func illFormedUTF8IsFoundAtItsFirstByte() throws {
        let wellFormed: [[UInt8]] = [
            [0xc2, 0x80], [0xdf, 0xbf], [0xe0, 0xa0, 0x80], [0xed, 0x9f, 0xbf], [0xee, 0x80, 0x80], [0xef, 0xbf, 0xbf],
            [0xf0, 0x90, 0x80, 0x80], [0xf4, 0x8f, 0xbf, 0xbf], [0x7f], [0x01],
        ]
        let illFormed: [[UInt8]] = [
            [0x80], [0xbf], [0xc0, 0x80], [0xc1, 0xbf], [0xc2], [0xc2, 0x7f], [0xe0, 0x9f, 0xbf], [0xed, 0xa0, 0x80],
            [0xe1, 0x80], [0xe1, 0x80, 0xc0], [0xf0, 0x8f, 0xbf, 0xbf], [0xf4, 0x90, 0x80, 0x80],
            [0xf5, 0x80, 0x80, 0x80],
            [0xf1, 0x80, 0x80], [0xf1, 0x80, 0x80, 0x41], [0xfe], [0xff],
        ]
        for sequence in wellFormed {
            #expect(
                try RecordFormat.tsv.examples(of: bytes("0\tx") + sequence + bytes("y"), path: "x").count == 1,
                "\(sequence)")
        }
        for sequence in illFormed {
            let error = try thrown(FormatError.self, "\(sequence)") {
                _ = try RecordFormat.tsv.examples(of: bytes("0\tx") + sequence + bytes("y"), path: "x")
            }
            #expect(error.byteOffset == 3, "\(sequence)")
        }
    }
}
