import ReproTrace
import ReproVerification
import Testing

@Suite struct DriftTests {
    private func drift(_ before: [Part], _ after: [Part]) throws -> Drift? {
        Drift(expected: try trace(before), found: try trace(after))
    }

    /// `parts` with one of them changed.
    private func changing(_ index: Int, _ change: (inout Part) -> Void) -> [Part] {
        var changed = parts
        change(&changed[index])
        return changed
    }

    @Test func equalRunsDoNotDrift() throws {
        #expect(try drift(parts, parts) == nil)
    }

    /// A stage more, as of a longer training, is what is named: the stages after it are there on both sides.
    @Test func aStageThatWasInsertedIsUnexpectedAndTheNextOneNotMissing() throws {
        var longer = parts
        longer.insert(parts[1], at: 2)
        longer[2].name = "step 000001"
        let inserted = try #require(try drift(parts, longer))
        #expect(inserted.stage == "step 000001" && inserted.structure == .unexpected("step 000001"))
        let missing = try #require(try drift(longer, parts))
        #expect(missing.stage == "step 000001" && missing.structure == .missing("step 000001"))
    }

    @Test func theFirstStageAndTensorThatMovedAreNamed() throws {
        var after = changing(1) { $0.tensors[1].values[1] = Float(0.2).nextUp }
        after[2].tensors[0].values = [1, 1]
        let drift = try #require(try drift(parts, after))
        #expect(drift.stage == "step 000000")
        #expect(drift.differingStages == 2)
        #expect(drift.stageCount == 3)
        #expect(drift.structure == nil)
        #expect(drift.streamsAgree == true)
        let (expected, found) = (try trace(parts).stages[1], try trace(after).stages[1])
        #expect(drift.expected == expected.digest)
        #expect(drift.found == found.digest)
        let tensor = try #require(drift.tensor)
        #expect(tensor.stage == "step 000000")
        #expect(tensor.name == "grad.weight")
        #expect(tensor.structure == nil)
        #expect(tensor.before?.digest == expected.leaves?[1].digest)
        #expect(tensor.after?.digest == found.leaves?[1].digest)
    }

    @Test func keptElementsAreApartInUnitsInTheLastPlace() throws {
        let after = changing(1) { $0.tensors[0].values = [1, Float(2).nextUp.nextUp.nextUp, 3] }
        let tensor = try #require(try drift(parts, after)?.tensor)
        #expect(tensor.sampleCount == 3)
        let element = try #require(tensor.elements.first)
        #expect(tensor.elements.count == 1)
        #expect(element.offset == 1)
        #expect(element.before == UInt64(Float(2).bitPattern))
        #expect(element.after == UInt64(Float(2).bitPattern) + 3)
        #expect(element.ulps == 3)
    }

    @Test func aMovedElementThatWasNotKeptLeavesTheTensorNamed() throws {
        let before: [Part] = [.rows("init", ("weight", [Float](repeating: 1, count: 100)))]
        var after = before
        after[0].tensors[0].values[1] = 2
        let tensor = try #require(try drift(before, after)?.tensor)
        #expect(tensor.name == "weight")
        #expect(tensor.elements.isEmpty)
        #expect(tensor.sampleCount == 4)
    }

    @Test func otherStreamsPointAtSeeding() throws {
        let reseeded = try #require(try drift(parts, changing(0) { $0.streams = [stream(2)] }))
        #expect(reseeded.stage == "init")
        #expect(reseeded.streamsAgree == false)
        #expect(reseeded.tensor == nil)
        let moved = try #require(try drift(parts, changing(0) { $0.tensors[0].values[0] = 1 }))
        #expect(moved.streamsAgree == true)
    }

