import ReproTrace
import ReproVerification
import Testing

/// How the stages of two runs are aligned.
@Suite struct PairTests {
    private func names(_ before: String, _ after: String) throws -> [String] {
        func stages(_ names: String) throws -> [Stage] {
            try trace(names.map { .rows(String($0), ("x", [1])) }).stages
        }
        return Pair.all(try stages(before), try stages(after)).map {
            ($0.before?.name ?? "-") + ($0.after?.name ?? "-")
        }
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
