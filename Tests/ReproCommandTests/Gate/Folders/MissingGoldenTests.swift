import Foundation
import Repro
import Testing

/// A golden whose file is gone, and one that nothing but itself says the experiment of.
@Suite(.enabled(if: Built.exists, Built.absence)) struct MissingGoldenTests {
    private func bless(_ place: Workplace, _ words: String...) throws -> Ending {
        let command = [
            try #require(Built.path), "bless", "--goldens", "m/Goldens", "--by", "me", "--reason", "x", "--yes",
        ]
        return try place.run(command + words)
    }

    @Test func aMissingGoldenIsMadeAnewOfItsManifest() throws {
        try withWorkplace { place in
            try place.blessMood("m")
            try place.remove("m/Goldens/mood.json")
            let check = try place.repro("check", "--goldens", "m/Goldens")
            #expect(check.code == 2, "\(check)")
            for part in [
                "missing; restore it", "`repro bless mood --goldens m/Goldens --reason TEXT`", "--config FILE --seed N",
                "take its line out of index.json",
            ] { #expect(check.out.contains(part), "no '\(part)' in \(check)") }
            expectSuccess(try bless(place, "mood"))
            expectSuccess(try place.repro("check", "--goldens", "m/Goldens"))
            try place.remove("m/Goldens/mood.json")
            expectSuccess(try bless(place))
            expectSuccess(try place.repro("check", "--goldens", "m/Goldens"))
        }
    }

    /// Nothing says what it computed, and the others can be blessed all the same.
    @Test func aMissingGoldenWithoutAConfigIsNamed() throws {
        try withWorkplace { place in
            try place.blessMood("m")
            expectSuccess(try bless(place, "outputs", "--seed", "1"))
            try withoutConfig(place)
            try place.remove("m/Goldens/mood.json")
            expectRefusal(
                try bless(place, "mood"), 64, naming: "the golden 'mood' is gone", "--config FILE --seed 7",
                "m/Goldens/index.json")
            expectSuccess(try bless(place, "outputs"))
            expectSuccess(try bless(place, "--config", "m/mood.json"))
            expectSuccess(try place.repro("check", "--goldens", "m/Goldens"))
        }
    }

    /// Takes the config file out of the golden and its entry, as somebody could who wants the gate to look away.
    private func withoutConfig(_ place: Workplace) throws {
        try place.replace("  \"config\": \"../mood.json\",\n", "", in: "m/Goldens/mood.json")
        try place.replace("\"config\":\"../mood.json\",", "", in: "m/Goldens/index.json")
        let old = try #require(
            try JSONValue.read(path: place("m/Goldens/index.json"))["goldens"]?.elements?.first?["sha256"]?.string)
        let new = Hashing().digest(of: try place.bytes("m/Goldens/mood.json")).hexadecimal
        try place.replace(old, new, in: "m/Goldens/index.json")
    }

    @Test func aGoldenThatNothingElseSpeaksForIsMarked() throws {
        try withWorkplace { place in
            try place.blessMood("m")
            #expect(try !place.repro("check", "--goldens", "m/Goldens").out.contains("no file"))
            try withoutConfig(place)
            try place.replace("\"epochs\": 2", "\"epochs\": 3", in: "m/mood.json")
            for format in Formats.all {
                let ending = try place.repro("check", "--goldens", "m/Goldens", "--format", format)
                #expect(ending.code == 0, "\(ending)")
                #expect(
                    ending.out.contains("no file: nothing but the golden says what it computes"), "\(format): \(ending)"
                )
            }
            let list = try place.repro("list", "--goldens", "m/Goldens")
            #expect(list.out.contains("seed 7, no config file"), "\(list)")
        }
    }

    /// What is to be typed can be typed, and finds the folder.
    @Test func commandsThatAreNamedCanBeCopied() throws {
        try withWorkplace { place in
            try place.blessMood("it's mine")
            let ending = try place.repro(
                "check", "--goldens", "it's mine/Goldens", "--perturb", "step 000000/loss", "--format", "json")
            let next = try #require(
                try ending.json()["cases"]?.elements?.first?["findings"]?.elements?.last?["text"]?.string)
            let bless = try #require(next.range(of: "repro bless"))
            #expect(
                next[bless.lowerBound...] == "repro bless mood --goldens 'it'\\''s mine/Goldens' --reason TEXT",
                "\(next)")
            let typed = try place.bash(next[bless.lowerBound...] + " --by me --yes")
            expectSuccess(typed)
            #expect(typed.out.contains("nothing to bless"), "\(typed)")
        }
    }

    /// Two long values are shown from where they part.
    @Test func longOptionsAreShownWhereTheyDiffer() throws {
        try withWorkplace { place in
            let folder = String(repeating: "a-long-name-", count: 6)
            try place.writeMood("m", ("\"train.tsv\"", "\"\(folder)/train.tsv\""))
            for name in ["train", "other"] { try place.write("m/\(folder)/\(name).tsv", Mood.train) }
            expectSuccess(try bless(place, "--config", "m/mood.json", "--seed", "7"))
            try place.replace("/train.tsv", "/other.tsv", in: "m/mood.json")
            let ending = try place.repro("check", "--goldens", "m/Goldens")
            #expect(ending.code == 1, "\(ending)")
            #expect(ending.out.contains("data.train …ong-name-/train.tsv\" → …ong-name-/other.tsv\""), "\(ending)")
        }
    }
}
