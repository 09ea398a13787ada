import Foundation
import Repro
import Testing

/// What somebody sees of a run while it goes on.
@Suite(.enabled(if: Built.exists, Built.absence)) struct WatchingTests {
    private static let events = "events/events.out.tfevents.repro"

    private func text(_ place: Workplace, _ name: String) throws -> String {
        String(decoding: try place.bytes(name), as: UTF8.self)
    }

    /// Runs 40 epochs of three steps, with a validation after each, until the file of a checkpoint is there, and kills the process.
    private func killed(_ place: Workplace, at checkpoint: String, _ more: String...) throws {
        try LongRun.prepare(place, epochs: 40, validating: true)
        let words = try LongRun.words("out", "--checkpoint-every", "4", "--keep-checkpoints", "all") + more
        let ending = try place.run(words) { process, _ in
            place.await("out/checkpoints/\(checkpoint).safetensors")
            kill(process.processIdentifier, SIGKILL)
        }
        try #require(ending.isSignal && ending.code == SIGKILL, "\(ending)")
    }

    @Test func lossesStandInTheirFileAsTheRunGoesAndAfterAKill() throws {
        try withWorkplace { place in
            try killed(place, at: "step-000024")
            let broken = try text(place, "out/metrics.csv")
            // Those of the checkpoint's steps at least, but for the last, which may wait for its validation.
            #expect(broken.hasSuffix("\n") && broken.split(separator: "\n").count >= 24, "\(broken)")
            #expect(try LossFile.contents(path: place("out/metrics.csv")).validations.count >= 7)
            expectSuccess(try place.repro("resume", "out", "--quiet"))
            expectSuccess(try place.run(try LongRun.words("plain")))
            let whole = try text(place, "plain/metrics.csv")
            #expect(whole.hasPrefix(broken), "\(broken)\nis no beginning of\n\(whole)")
            #expect(try text(place, "out/metrics.csv") == whole)
            #expect(whole.split(separator: "\n").count == 121)
        }
    }

    /// A kill may come while the last line is written: it is not read, and a run that goes on writes it again.
    @Test func aLineThatAKillCutOffIsNotRead() throws {
        try withWorkplace { place in
            try place.write("metrics.csv", "step,epoch,loss\n0,0,0.5\n1,0,0.2")
            #expect(try LossFile.read(path: place("metrics.csv")) == [StepLoss(step: 0, epoch: 0, loss: 0.5)])
            try place.write("metrics.csv", "step,epo")
            #expect(throws: FormatError.self) { try LossFile.read(path: place("metrics.csv")) }
        }
    }

    @Test func tensorBoardsEventsAreTheRunsNumbers() throws {
        try withWorkplace { place in
            try LongRun.prepare(place, validating: true)
            let start = Date().timeIntervalSince1970
            expectSuccess(try place.run(try LongRun.words("out", "--tensorboard", "events")))
            let events = try EventReader(try place.bytes(Self.events))
            #expect(events.version == "brain.Event:2")
            #expect(events.times == events.times.sorted() && events.times[0] >= start)
            #expect(events.times.last! <= Date().timeIntervalSince1970)
            func values(_ tag: String) -> [EventReader.Scalar] { events.scalars.filter { $0.tag == tag } }
            let (losses, validations) = try LossFile.contents(path: place("out/metrics.csv"))
            #expect(
                values("loss/train")
                    == losses.map { EventReader.Scalar(step: $0.step, tag: "loss/train", value: $0.loss) })
            #expect(values("learningRate").map(\.value) == losses.map { _ in 0.01 })
            for (name, tag) in [("loss", "loss/validation"), ("accuracy", "accuracy/validation")] {
                #expect(values(tag).map(\.value) == validations.map { Float($0.value(name)!) })
                #expect(values(tag).map(\.step) == [3, 6, 9, 12])
            }
            let run = try JSONValue.parse(try place.bytes("out/run.json"), path: "run.json")
            let trained = try #require(run["metrics"]?["trainLoss"]?.double)
            #expect(values("loss/epoch").last == EventReader.Scalar(step: 12, tag: "loss/epoch", value: Float(trained)))
            #expect(values("loss/epoch").map(\.step) == [3, 6, 9, 12])
        }
    }

    /// At an epoch's last step, whose validation is still to come, and within an epoch; with and without a torn record.
    @Test(arguments: ["step-000012", "step-000016"])
    func aRunThatGoesOnGoesOnWithItsEvents(checkpoint: String) throws {
        try withWorkplace { place in
            try killed(place, at: checkpoint, "--tensorboard", "events")
            for name in try place.contents("out/checkpoints").keys
            where name.hasPrefix("step-") && name > checkpoint + ".safetensors" {
                try place.remove("out/checkpoints/" + name)
            }
            // The beginning of a record, as a kill leaves it. None is cut that was whole: the run may have been killed before it wrote
            // one behind its checkpoint.
            try place.write(Self.events, bytes: try place.bytes(Self.events) + [24, 0, 0])
            expectSuccess(try place.repro("resume", "out", "--quiet"))
            expectSuccess(try place.run(try LongRun.words("plain", "--tensorboard", "whole")))
            let found = try EventReader(try place.bytes(Self.events))
            let expected = try EventReader(try place.bytes("whole/events.out.tfevents.repro"))
            #expect(found.scalars == expected.scalars && found.version == expected.version)
            #expect(found.times == found.times.sorted())
        }
    }

    @Test func eventsThatCannotBeWrittenAreRefusedBeforeTheRun() throws {
        try withWorkplace { place in
            try LongRun.prepare(place)
            expectSuccess(try place.run(try LongRun.words("a", "--tensorboard", "events")))
            let refused: [(words: [String], code: Int32, parts: [String])] = [
                (["--tensorboard", "events"], 73, [Self.events, "exists already", "--force"]),
                (["--tensorboard", "out/events"], 64, ["lies in the run directory"]),
                (["--tensorboard", "mood.json"], 73, ["mood.json"]),
            ]
            for (words, code, parts) in refused {
                let ending = try place.run(try LongRun.words("out") + words)
                expectRefusal(ending, code, naming: parts[0])
                #expect(parts.allSatisfy(ending.err.contains) && !place.exists("out"), "\(ending)")
            }
            expectRefusal(
                try place.repro("run", "outputs", "--seed", "1", "--tensorboard", "x"), 64, naming: "for training")
            expectSuccess(try place.run(try LongRun.words("b", "--tensorboard", "events", "--force")))
            #expect(try EventReader(try place.bytes(Self.events)).scalars.count { $0.tag == "loss/train" } == 12)
            let lock = try FolderLock(place("events"), holder: "is a test")
            expectRefusal(
                try place.run(try LongRun.words("c", "--tensorboard", "events", "--force")), 74,
                naming: "another process")
            withExtendedLifetime(lock) {}
        }
    }

    @Test(arguments: ["text", "json"]) func whereThereIsNoTerminalAnEpochHasOneLine(format: String) throws {
        try withWorkplace { place in
            try LongRun.prepare(place)
            let command = [try #require(Built.path), "run", "--config", "mood.json", "--seed", "7", "--format", format]
            let loud = try place.run(command)
            expectSuccess(loud)
            let lines = loud.err.split(separator: "\n").filter { $0.hasPrefix("mood  epoch ") }
            #expect(lines.count == 4 && !loud.err.contains("\r") && !loud.err.contains("\u{1b}"), "\(loud)")
            for (number, line) in lines.enumerated() {
                let form = try Regex(
                    "mood  epoch \(number + 1)/4  step \(3 * number + 3)/12  loss [0-9.]+  [0-9.]+ sequences/s  "
                        + "elapsed [0-9]+:[0-9]{2}  remaining [0-9]+:[0-9]{2}")
                #expect(try form.wholeMatch(in: line) != nil, "\(line)")
            }
            #expect(try place.run(command + ["--quiet"]).err.isEmpty)
        }
    }

    @Test(.enabled(if: PseudoTerminal.exists, PseudoTerminal.absence))
    func onATerminalOneLineIsWrittenOver() throws {
        try withWorkplace { place in
            try LongRun.prepare(place, epochs: 40)
            let terminal = try PseudoTerminal(rows: 24, columns: 72)
            // Standard output is a file: what a terminal is not read of any more would stop the run.
            let options = "--config mood.json --seed 7 --output out --format json"
            let command = "'\(try #require(Built.path))' run \(options) >run"
            let ending = try terminal.run(["/bin/bash", "-c", command], at: place) { terminal in
                try terminal.wait(for: "step 120/120")
            }
            let shown = ending.out.components(separatedBy: "\r\u{1b}[K").dropFirst().prefix { $0.hasPrefix("mood") }
            #expect(shown.count > 1, "\(ending)")
            // Each takes the place of the one before: no line ends, and none is as wide as the terminal.
            #expect(shown.allSatisfy { !$0.contains("\n") && $0.count < 72 }, "\(ending)")
            #expect(shown.allSatisfy { $0.contains("/120  loss 0.") && $0.contains("sequences/s  elapsed 0:") })
            #expect(shown.contains { $0.count == 71 } && !ending.out.contains("epoch"), "\(ending)")
        }
    }
}
