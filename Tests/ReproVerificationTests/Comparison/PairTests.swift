import ReproTrace
import ReproVerification
import Testing

/// How the stages of two runs are aligned. A letter stands for a step.
@Suite struct PairTests {
    private let letters = Array("abcd")

    private func names(_ before: String, _ after: String) throws -> [String] {
        func stages(_ names: String) throws -> [Stage] {
            try trace(names.map { .rows("step 00000\(letters.firstIndex(of: $0)!)", ("x", [1])) }).stages
        }
        func letter(_ stage: Stage?) -> String {
            stage.map { String(letters[$0.name.last!.wholeNumberValue!]) } ?? "-"
        }
        return Pair.all(try stages(before), try stages(after)).map { letter($0.before) + letter($0.after) }
    }

    @Test func partsOfOneNameStandBesideOneAnother() throws {
        #expect(try names("abc", "abc") == ["aa", "bb", "cc"])
        #expect(try names("abc", "ac") == ["aa", "b-", "cc"])
        #expect(try names("ac", "abc") == ["aa", "-b", "cc"])
        #expect(try names("ab", "cd") == ["a-", "b-", "-c", "-d"])
        #expect(try names("", "a") == ["-a"])
    }

    /// Stages that changed places are a difference, even where every one of them is equal.
    @Test func pairsNeverCross() throws {
        #expect(try names("ab", "ba") == ["-b", "aa", "b-"])
        #expect(try names("aab", "aba") == ["aa", "-b", "aa", "b-"])
        var moved = parts
        moved.swapAt(0, 2)
        #expect(Drift(expected: try trace(parts), found: try trace(moved)) != nil)
    }
}
