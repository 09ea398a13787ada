import Foundation
import Repro
import Testing

/// `repro sweep`: its runs are those of `repro run`, it goes on where it was, and says what failed.
@Suite(.enabled(if: Built.exists, Built.absence)) struct SweepTests {
    private func sweep(_ place: Workplace, _ more: String...) throws -> Ending {
        let command = [try #require(Built.path), "sweep", "--config", "m/mood.json", "--output", "s"]
        return try place.run(command + more)
    }

    @Test func everyRunIsWhatRunGives() throws {
        try withWorkplace { place in
            try place.writeMood("m")
            let json = try sweep(place, "--seeds", "3..4", "--vary", "model.hidden=2,3", "--format", "json").json()
            let cases = try #require(json["cases"]?.elements)
            #expect(
                cases.map { $0["name"]?.string } == [
                    "model.hidden=2,seed=3", "model.hidden=2,seed=4", "model.hidden=3,seed=3", "model.hidden=3,seed=4",
                ])
            for (index, item) in cases.enumerated() {
                let alone = try place.repro(
                    "run", "--config", "m/mood.json", "--seed", index % 2 == 0 ? "3" : "4", "--set",
                    "model.hidden=\(index / 2 + 2)", "--output", "alone-\(index)", "--format", "json"
                ).json()
                #expect(item["digest"]?.string == alone["digest"]?.string)
                #expect(item["metrics"] == alone["metrics"])
            }
            #expect(Set(cases.compactMap { $0["digest"]?.string }).count == 4)
            // The sweep's digest is what `sha256sum` says of its list of digests.
            let sum = try place.bash("cut -d' ' -f1 < <(sha256sum s/digests.txt)").out
            #expect(json["digest"]?.string == sum.trimmingCharacters(in: .newlines))
            let list = String(decoding: try place.bytes("s/digests.txt"), as: UTF8.self)
            #expect(list.split(separator: "\n").count == 4)
            #expect(list.hasPrefix("\(cases[0]["digest"]?.string ?? "")  model.hidden=2,seed=3\n"))
            let mean = json["variants"]?.elements?.first?["metrics"]?["trainLoss"]?["mean"]?.double
            let losses = cases.prefix(2).compactMap { $0["metrics"]?["trainLoss"]?.double }
            #expect(mean == (losses[0] + losses[1]) / 2)
        }
    }

    /// What ran is not run again; a run that was cut off, or whose file was changed, is.
    @Test func goesOnWhereItWas() throws {
        try withWorkplace { place in
            try place.writeMood("m")
            let first = try sweep(place, "--seeds", "1..2")
            expectSuccess(first)
            let digests = try place.bytes("s/digests.txt")
            let again = try sweep(place, "--seeds", "1..3")
            #expect(again.out.components(separatedBy: "was there").count == 3, "\(again)")
            #expect(try place.bytes("s/digests.txt").starts(with: digests))
            try FileManager.default.removeItem(atPath: place("s/seed=1"))
            let run = String(decoding: try place.bytes("s/seed=2/run.json"), as: UTF8.self)
            try place.write("s/seed=2/run.json", String(run.dropLast(40)))
            let mended = try sweep(place, "--seeds", "1..2")
            #expect(mended.code == 0 && !mended.out.contains("was there"), "\(mended)")
            #expect(try place.bytes("s/digests.txt") == digests)
        }
    }

    @Test func aQuietSweepPrintsItsTablesAlone() throws {
        try withWorkplace { place in
            try place.writeMood("m")
            let quiet = try sweep(place, "--seeds", "1..2", "--quiet")
            expectSuccess(quiet)
            #expect(quiet.err.isEmpty && quiet.out.first?.isNewline == false, "\(quiet)")
            #expect(try sweep(place, "--seeds", "1..2").out.hasSuffix("\n\n" + quiet.out))
        }
    }

    @Test func theNumberOfJobsChangesNothing() throws {
        try withWorkplace { place in
            try place.writeMood("m")
            expectSuccess(try sweep(place, "--seeds", "1..4", "--jobs", "1"))
            let one = try place.bytes("s/sweep.json")
            try FileManager.default.removeItem(atPath: place("s"))
            expectSuccess(try sweep(place, "--seeds", "1..4", "--jobs", "4"))
            #expect(try place.bytes("s/sweep.json") == one)
        }
    }

    @Test func anotherSweepsFolderIsLeftAlone() throws {
        try withWorkplace { place in
            try place.writeMood("m")
            expectSuccess(try sweep(place, "--seeds", "1"))
            expectRefusal(
                try sweep(place, "--seeds", "1", "--set", "training.epochs=1"), 73, naming: "other options")
            try place.write("m/train.tsv", Mood.train + "good\tday\n")
            expectRefusal(try sweep(place, "--seeds", "1"), 73, naming: "data")
            try place.write("other/file", "mine")
            expectRefusal(
                try place.repro("sweep", "--config", "m/mood.json", "--seeds", "1", "--output", "other"), 73,
                naming: "no sweep's folder")
            #expect(try place.contents("other").keys.sorted() == ["file"])
        }
    }

    @Test func aRunThatFailsIsNamedAndTheOthersGoOn() throws {
        try withWorkplace { place in
            try place.writeMood("m")
            let ending = try sweep(place, "--seeds", "1", "--vary", "training.weightDecay=1e30,0")
            #expect(ending.code == 4, "\(ending)")
            #expect(ending.out.contains("exit code 4") && ending.out.contains("training.weightDecay=0"), "\(ending)")
            #expect(!place.exists("s/digests.txt") && place.exists("s/training.weightDecay=0,seed=1/run.json"))
        }
    }

    @Test func wrongWordsAreRefusedBeforeAnythingRuns() throws {
        try withWorkplace { place in
            try place.writeMood("m")
            expectRefusal(try sweep(place), 64, naming: "repro sweep --seeds 1..5")
            for wrong in ["", "5..1", "1..", "a", "1,1", "1,,2", "-1", "0..18446744073709551615"] where !wrong.isEmpty {
                expectRefusal(try sweep(place, "--seeds", wrong), 64, naming: "--seeds is")
            }
            expectRefusal(try sweep(place, "--seeds", "1", "--vary", "model.hidden"), 64, naming: "KEY=A,B")
            expectRefusal(try sweep(place, "--seeds", "1", "--vary", "model.hidden=2,2"), 64, naming: "twice")
            expectRefusal(
                try sweep(place, "--seeds", "1", "--vary", "model.hiden=2"), 65, naming: "did you mean 'hidden'")
            expectRefusal(try sweep(place, "--seeds", "1", "--jobs", "0"), 64, naming: "--jobs")
            #expect(!place.exists("s"))
        }
    }
}
