import Testing

import ReproAudit

/// Planted programs: what they give is a function of what is varied and held.
@Suite struct LadderTests {
    private static let names = (0..<17).map { "v\($0)" }

    /// Climbs with a program; `canHold` are the factors that can be pinned.
    private func climb(
        budget: Int = 200, count: Int = 17, canHold: [Int] = [], through: [Int: String] = [:],
        _ program: @escaping (TrialPlan, Int) -> Trial
    ) throws -> LadderFindings {
        let factors = (0..<count).map {
            Factor("v\($0)", canHold: canHold.contains($0), mayActThrough: through[$0].map { [$0] } ?? [])
        }
        var run = 0
        return try Ladder(factors, budget: budget) { plan, _ in
            run += 1
            return program(plan, run)
        }.climb()
    }

    @Test func aRepeatableProgramTakesThreeRuns() throws {
        let findings = try climb { _, _ in .result(0) }
        #expect(findings.runs == 3 && findings.distinct == 1 && findings.causes.isEmpty)
        #expect(findings.harmless == Array(0..<17) && findings.ending == .finished)
    }

    @Test(arguments: 0..<17) func aSingleCauseIsFoundInFewRuns(place: Int) throws {
        let findings = try climb { plan, _ in .result(plan.varied.contains(place) ? 1 : 0) }
        #expect(findings.causes.map(\.factors) == [[place]])
        #expect(findings.causes.map(\.isConfirmed) == [true] && findings.causes.map(\.isOwn) == [false])
        #expect(findings.harmless.count == 16 && findings.runs <= 20, "\(findings.runs) runs")
    }

    @Test func aPairThatMattersOnlyTogetherIsFoundAsAPair() throws {
        for (a, b) in [(0, 16), (3, 4), (7, 8), (1, 12)] {
            let findings = try climb { plan, _ in .result(plan.varied.contains(a) && plan.varied.contains(b) ? 1 : 0) }
            #expect(findings.causes.map(\.factors) == [[a, b]], "\(a) \(b)")
            #expect(findings.causes[0].isConfirmed)
        }
    }

    @Test func twoIndependentCausesAreFoundAsTwo() throws {
        let findings = try climb { plan, _ in
            .result((plan.varied.contains(2) ? 1 : 0) + (plan.varied.contains(11) ? 2 : 0))
        }
        #expect(findings.causes.map(\.factors).sorted { $0[0] < $1[0] } == [[2], [11]])
        #expect(findings.distinct == 4 && findings.runs <= 30, "\(findings.runs) runs")
    }

    @Test func aSingleCauseBesideAPairIsFound() throws {
        let findings = try climb { plan, _ in
            let pair = plan.varied.contains(5) && plan.varied.contains(9)
            return .result((plan.varied.contains(2) ? 1 : 0) + (pair ? 2 : 0))
        }
        #expect(findings.causes.map(\.factors).sorted { $0.count < $1.count } == [[2], [5, 9]])
    }

    @Test func whatActsThroughAnotherIsNoCause() throws {
        // Fewer processors (1) mean another count of threads (0), which is what the program depends on.
        let findings = try climb(through: [1: "v0"]) { plan, _ in
            .result(plan.varied.contains(0) || plan.varied.contains(1) ? 1 : 0)
        }
        #expect(findings.causes.map(\.factors) == [[0]] && findings.through == [1: 0])
        #expect(findings.harmless.contains(1))
    }

    @Test func whatMakesAProgramDifferFromItselfIsFoundByPinning() throws {
        // A clock (4) that goes on by itself, and beside it a plain cause (10).
        let findings = try climb(canHold: [0, 2, 4, 6, 8]) { plan, run in
            .result((plan.held.contains(4) ? 1_000 : run) * 2 + (plan.varied.contains(10) ? 1 : 0))
        }
        #expect(findings.differsFromItself && findings.held == [4])
        #expect(findings.causes.map(\.factors) == [[4], [10]] && findings.causes.map(\.isOwn) == [true, false])
        #expect(findings.causes.map(\.isConfirmed) == [true, true])
        #expect(findings.runs <= 40, "\(findings.runs) runs")
    }

    @Test func aProgramThatDiffersWhateverIsPinnedIsSaidTo() throws {
        let findings = try climb(canHold: [0, 1, 2]) { _, run in .result(run) }
        #expect(findings.causes.map(\.factors) == [[]] && findings.differsFromItself)
        #expect(findings.ending == .finished && findings.runs <= 5)
    }

    @Test func aProgramThatDiffersNowAndThenBlamesNoVariation() throws {
        for seed in UInt64(1)...20 {
            var state = seed
            let findings = try climb(canHold: [0, 1]) { _, _ in
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return .result(state >> 33 & 3 == 0 ? 1 : 0)
            }
            let blamed = findings.causes.filter { $0.isConfirmed && !$0.isOwn }
            #expect(blamed == [], "seed \(seed)")
        }
    }

    @Test func theBudgetIsKept() throws {
        for budget in 0..<12 {
            let findings = try climb(budget: budget) { plan, _ in .result(plan.varied.contains(6) ? 1 : 0) }
            #expect(findings.runs <= budget && findings.ending == .exhausted)
            #expect(findings.hasDifference == (budget >= 3))
        }
    }

    @Test func aFailingProgramIsNotJudged() throws {
        let findings = try climb { _, _ in .unresolved }
        #expect(findings.ending == .unresolved && findings.runs == 1 && findings.causes.isEmpty)
    }

    @Test func aVariationThatEndsEveryRunIsLeftOut() throws {
        let findings = try climb { plan, _ in
            plan.varied.contains(3) ? .unresolved : .result(plan.varied.contains(12) ? 1 : 0)
        }
        #expect(findings.unresolved == [3] && findings.causes.map(\.factors) == [[12]])
        #expect(!findings.harmless.contains(3))
    }
}
