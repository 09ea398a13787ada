import Foundation
import Repro
import Testing

@Suite(.enabled(if: Built.exists, Built.absence)) struct BlessTests {
    @Test func blessRefusesWhereItMust() throws {
        try withWorkplace { place in
            try place.writeMood("m")
            let before = try place.contents()
            let command = [
                try #require(Built.path), "bless", "--config", "m/mood.json", "--seed", "7", "--goldens", "g", "--by",
                "me",
            ]
            expectRefusal(
                try place.run(command + ["--reason", "x", "--yes"], environment: ["CI": "true"]), 69, naming: "CI")
            expectRefusal(try place.run(command + ["--yes"]), 64, naming: "--reason TEXT is needed")
            expectRefusal(try place.run(command + ["--yes", "--reason", "  "]), 64, naming: "--reason")
            expectRefusal(try place.run(command + ["--reason", "x"]), 64, naming: "terminal", "--yes")
            expectRefusal(
                try place.run(command + ["--reason", "x", "--yes", "--perturb", "init/lstm.bias_ih_l0"]), 64,
                naming: "--perturb")
            expectRefusal(
                try place.repro(
                    "bless", "--config", "m/mood.json", "--goldens", "g", "--by", "me", "--reason", "x", "--yes"), 64,
                naming: "'mood'", "--seed N")
            #expect(try place.contents() == before)
        }
    }

    @Test func blessWritesTheGoldenThatCheckReproduces() throws {
        try withWorkplace { place in
            try place.blessMood("m")
            #expect(
                try place.contents("m/Goldens").keys.sorted() == [
                    ".gitattributes", ".gitignore", "index.json", "mood.json", "mood.safetensors",
                ])
            let golden = try JSONValue.read(path: place("m/Goldens/mood.json"))
            #expect(golden["blessed"]?["by"]?.string == "tester")
            #expect(golden["blessed"]?["reason"]?.string == "first result")
            #expect(golden["seed"]?.int == 7)
            #expect(golden["data"]?.elements?.map { $0["path"]?.string } == ["../train.tsv", "../test.tsv"])
            #expect(!String(decoding: try place.bytes("m/Goldens/mood.json"), as: UTF8.self).contains(place.path))
            let ending = try place.repro("check", "--goldens", "m/Goldens")
            expectSuccess(ending)
            #expect(ending.out.contains("1 of 1 reproduced"))
        }
    }

    @Test func blessNamesAFolderThatCannotBeWritten() throws {
        try withWorkplace { place in
            try place.writeMood("m")
            try place.write("file", "x")
            let before = try place.contents()
            for folder in ["file", "file/below", "/proc/repro"] {
                let ending = try place.repro(
                    "bless", "--config", "m/mood.json", "--seed", "7", "--goldens", folder, "--reason", "x", "--by",
                    "me", "--yes")
                expectRefusal(ending, 73, naming: folder + ": ", "; ")
            }
            #expect(try place.contents() == before)
        }
    }

    /// The golden of a run is the run's digest.
    @Test func runAndBlessAgree() throws {
        try withWorkplace { place in
            try place.blessMood("m")
            let run = try place.repro("run", "--config", "m/mood.json", "--seed", "7", "--format", "json").json()
            let golden = try JSONValue.read(path: place("m/Goldens/mood.json"))
            #expect(run["digest"]?.string == golden["root"]?.string)
        }
    }

    @Test func anExperimentOfOnesOwnMovesWithItsData() throws {
        try withWorkplace { place in
            try place.blessMood("here/m")
            try FileManager.default.createDirectory(atPath: place("there/deep"), withIntermediateDirectories: true)
            expectSuccess(try place.repro("check", "--goldens", "m/Goldens", in: "here"))
            expectSuccess(try place.repro("check", "--goldens", "../here/m/Goldens", in: "there"))
            expectSuccess(try place.repro("check", in: "here/m"))
            expectSuccess(try place.repro("check", "--goldens", place("here/m/Goldens"), in: "/"))
            try FileManager.default.moveItem(atPath: place("here/m"), toPath: place("there/deep/m"))
            expectSuccess(try place.repro("check", "--goldens", "there/deep/m/Goldens"))
            expectSuccess(try place.repro("check", "--goldens", ".", in: "there/deep/m/Goldens"))
            // And from there it can be blessed again by name.
            let again = try place.repro(
                "bless", "mood", "--goldens", "there/deep/m/Goldens", "--reason", "again", "--by", "me", "--yes")
            expectSuccess(again)
            #expect(again.out.contains("nothing to bless"))
        }
    }

    @Test func blessSaysThatWhatItReplacesCannotBeRead() throws {
        try withWorkplace { place in
            try place.blessMood("m")
            let words = ["bless", "mood", "--goldens", "m/Goldens", "--reason", "again", "--by", "me", "--yes"]
            let command = [try #require(Built.path)] + words
            try place.replace("first result", "second result", in: "m/Goldens/mood.json")
            let ending = try place.run(command)
            expectSuccess(ending)
            #expect(ending.out.contains("mood                unreadable → "), "\(ending)")
            #expect(
                ending.out.contains(
                    "before        unreadable: 'm/Goldens/mood.json', which was malformed: its bytes are not those that"
                ),
                "\(ending)")
            try place.remove("m/Goldens/mood.json")
            let missing = try place.run(command)
            #expect(missing.out.contains("unreadable: 'm/Goldens/mood.json', which was missing"), "\(missing)")
            try place.remove("m/Goldens")
            let none = try place.repro(
                "bless", "--config", "m/mood.json", "--seed", "7", "--goldens", "m/Goldens", "--reason", "x", "--by",
                "me", "--yes")
            #expect(none.out.contains("mood                none → ") && !none.out.contains("unreadable"), "\(none)")
        }
    }

    /// Of several experiments it is said which one cannot be blessed.
    @Test func anErrorOfOneOfSeveralNamesItsFile() throws {
        try withWorkplace { place in
            try place.writeMood("m")
            try place.write("m/b.json", try Mood.config(("\"name\": \"mood\"", "\"name\": \"b\"")))
            let words = ["bless", "--config", "m/mood.json", "--config", "m/b.json", "--goldens", "G", "--by", "me"]
            let command = [try #require(Built.path)] + words + ["--reason", "x", "--yes"]
            try place.replace("\"task\"", "\"seed\": 7, \"task\"", in: "m/mood.json")
            expectRefusal(try place.run(command), 64, naming: "m/b.json: 'b' has no golden yet")
            try place.write("m/other.tsv", "glad\tfine rain\n")
            try place.replace("test.tsv", "other.tsv", in: "m/b.json")
            expectRefusal(try place.run(command + ["--seed", "7"]), 65, naming: "m/b.json: ", "glad")
            #expect(!place.exists("G/index.json"))
        }
    }

    @Test func blessShowsTheSeedAndEveryOptionThatChanges() throws {
        try withWorkplace { place in
            try place.writeMood("m")
            let words = ["bless", "--config", "m/mood.json", "--goldens", "G", "--reason", "r", "--by", "b", "--yes"]
            let command = [try #require(Built.path)] + words
            expectSuccess(try place.run(command + ["--seed", "7"]))
            let text = String(decoding: try place.bytes("m/mood.json"), as: UTF8.self)
            try place.write("m/mood.json", text.replacingOccurrences(of: "\"hidden\": 4", with: "\"hidden\": 9"))
            let ending = try place.run(command + ["--seed", "8"])
            expectSuccess(ending)
            #expect(
                ending.out.contains("seed          7 → 8") && ending.out.contains("option        model.hidden 4 → 9"),
                "\(ending)")
        }
    }

    /// What a killed process left behind is neither taken for the new folder nor in its way.
    @Test func aFolderThatWasLeftHalfWrittenIsPassedOver() throws {
        try withWorkplace { place in
            let script = """
                for n in 0 1; do mkdir out.$$.$n.tmp; echo junk >out.$$.$n.tmp/trace.tsv; done
                mkdir out.$$.2.tmp.old
                exec repro run outputs --seed 1 --output out
                """
            expectSuccess(try place.bash(script))
            #expect(!place.exists("out/trace.tsv"))
            expectSuccess(try place.repro("run", "outputs", "--seed", "1", "--output", "out", "--force"))
        }
    }

    @Test func blessKeepsTheOtherGoldens() throws {
        try withWorkplace { place in
            try place.blessMood("m")
            let before = try place.bytes("m/Goldens/mood.json")
            try place.write("m/second.json", try Mood.config(("\"name\": \"mood\"", "\"name\": \"second\"")))
            expectSuccess(
                try place.repro(
                    "bless", "--config", "m/second.json", "--seed", "8", "--goldens", "m/Goldens", "--reason", "x",
                    "--by", "me", "--yes"))
            #expect(try place.bytes("m/Goldens/mood.json") == before)
            let ending = try place.repro("check", "--goldens", "m/Goldens")
            expectSuccess(ending)
            #expect(ending.out.contains("2 of 2 reproduced"))
        }
    }

    @Test func blessShowsOldAndNewAndAsksOnATerminal() throws {
        try #require(Terminals.exist, Terminals.absence)
        try withWorkplace { place in
            try place.blessMood("m")
            try place.write("m/mood.json", try Mood.config(("\"hidden\": 4", "\"hidden\": 5")))
            let before = try place.contents("m/Goldens")
            let command =
                "repro bless --config m/mood.json --goldens m/Goldens --reason wider --by me"
            for answer in ["n", "", "maybe"] {
                let refused = try place.bash(Terminals.script(command, answer: answer))
                #expect(refused.out.contains("→") && refused.out.contains("[y/N]"), "\(refused)")
                #expect(refused.out.contains("nothing was written"), "\(refused)")
                #expect(try place.contents("m/Goldens") == before)
            }
            let accepted = try place.bash(Terminals.script(command, answer: "y"))
            #expect(accepted.out.contains("wrote mood"), "\(accepted)")
            #expect(try place.contents("m/Goldens") != before)
            expectSuccess(try place.repro("check", "--goldens", "m/Goldens"))
        }
    }
}
