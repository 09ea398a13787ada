import ReproTrace
import Testing

@Suite struct StageIDTests {
    @Test func everyStageIsReadFromItsTextForm() {
        let forms: [(String, StageID)] = [
            ("init", .initialization), ("data", .data), ("step 000000", .step(0)), ("step 123456", .step(123_456)),
            ("step 1234567", .step(1_234_567)), ("epoch 000", .epoch(0)), ("epoch 1000", .epoch(1000)),
            ("evaluation", .evaluation), ("final", .final),
        ]
        for (text, stage) in forms {
            #expect(StageID(text) == stage && stage.description == text, "\(text)")
        }
    }

    @Test func anythingElseIsNoStage() {
        for text in [
            "", "Init", "init ", "step", "step ", "step 0", "step 0000000", "step -00001", "step +00001", "step 00000a",
            "epoch 0", "epoch 0000", "step  000000", "step 000000 ", "run", "epoch 99999999999999999999",
        ] { #expect(StageID(text) == nil, "\(text)") }
    }

    @Test func stagesAreOrdered() {
        let order: [StageID] = [
            .initialization, .data, .step(0), .step(9), .step(10), .epoch(0), .epoch(2), .evaluation, .final,
        ]
        for (index, stage) in order.enumerated() {
            for (other, second) in order.enumerated() { #expect((stage < second) == (index < other)) }
        }
    }

    @Test func operationsAreReadFromTheirNames() {
        let names: [(String, OperationID)] = [
            ("stream[2,7]", .stream(domain: 2, key: 7)),
            (
                "lstm.l0_reverse[5].c",
                .timeStep(prefix: "lstm.", layer: 0, isReverse: true, step: 5, operation: "c")
            ),
            (
                "shard[1].micro[0].grad.gru.l12[0].pre",
                .timeStep(prefix: "shard[1].micro[0].grad.gru.", layer: 12, isReverse: false, step: 0, operation: "pre")
            ),
            ("logits", .tensor("logits")), ("test[256].readout", .tensor("test[256].readout")),
            ("lstm.l0.dropped", .tensor("lstm.l0.dropped")), ("stream[2]", .tensor("stream[2]")),
        ]
        for (name, operation) in names {
            #expect(OperationID(name) == operation && operation.description == name, "\(name)")
        }
        #expect(OperationID("shard[1].grad.lstm.l0[2].i").isGradient && !OperationID("gradual").isGradient)
        #expect(OperationID("batch.inputs").isBatch && !OperationID("logits").isBatch)
    }
}