    /// A wrong draw can leave its stream where a right one does; what it drew then says that no arithmetic moved.
    @Test func whatWasDrawnOrReadIsToldFromTheArithmetic() throws {
        let data = Part.rows("data", ("train.inputs", [1, 2]))
        let batch = Part.rows("step 000000", ("batch.inputs", [1, 2]), ("logits", [3]))
        for (stage, tensor, began) in [(0, 0, true), (1, 0, true), (1, 1, false)] {
            var after = [data, batch]
            after[stage].tensors[tensor].values[0] = 5
            let drift = try #require(try drift([data, batch], after))
            #expect(
                drift.cause == (began ? .data : .arithmetic) && drift.streamsAgree == true, "\(drift.stage) \(tensor)")
        }
    }

    @Test func aMissingStageIsNamed() throws {
        let drift = try #require(try drift(parts, Array(parts.dropLast())))
        #expect(drift.stage == "final")
        #expect(drift.structure == .missing("final"))
        #expect(drift.found == nil)
        #expect(drift.streamsAgree == nil)
        #expect(drift.tensor == nil)
        #expect(drift.stageCount == 3)
    }

    @Test func aMissingStageInTheMiddleIsNamed() throws {
        let drift = try #require(try drift(parts, [parts[0], parts[2]]))
        #expect(drift.stage == "step 000000")
        #expect(drift.structure == .missing("step 000000"))
        // The last stage is equal on both sides, though it stands elsewhere.
        #expect(drift.differingStages == 1 && drift.stageCount == 3)
    }

    @Test func anExtraStageIsNamed() throws {
        let drift = try #require(try drift(parts, parts + [.rows("evaluation", ("x", [1]))]))
        #expect(drift.stage == "evaluation")
        #expect(drift.structure == .unexpected("evaluation"))
        #expect(drift.expected == nil)
        #expect(drift.differingStages == 1)
        #expect(drift.stageCount == 4)
    }

    @Test func aMissingTensorIsNamed() throws {
        let drift = try #require(try drift(parts, changing(1) { $0.tensors.removeFirst() }))
        #expect(drift.stage == "step 000000")
        #expect(drift.tensor?.name == "logits")
        #expect(drift.tensor?.structure == .missing("logits"))
        let last = try #require(try self.drift(parts, changing(1) { $0.tensors.removeLast() }))
        #expect(last.tensor?.name == "grad.weight")
        #expect(last.tensor?.structure == .missing("grad.weight"))
    }

    @Test func anExtraTensorIsNamed() throws {
        let drift = try #require(try drift(parts, changing(1) { $0.tensors.append(("extra", [1], [1])) }))
        #expect(drift.tensor?.name == "extra")
        #expect(drift.tensor?.structure == .unexpected("extra"))
        #expect(drift.tensor?.before == nil)
    }

    @Test func anotherShapeIsADifferenceEvenOfEqualElements() throws {
        let drift = try #require(try drift(parts, changing(1) { $0.tensors[0].shape = [3, 1] }))
        #expect(drift.tensor?.name == "logits")
        #expect(drift.tensor?.structure == .shape(expected: [3], found: [3, 1]))
        #expect(drift.tensor?.elements == [])
    }

    @Test func anotherElementTypeIsADifference() throws {
        func trace(_ record: (Recorder) throws -> Void) throws -> Trace {
            let recorder = Recorder()
            recorder.begin("init")
            try record(recorder)
            try recorder.end()
            return try recorder.trace()
        }
        let expected = try trace { try $0.record("x", shape: [1], [1]) }
        let found = try trace { try $0.record("x", bytes: [1]) }
        let drift = try #require(Drift(expected: expected, found: found))
        #expect(drift.tensor?.structure == .elementType(expected: .int64, found: .byte))
    }

    /// Of the stages between, a golden keeps the digest alone.
    @Test func aStageWithoutTensorsLeadsToTheNextThatHasSome() throws {
        let before = parts[...1] + [Part.rows("epoch 000", ("weight", [1]))] + parts[2...]
        var after = Array(before)
        after[2].tensors[0].values = [2]
        after[3].tensors[0].values = [2, 2]
        let kept = golden(try trace(Array(before)))
        let drift = try #require(Drift(expected: kept, found: try trace(after)))
        #expect(drift.stage == "epoch 000")
        #expect(drift.tensor?.stage == "final")
        #expect(drift.tensor?.name == "weight")
    }
}
