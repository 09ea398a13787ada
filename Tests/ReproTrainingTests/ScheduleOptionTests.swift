import ReproFormats
import ReproNumerics
import ReproTraining
import Testing

/// The option `schedule` of an experiment.
@Suite struct ScheduleOptionTests {
    private static func text(_ schedule: String) -> String {
        """
        {"name": "s", "task": "tagging", "data": {"format": "roman"}, "model": {"hidden": 2, "embedding": 2},
         "training": {"optimizer": "sgd", "learningRate": 0.5, "batchSize": 4000, "epochs": 3\(schedule)}}
        """
    }

    private static func experiment(_ schedule: String) throws -> Experiment {
        try Experiment.decode(try JSONValue.parse(Array(text(schedule).utf8), path: "s.json"), path: "s.json")
            .experiment
    }

    @Test func aScheduleReadsBackAsItWasWritten() throws {
        for (text, expected) in [
            ("{\"kind\": \"step\", \"every\": 2, \"factor\": 0.5}", Schedule.step(every: 2, factor: 0.5)),
            ("{\"kind\": \"step\", \"every\": 2}", .step(every: 2, factor: 0.1)),
            ("{\"kind\": \"exponential\", \"factor\": 0.9}", .exponential(factor: 0.9)),
            ("{\"kind\": \"linear\"}", .linear(start: 1.0 / 3, end: 1, epochs: 5)),
            (
                "{\"kind\": \"linear\", \"start\": 1, \"end\": 0, \"epochs\": 9}",
                .linear(start: 1, end: 0, epochs: 9)
            ),
        ] {
            let experiment = try Self.experiment(", \"schedule\": " + text)
            #expect(experiment.training?.schedule == expected)
            #expect(try Experiment.decode(experiment.json, path: "again").experiment == experiment)
        }
    }

    @Test func withoutAScheduleNoneIsWritten() throws {
        let plain = try Self.experiment("")
        #expect(plain.training?.schedule == nil)
        #expect(try Self.experiment(", \"schedule\": null") == plain)
        #expect(plain.json["training"]?["schedule"] == nil)
        #expect(plain.json["training"]?.members?.last?.key == "shards")
    }

    @Test func aScheduleThatCannotBeIsRefused() throws {
        for text in [
            "{}", "{\"kind\": \"cosine\"}", "{\"kind\": \"step\"}", "{\"kind\": \"step\", \"every\": 0}",
            "{\"kind\": \"exponential\"}", "{\"kind\": \"exponential\", \"factor\": -1}",
            "{\"kind\": \"exponential\", \"factor\": 0.5, \"every\": 2}", "{\"kind\": \"linear\", \"epochs\": 0}", "2",
        ] {
            do {
                _ = try Self.experiment(", \"schedule\": " + text)
                Issue.record("\(text) was accepted")
            } catch let error as FormatError {
                #expect(error.key?.hasPrefix("training.schedule") ?? false, "\(text): \(error)")
            }
        }
    }

    /// One step per epoch: the first epoch's parameters are those without a schedule, the second's are not; a factor of 1
    /// changes nothing.
    @Test func aRunTakesEachEpochsRate() throws {
        let engine = try Engine(threads: 1)
        let plain = try Self.experiment("").run(seed: 1, engine: engine).trace
        let same = try Self.experiment(", \"schedule\": {\"kind\": \"exponential\", \"factor\": 1}")
            .run(seed: 1, engine: engine).trace
        #expect(same.root == plain.root)
        let halved = try Self.experiment(", \"schedule\": {\"kind\": \"step\", \"every\": 1, \"factor\": 0.5}")
            .run(seed: 1, engine: engine).trace
        let names = plain.stages.map(\.name)
        for (index, name) in names.enumerated() {
            let equal = halved.stages[index].digest == plain.stages[index].digest
            let early = index < names.firstIndex(of: "step 000001")!
            #expect(equal == early, "\(name)")
        }
    }
}
