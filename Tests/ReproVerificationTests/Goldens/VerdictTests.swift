import ReproVerification
import Testing

@Suite struct VerdictTests {
    private let drift: Drift
    private let verdicts: [Verdict]

    init() throws {
        let expected = try trace(parts)
        let found = try trace([.rows("init", ("weight", [0.5, -0.125]))] + parts.dropFirst())
        drift = try #require(Drift(expected: expected, found: found))
        verdicts = [.reproduced, .drift(drift), .notJudged("x"), .notReproducible(drift), .notFinite("x")]
    }

    @Test func eachVerdictHasTheExitCodeOfTheDocumentation() {
        #expect(verdicts.map(\.exitCode.rawValue) == [0, 1, 2, 3, 4])
        #expect(verdicts.map(\.isReproduced) == [true, false, false, false, false])
        #expect(
            verdicts.map(\.word) == ["reproduced", "drift", "not judged", "not reproducible", "not finite"])
    }

    /// Every subset of the verdicts, in both orders: the first of 3, 1, 2, 4 that occurs.
    @Test func severalCasesEndWithTheFirstOf3124() {
        for subset in 1..<32 {
            let chosen = verdicts.enumerated().filter { subset >> $0.offset & 1 == 1 }.map(\.element)
            let codes = chosen.map(\.exitCode.rawValue)
            let expected: Int32 =
                codes.contains(3) ? 3 : codes.contains(1) ? 1 : codes.contains(2) ? 2 : codes.contains(4) ? 4 : 0
            #expect(Verdict.exitCode(of: chosen).rawValue == expected, "\(codes)")
            #expect(Verdict.exitCode(of: chosen.reversed()).rawValue == expected, "\(codes) reversed")
        }
    }

    @Test func checkingNothingIsNoSuccess() {
        #expect(Verdict.exitCode(of: []).rawValue == 2)
    }
}
