import Foundation
import ReproFormats
import ReproNumerics
import ReproTrace
import ReproVerification
import Testing

@Suite struct DivergenceMapTests {
    private func map(
        _ before: [Part], _ after: [Part], whole: [(stage: StageID, difference: TensorDifference)] = []
    ) throws -> DivergenceMap {
        DivergenceMap(RunComparison(try trace(before), try trace(after), whole: whole).stages)
    }

    private func row(_ map: DivergenceMap, _ tensor: String) throws -> [DivergenceMap.Cell] {
        try #require(map.rows.first { $0.tensor == tensor }).cells
    }

    /// Of two files that hold a tensor `weight`.
    private func differences(_ before: [Float], _ after: [Float]) throws -> [TensorDifference] {
        let tensors = [before, after].map { NamedArray("weight", .float(Tensor(shape: [$0.count], elements: $0))) }
        return try fileDifferences([tensors[0]], [tensors[1]])
    }

    @Test func rowsAreTensorsAndColumnsStagesInTheOrderOfTheRun() throws {
        let map = try map(parts, parts)
        #expect(map.stages == ["init", "step 000000", "final"])
        #expect(map.rows.map(\.tensor) == ["weight", "logits", "grad.weight"])
        #expect(try row(map, "weight") == [.equal, .absent, .equal])
        #expect(try row(map, "logits") == [.absent, .equal, .absent])
    }

    @Test func keptElementsTellTheDistance() throws {
        var after = parts
        after[1].tensors[0].values = [1, Float(2).nextUp.nextUp.nextUp, Float(3).nextUp]
        let map = try map(parts, after)
        // Three elements of three were kept, so that 3 ulp is the tensor's own distance.
        #expect(try row(map, "logits")[1] == .distance(ulps: 3, isWhole: true))
        #expect(try row(map, "grad.weight")[1] == .equal)
    }

    @Test func aMovedElementThatWasNotKeptLeavesTheDistanceUnknown() throws {
        let before: [Part] = [.rows("init", ("weight", [Float](repeating: 1, count: 100)))]
        var after = before
        after[0].tensors[0].values[1] = 2
        #expect(try row(try map(before, after), "weight") == [.unmeasured])
        after[0].tensors[0].values[99] = Float(1).nextUp
        #expect(try row(try map(before, after), "weight") == [.distance(ulps: 1, isWhole: false)])
    }

    @Test func aTensorThatAFileKeepsWholeTellsItsDistance() throws {
        let before: [Part] = [.rows("final", ("weight", [Float](repeating: 1, count: 100)))]
        var after = before
        after[0].tensors[0].values[1] = 2
        let difference = try #require(try differences(before[0].tensors[0].values, after[0].tensors[0].values).first)
        let whole = [(stage: StageID.final, difference: difference)]
        #expect(try row(try map(before, after, whole: whole), "weight") == [.distance(ulps: 1 << 23, isWhole: true)])
        let elsewhere = [(stage: StageID.initialization, difference: difference)]
        #expect(try row(try map(before, after, whole: elsewhere), "weight") == [.unmeasured])
    }

    /// Equal digests of a stage vouch for its tensors; unequal ones tell nothing of each.
    @Test func aStageWithoutItsTensorsIsEqualOrUnknown() throws {
        var after = parts
        after[1].tensors[0].values[0] = 9
        func map(_ after: [Part]) throws -> DivergenceMap {
            DivergenceMap(RunComparison(withoutLeaves(try trace(parts)), try trace(after)).stages)
        }
        #expect(try row(try map(parts), "logits") == [.absent, .equal, .absent])
        #expect(try row(try map(after), "logits") == [.absent, .unrecorded, .absent])
        #expect(try row(try map(after), "grad.weight") == [.absent, .unrecorded, .absent])
    }

    @Test func otherShapesAndMissingStagesHaveNoDistance() throws {
        var after = parts
        after[1].tensors[0] = ("logits", [2], [1, 2])
        after[2].name = "evaluation"
        let map = try map(parts, after)
        #expect(map.stages == ["init", "step 000000", "final", "evaluation"])
        #expect(try row(map, "logits")[1] == .unmeasured)
        #expect(try row(map, "weight") == [.equal, .absent, .unmeasured, .unmeasured])
    }

    @Test func aStageThatOnlyTheSecondRunHasStandsWhereItHasIt() throws {
        var after = parts
        after.insert(.rows("step 000001", ("logits", [1])), at: 2)
        let stages = RunComparison(try trace(parts), try trace(after)).stages
        #expect(stages.map(\.name) == ["init", "step 000000", "step 000001", "final"])
        #expect(stages.map(\.isEqual) == [true, true, false, true])
    }

    @Test func severalCellsShowAsTheMostDivergent() {
        #expect(DivergenceMap.Cell.greatest([]) == .absent)
        #expect(DivergenceMap.Cell.greatest([.absent, .equal]) == .equal)
        #expect(DivergenceMap.Cell.greatest([.equal, .unrecorded, .equal]) == .unrecorded)
        #expect(DivergenceMap.Cell.greatest([.unmeasured, .unrecorded]) == .unmeasured)
        #expect(DivergenceMap.Cell.greatest([.unrecorded, .unmeasured]) == .unmeasured)
        let (near, far) = (
            DivergenceMap.Cell.distance(ulps: 1, isWhole: true), DivergenceMap.Cell.distance(ulps: 2, isWhole: false)
        )
        #expect(DivergenceMap.Cell.greatest([far, .unmeasured, near]) == far)
    }

    @Test func distancesBeyondTheIntegersOfAFloatStillRank() {
        // −max to max is the greatest distance of finite numbers: 2 × 0x7f7fffff + 1.
        let greatest = ULP.distance(0xff7f_ffff, 0x7f7f_ffff)
        #expect(greatest == 0xfeff_ffff)
        let cell = DivergenceMap.Cell.distance(ulps: 0xfeff_ffff, isWhole: true)
        #expect(DivergenceMap.Cell.greatest([.unmeasured, cell, .equal]) == cell)
    }
}
