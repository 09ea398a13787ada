import ReproTrace
import ReproVerification
import Testing

/// How a drift grows from stage to stage.
@Suite struct GrowthTests {
    private func drifts(_ before: [Part], _ after: [Part]) throws -> [StageComparison] {
        RunComparison(try trace(before), try trace(after)).growth
    }

    @Test func equalRunsHaveNoStageThatDiffers() throws {
        #expect(try drifts(parts, parts).isEmpty)
    }

    /// 1 and its third successor are 3 steps and 3 · 2^−23 apart; 0.25 and 0.5 a binade of 2^23 steps and 0.25.
    @Test func everyStageThatDiffersTellsItsTensorsAndDistances() throws {
        var after = parts
        after[1].tensors[0].values[0] = Float(1).nextUp.nextUp.nextUp
        after[2].tensors[0].values[0] = 0.5
        let found = try drifts(parts, after)
        #expect(found.map(\.name) == ["step 000000", "final"])
        #expect(found.map(\.tensors?.count) == [2, 1])
        #expect(found.map { $0.moved?.map(\.name) } == [["logits"], ["weight"]])
        #expect(found.map(\.greatestULP) == [3, 1 << 23])
        #expect(found.map(\.greatestDistance) == [0x3p-23, 0.25])
        #expect(found.allSatisfy { $0.streamsAgree == true && $0.structure == nil })
    }

    @Test func otherStreamsAreTold() throws {
        var after = parts
        after[0].streams = [stream(2)]
        let found = try drifts(parts, after)
        #expect(found.map(\.streamsAgree) == [false])
        #expect(found.first?.moved == [])
    }

    @Test func aStageOfOneSideDoesNotHideTheOthers() throws {
        #expect(try drifts(parts, [parts[0], parts[2]]).map(\.structure) == [.missing("step 000000")])
        let extra = Part.rows("epoch 000", ("weight", [1]))
        let found = try drifts(parts, [parts[0], parts[1], extra, parts[2]])
        #expect(found.map(\.structure) == [.unexpected("epoch 000")])
        #expect(found.map(\.streamsAgree) == [nil])
    }

    @Test func aTensorOfOneSideOrOfAnotherShapeIsTold() throws {
        var after = parts
        after[1].tensors[0].shape = [3, 1]
        after[1].tensors[1].name = "grad.bias"
        let stage = try #require(try drifts(parts, after).first)
        #expect(
            stage.moved?.map(\.structure) == [
                .shape(expected: [3], found: [3, 1]), .missing("grad.weight"), .unexpected("grad.bias"),
            ])
        #expect(stage.tensors?.count == 3)
        #expect(stage.greatestULP == nil && stage.greatestDistance == nil)
    }

    @Test func aStageWhoseTensorsWereNotKeptDiffersAllTheSame() throws {
        var after = parts
        after[1].tensors[0].values[0] = 7
        let found = RunComparison(withoutLeaves(try trace(parts)), try trace(after)).growth
        #expect(found.map(\.name) == ["step 000000"])
        #expect(found.first?.tensors == nil && found.first?.moved == nil)
    }
}
