import Foundation
import Repro
import ReproTestSupport
import Testing

/// A run that was stopped anywhere goes on to the digest that it would have had, or says why it cannot.
@Suite(.enabled(if: Built.exists, Built.absence)) struct ResumeTests {
    /// The long run with a validation after each epoch and an embedding that stays, as far as twelve steps take it.
    private static let stopping = """
        {"name": "mood", "task": "classification",
         "data": {"format": "tsv", "train": "train.tsv", "validation": "test.tsv", "test": "test.tsv"},
         "model": {"embedding": 2, "hidden": 5, "vectors": {"file": "vectors.txt", "frozen": true}},
         "training": {"optimizer": "adam", "learningRate": 0.5, "batchSize": 4, "epochs": 4, "validate": "epoch",
                      "earlyStopping": {"metric": "loss", "patience": 3}}}
        """

    private func run(_ place: Workplace, _ more: String..., output: String = "out") throws -> Ending {
        try place.run(
            [
                try #require(Built.path), "run", "--config", "mood.json", "--seed", "7", "--output", output, "--format",
                "json",
            ]
                + more)
    }

    private func resume(_ place: Workplace, _ more: String...) throws -> Ending {
        try place.run([try #require(Built.path), "resume", "out", "--format", "json"] + more)
    }

    /// A run that was killed after `steps` steps, with checkpoints every two: one that came to its end, without what came later.
    /// Returns the digest of the whole run.
    private func stopped(_ place: Workplace, after steps: Int, config: String? = nil) throws -> String {
        try LongRun.prepare(place)
        if let config {
            try place.write("mood.json", config)
            try place.write("vectors.txt", "x 0.5 -1\nw1 1 2\n")
        }
        let ending = try run(place, "--checkpoint-every", "2", "--keep-checkpoints", "9", "--threads", "1")
        expectSuccess(ending)
        for file in try place.contents("out").keys {
            let step = file.hasPrefix("checkpoints/step-") ? Int(file.dropFirst(17).dropLast(12)) : nil
            let isLater = step.map { $0 > steps } ?? !file.hasPrefix("checkpoints")
            if isLater { try FileManager.default.removeItem(atPath: place("out/" + file)) }
        }
        return try #require(try ending.json()["digest"]?.string)
    }

    private func digest(_ ending: Ending) throws -> String? {
        expectSuccess(ending)
        return try ending.json()["digest"]?.string
    }

    private func checkpoints(_ place: Workplace) throws -> [String] {
        try place.contents("out/checkpoints").keys.filter { $0.hasPrefix("step-") }.sorted()
    }

    @Test(arguments: [0, 2, 6, 12]) func anyCheckpointLeadsToTheSameDigest(steps: Int) throws {
        try withWorkplace { place in
            let whole = try stopped(place, after: steps)
            #expect(try checkpoints(place).count == steps / 2 + 1)
            let record = try resume(place, "--threads", "3", "--kernels", "reference")
            #expect(try digest(record) == whole)
            // The tree and the losses are those of a run that nothing stopped, and of one that wrote no checkpoint.
            expectSuccess(try run(place, "--threads", "3", "--kernels", "reference", output: "plain"))
            for file in ["run.json", "model.safetensors", "outputs.safetensors", "metrics.csv"] {
                #expect(try place.bytes("out/" + file) == place.bytes("plain/" + file), "\(file)")
            }
            let again = try resume(place)
            #expect(try digest(again) == whole)
            #expect(try again.json()["finished"]?.bool == true)
        }
    }

    @Test(arguments: [0, 2, 6, 8]) func anyCheckpointOfARunThatMayStopEarlyDoesToo(steps: Int) throws {
        try withWorkplace { place in
            let whole = try stopped(place, after: steps, config: Self.stopping)
            #expect(try digest(try resume(place, "--threads", "2", "--kernels", "reference")) == whole)
            expectSuccess(try run(place, "--threads", "2", "--kernels", "reference", output: "plain"))
            for file in ["run.json", "model.safetensors", "metrics.csv"] {
                #expect(try place.bytes("out/" + file) == place.bytes("plain/" + file), "\(file)")
            }
        }
    }

    @Test func theLastCheckpointsStay() throws {
        try withWorkplace { place in
            try LongRun.prepare(place)
            expectSuccess(try run(place, "--checkpoint-every", "1e", "--keep-checkpoints", "2"))
            #expect(try checkpoints(place) == ["step-000009.safetensors", "step-000012.safetensors"])
        }
    }

    @Test(arguments: ["INT", "TERM", "HUP"]) func aSignalLeavesACheckpoint(signal: String) throws {
        try withWorkplace { place in
            try LongRun.prepare(place, epochs: 60)
            let number = try #require(["INT": SIGINT, "TERM": SIGTERM, "HUP": SIGHUP][signal])
            let command = try #require(Built.path)
            let words = [
                command, "run", "--config", "mood.json", "--seed", "7", "--output", "out", "--checkpoint-every", "1",
            ]
            let ending = try place.run(words) { process, _ in
                for _ in 0..<2000 where !place.exists("out/checkpoints/step-000002.safetensors") { usleep(5000) }
                kill(process.processIdentifier, number)
            }
            #expect(!ending.isSignal && ending.code == 128 + number, "\(ending)")
            #expect(ending.err.contains("repro: stopped after") && ending.err.contains("repro resume out"), "\(ending)")
            #expect(!place.exists("out/run.json"))
            expectSuccess(try resume(place, "--checkpoint-every", "100"))
        }
    }

    @Test(arguments: ["flipped", "truncated", "emptied", "another run's"])
    func aDamagedCheckpointIsRefusedAndTheOneBeforeItUsed(damage: String) throws {
        try withWorkplace { place in
            let whole = try stopped(place, after: 6)
            let name = "out/checkpoints/step-000006.safetensors"
            var bytes = try place.bytes(name)
            switch damage {
            case "flipped": bytes[bytes.count / 2] ^= 1
            case "truncated": bytes.removeLast(100)
            case "emptied": bytes = []
            default:
                expectSuccess(
                    try place.repro(
                        "run", "--config", "mood.json", "--seed", "8", "--output", "other", "--checkpoint-every", "6"))
                bytes = try place.bytes("other/checkpoints/step-000006.safetensors")
            }
            try place.write(name, bytes: bytes)
            let ending = try resume(place)
            #expect(ending.err.contains(name), "\(ending)")
            #expect(ending.err.contains("going on after 4 steps"), "\(ending)")
            #expect(try digest(ending) == whole)
        }
    }

    @Test func whereNoCheckpointIsWholeTheRunHasToBeginAgain() throws {
        try withWorkplace { place in
            _ = try stopped(place, after: 2)
            for name in try checkpoints(place) { try place.write("out/checkpoints/" + name, "x") }
            expectRefusal(try resume(place, "--quiet"), 65, naming: "out/checkpoints", "no checkpoint is whole")
        }
    }

    @Test func changedConditionsAreRefusedByName() throws {
        try withWorkplace { place in
            let whole = try stopped(place, after: 4)
            try place.write("mood.json", LongRun.config.replacingOccurrences(of: "0.01", with: "0.02"))
            expectRefusal(
                try resume(place, "--quiet"), 65, naming: "training.learningRate", "was 0.01", "is 0.02 now")
            try place.write("moved.json", LongRun.config)
            try FileManager.default.removeItem(atPath: place("mood.json"))
            expectRefusal(try resume(place, "--quiet"), 66, naming: "mood.json", "--config")
            try place.write("train.tsv", LongRun.train + "odd\tw1\n")
            let ending = try resume(place, "--quiet", "--config", "moved.json")
            expectRefusal(ending, 65, naming: "the data has changed", "train.")
            try place.write("train.tsv", LongRun.train)
            #expect(try digest(try resume(place, "--config", "moved.json")) == whole)
        }
    }

    @Test func aStoppedRunIsNotReplacedUnasked() throws {
        try withWorkplace { place in
            _ = try stopped(place, after: 4)
            expectRefusal(try run(place), 73, naming: "out: exists already", "--force")
            try FileManager.default.createDirectory(atPath: place(".repro"), withIntermediateDirectories: true)
            try FileManager.default.moveItem(atPath: place("out"), toPath: place(".repro/mood"))
            expectRefusal(
                try place.repro("run", "--config", "mood.json", "--seed", "7"), 73, naming: "repro resume", "--force")
            expectSuccess(try place.repro("run", "--config", "mood.json", "--seed", "7", "--force"))
        }
    }

    @Test func whatCannotBeGoneOnWithSaysSo() throws {
        try withWorkplace { place in
            try LongRun.prepare(place)
            expectRefusal(try place.repro("resume"), 64, naming: "name one run directory")
            expectRefusal(try place.repro("resume", "nowhere"), 66, naming: "nowhere", "no such folder")
            expectSuccess(try run(place))
            expectRefusal(try run(place, "--checkpoint-every", "1.5m", "--force"), 64, naming: "1.5m", "5m")
            expectRefusal(try run(place, "--keep-checkpoints", "2", "--force"), 64, naming: "--checkpoint-every")
            expectRefusal(
                try run(place, "--checkpoint-every", "1", "--stage", "step 000001", "--force"), 64, naming: "--stage")
            expectRefusal(
                try place.repro("run", "outputs", "--seed", "1", "--checkpoint-every", "1"), 64, naming: "outputs")
            try FileManager.default.removeItem(atPath: place("out/run.json"))
            expectRefusal(try resume(place), 66, naming: "no run with checkpoints", "--checkpoint-every")
        }
    }
}
