import Foundation
import ReproFormats
import ReproTestSupport
import Testing

@Suite struct NamePatternTests {
    /// A pattern's answer is that of the same regular expression.
    @Test func aPatternIsARegularExpressionOfItsStars() throws {
        let patterns = [
            "", "*", "a", "a*", "*a", "a*b", "*a*b*", "a?c", "??", "*?*", "step 00*/lstm.l0[?].*", "**", "a**b",
            "*ab*ab",
        ]
        let names = [
            "", "a", "b", "ab", "aab", "acb", "abc", "abab", "aabab", "step 000/lstm.l0[3].c", "step 00/lstm.l0[12].c",
        ]
        for pattern in patterns {
            let expression = try NSRegularExpression(
                pattern: "^"
                    + NSRegularExpression.escapedPattern(for: pattern).replacingOccurrences(of: "\\*", with: ".*")
                    .replacingOccurrences(of: "\\?", with: ".") + "$")
            for name in names {
                let range = NSRange(name.startIndex..., in: name)
                let expected = expression.firstMatch(in: name, range: range) != nil
                #expect(NamePattern(pattern).matches(name) == expected, "'\(pattern)' and '\(name)'")
            }
        }
    }

    @Test func aLongNameWithoutAMatchEndsSoon() {
        let name = String(repeating: "a", count: 4000)
        #expect(!NamePattern(String(repeating: "*a", count: 40) + "b").matches(name))
    }
}

@Suite struct LineReaderTests {
    private func lines(_ bytes: [UInt8]) throws -> [String] {
        try withTemporaryDirectory { folder in
            try Data(bytes).write(to: URL(fileURLWithPath: folder + "/lines"))
            var reader = try LineReader(path: folder + "/lines")
            var lines: [String] = []
            while let line = try reader.next() { lines.append(line) }
            return lines
        }
    }

    /// Lines longer than a piece of the file, and those that a piece's end divides.
    @Test func linesAreTheSameHoweverTheFileIsRead() throws {
        let expected = (0..<20_000).map { String(repeating: "x", count: $0 % 97) + "\($0)" }
        let text = expected.joined(separator: "\n")
        #expect(try lines(Array(text.utf8)) == expected)
        #expect(try lines(Array((text + "\n").utf8)) == expected)
        #expect(try lines([]).isEmpty)
        #expect(try lines(Array("\n\na".utf8)) == ["", "", "a"])
    }

    @Test func whatIsNoTextIsRefused() throws {
        #expect(throws: FormatError.self) { try lines([0x61, 0x0a, 0xff, 0x0a]) }
        #expect(throws: FormatError.self) { try lines([UInt8](repeating: 0x61, count: 1 << 20)) }
    }
}
