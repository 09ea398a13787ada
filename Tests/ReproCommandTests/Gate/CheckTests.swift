import Foundation
import Repro
import Testing

@Suite(.enabled(if: Built.exists, Built.absence)) struct CheckTests {
    @Test func aPlantedBitIsCaughtAndNamed() throws {
        try withWorkplace { place in
            try place.blessMood("m")
            let ending = try place.repro(
                "check", "--goldens", "m/Goldens", "--perturb", "step 000002/grad.linear.weight:1:0")
            #expect(ending.code == 1, "\(ending)")
            #expect(ending.out.contains("first stage   step 000002 "), "\(ending)")
            #expect(ending.out.contains("streams       agree"), "\(ending)")
            #expect(ending.out.contains("repro bless mood --goldens m/Goldens --reason TEXT"), "\(ending)")
            #expect(ending.out.contains("0 of 1 reproduced"), "\(ending)")
            // A fault that finds no place shows nothing, so it is no success.
            expectRefusal(
                try place.repro("check", "--goldens", "m/Goldens", "--perturb", "step 000002/nothing"), 64,
                naming: "never planted")
            expectRefusal(
                try place.repro("check", "--goldens", "m/Goldens", "--perturb", "nonsense"), 64,
                naming: "STAGE/TENSOR")
        }
    }

    @Test func aChangedDataFileIsADriftOfTheDataThatNamesIt() throws {
        try withWorkplace { place in
            try place.blessMood("m")
            // The same words and labels in another order: everything before the data is as it was.
            try place.write("m/train.tsv", "bad\ta grey day\ngood\ta fine day\ngood\tfine weather\nbad\tgrey rain\n")
            let ending = try place.repro("check", "--goldens", "m/Goldens")
            #expect(ending.code == 1, "\(ending)")
            #expect(ending.out.contains("cause         data: "), "\(ending)")
            #expect(ending.out.contains("data        ../train.tsv: lines 1 and 2 differ (2 of 4 lines)"), "\(ending)")
            #expect(ending.out.contains("nothing was run") && !ending.out.contains("first stage"), "\(ending)")
            #expect(!ending.out.contains("bisect") && !ending.out.contains("../test.tsv"), "\(ending)")
            // Where results are to be left, what is asked for is run for them.
            let results = try place.repro("check", "--goldens", "m/Goldens", "--results", "r")
            #expect(results.code == 1 && results.out.contains("first stage   data "), "\(results)")
            #expect(results.out.contains("first tensor  train.file"), "\(results)")
        }
    }

    /// Another vocabulary moves `init`, which comes before the data; the file is named all the same.
    @Test func aChangedVocabularyStillNamesTheDataFile() throws {
        try withWorkplace { place in
            try place.blessMood("m")
            try place.write("m/train.tsv", Mood.train + "good\tsunshine\n")
            let ending = try place.repro("check", "--goldens", "m/Goldens", "--results", "r")
            #expect(ending.code == 1, "\(ending)")
            #expect(ending.out.contains("first stage   init "), "\(ending)")
            #expect(ending.out.contains("../train.tsv: line 5 was added (5 lines, 4 were blessed)"), "\(ending)")
            let json = try place.repro("check", "--goldens", "m/Goldens", "--format", "json").json()
            let changed = json["cases"]?.elements?.first?["changedData"]?.elements
            #expect(changed?.map(\.string) == ["../train.tsv"])
        }
    }

    @Test func aMissingDataFileCannotBeJudged() throws {
        try withWorkplace { place in
            try place.blessMood("m")
            try FileManager.default.removeItem(atPath: place("m/test.tsv"))
            let ending = try place.repro("check", "--goldens", "m/Goldens")
            #expect(ending.code == 2, "\(ending)")
            #expect(ending.out.contains("m/Goldens/../test.tsv: no such file"), "\(ending)")
        }
    }

    /// A report without a case would be taken for success.
    @Test func aReportSaysThatNothingWasChecked() throws {
        try withWorkplace { place in
            let junit = try place.repro("check", "--goldens", "nowhere", "--format", "junit")
            #expect(junit.code != 0 && junit.out.contains("<error"), "\(junit)")
            let tap = try place.repro("check", "--goldens", "nowhere", "--format", "tap")
            #expect(tap.code != 0 && tap.out.contains("not ok 1"), "\(tap)")
            let json = try place.repro("check", "--goldens", "nowhere", "--format", "json")
            #expect(try json.json()["cases"]?.elements?.isEmpty == true && json.code != 0)
        }
    }

    /// Whatever keeps a check from judging stands in the report, with the exit code that the process has.
    @Test func aReportAndTheExitCodeAgreeWhereNothingIsJudged() throws {
        try withWorkplace { place in
            try place.blessMood("m")
            try place.write("file", "x")
            let kernels = try #require(KernelPath.allCases.first { !KernelPath.supported.contains($0) })
            let lines: [([String], Int32, String)] = [
                (["nosuch"], 64, "no golden is called"), (["--kernels", kernels.rawValue], 69, kernels.rawValue),
                (["--perturb", "nonsense"], 64, "--perturb"), (["--perturb", "init/nothing"], 64, "never planted"),
                (["--results", "file"], 73, "is a file"), (["--threads", "0"], 64, "--threads"),
                (["--shard", "1/1", "--config", "m/mood.json"], 64, "--shard"),
                (["--config", "absent.json"], 2, "absent.json"),
            ]
            for (words, code, part) in lines {
                for format in Formats.all {
                    let command = [try #require(Built.path), "check", "--goldens", "m/Goldens", "--format", format]
                    let ending = try place.run(command + words)
                    expectRefusal(ending, code, naming: part)
                    #expect(format == "text" || ending.out.contains(part), "\(format): \(ending)")
                    if format == "json" { #expect(try ending.json()["exitCode"]?.int == Int(code), "\(ending)") }
                }
            }
        }
    }

    @Test func checkingNothingFails() throws {
        try withWorkplace { place in
            expectRefusal(try place.repro("check"), 2, naming: "nothing to check", "'Goldens'", "repro bless")
            expectRefusal(try place.repro("check", "--goldens", "absent"), 2, naming: "nothing to check", "'absent'")
            try place.write("g/index.json", "{\n  \"format\": 1,\n  \"goldens\": [\n  ]\n}\n")
            expectRefusal(try place.repro("check", "--goldens", "g"), 2, naming: "nothing to check")
            // A shipped experiment without a golden is a missing golden; a mistyped name is a mistyped name.
            let missing = try place.repro("check", "roman", "--goldens", "g")
            #expect(missing.code == 2 && missing.out.contains("there is no golden yet"), "\(missing)")
            try place.blessMood("m")
            expectRefusal(
                try place.repro("check", "modo", "--goldens", "m/Goldens"), 64, naming: "'modo'",
                "did you mean 'mood'?")
        }
    }

    /// Whatever is done to a golden, `check` says 2 and why, and repairs nothing.
    @Test(arguments: [
        "one byte", "cut off", "empty", "contract", "unclaimed", "missing", "no index", "bad index", "not JSON",
        "folder",
    ])
    func aDamagedGoldenCannotBeJudged(damage: String) throws {
        try withWorkplace { place in
            try place.blessMood("m")
            let file = "m/Goldens/mood.json"
            let bytes = try place.bytes(file)
            let text = String(decoding: bytes, as: UTF8.self)
            let manager = FileManager.default
            var expected = "m/Goldens/mood.json"
            switch damage {
            case "one byte":
                try place.write(file, text.replacingOccurrences(of: "first result", with: "first resulT"))
                expected = "its bytes are not those that index.json records"
            case "cut off": try place.write(file, bytes: Array(bytes.dropLast(100)))
            case "empty":
                try place.write(file, "")
                expected = "m/Goldens/mood.json: malformed: the file is empty"
            case "contract":
                try place.write(file, text.replacingOccurrences(of: "\"contract\": 2,", with: "\"contract\": 1,"))
                expected = "version 1 of the numerical contract"
            case "unclaimed":
                try place.write("m/Goldens/other.json", bytes: bytes)
                expected = "m/Goldens/other.json: unclaimed"
            case "missing":
                try manager.removeItem(atPath: place(file))
                expected = "m/Goldens/mood.json: missing"
            case "no index":
                try manager.removeItem(atPath: place("m/Goldens/index.json"))
                expected = "m/Goldens/mood.json: unclaimed"
            case "bad index":
                try place.write("m/Goldens/index.json", "{}")
                expected = "m/Goldens/index.json: malformed"
            case "not JSON": try place.write(file, "golden")
            default:
                try manager.removeItem(atPath: place(file))
                try manager.createDirectory(atPath: place(file), withIntermediateDirectories: false)
            }
            let before = try place.contents()
            for format in ["text", "json"] {
                let ending = try place.repro("check", "--goldens", "m/Goldens", "--format", format)
                #expect(!ending.isSignal && ending.code == 2, "\(damage): \(ending)")
                #expect((ending.out + ending.err).contains(expected), "\(damage): \(ending)")
            }
            #expect(try place.contents() == before, "check wrote after \(damage)")
        }
    }

    @Test func checkWritesNothing() throws {
        try withWorkplace { place in
            try place.blessMood("m")
            let before = try place.contents()
            #expect(try place.repro("check", "--goldens", "m/Goldens").code == 0)
            #expect(try place.contents() == before)
            #expect(
                try place.repro("check", "--goldens", "m/Goldens", "--perturb", "final/linear.bias").code == 1)
            #expect(try place.contents() == before)
            try place.write("m/train.tsv", "good\tx\nbad\ty\n")
            let changed = try place.contents()
            #expect(try place.repro("check", "--goldens", "m/Goldens").code == 1)
            #expect(try place.contents() == changed)
        }
    }

    @Test func severalCasesEndWithDriftBeforeWhatCannotBeJudged() throws {
        try withWorkplace { place in
            try place.blessMood("m")
            try place.write("m/Goldens/other.json", bytes: try place.bytes("m/Goldens/mood.json"))
            try place.write("m/train.tsv", "good\tx\nbad\ty\n")
            let ending = try place.repro("check", "--goldens", "m/Goldens")
            #expect(ending.code == 1, "\(ending)")
            #expect(ending.out.contains("not judged") && ending.out.contains("drift"), "\(ending)")
        }
    }
}
