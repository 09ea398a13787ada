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
                "where it is to go, `repro retire mood --goldens m/Goldens --reason TEXT`",
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
            try place.dropConfig("m/Goldens")
            try place.remove("m/Goldens/mood.json")
            expectRefusal(
                try bless(place, "mood"), 64, naming: "the golden 'mood' is gone", "--config FILE --seed 7",
                "`repro retire mood --goldens m/Goldens --reason TEXT`")
            expectSuccess(try bless(place, "outputs"))
            expectSuccess(try bless(place, "--config", "m/mood.json"))
            expectSuccess(try place.repro("check", "--goldens", "m/Goldens"))
        }
    }

    /// A golden that was never made has a command that makes it, with the config that was asked for.
    @Test func aGoldenThatWasNeverBlessedIsToldHowTo() throws {
        try withWorkplace { place in
            try place.blessMood("m")
            try place.write("m/new one.json", try Mood.config(("\"name\": \"mood\"", "\"name\": \"calm\"")))
            let ending = try place.repro("check", "--goldens", "m/Goldens", "--config", "m/new one.json")
            let command = "repro bless --config 'm/new one.json' --seed N --goldens m/Goldens --reason TEXT"
            #expect(ending.code == 2, "\(ending)")
            #expect(
                ending.out.contains("m/Goldens/calm.json: there is no golden yet; `\(command)` makes it"), "\(ending)")
            let shipped = try place.repro("check", "--goldens", "m/Goldens", "outputs")
            #expect(
                shipped.code == 2 && shipped.out.contains("`repro bless outputs --seed N --goldens m/Goldens"),
                "\(shipped)")
            expectSuccess(
                try place.bash(command.replacingOccurrences(of: "--seed N", with: "--seed 7") + " --by me --yes"))
            try place.replace("\"task\"", "\"seed\": 7, \"task\"", in: "m/new one.json")
            try place.replace("\"calm\"", "\"calmer\"", in: "m/new one.json")
            let seeded = try place.repro("check", "--goldens", "m/Goldens", "--config", "m/new one.json")
            #expect(
                seeded.out.contains("`repro bless --config 'm/new one.json' --goldens m/Goldens --reason TEXT`"),
                "\(seeded)")
        }
    }

    @Test func aGoldenThatNothingElseSpeaksForIsMarked() throws {
        try withWorkplace { place in
            try place.blessMood("m")
            #expect(try !place.repro("check", "--goldens", "m/Goldens").out.contains("no file"))
            try place.dropConfig("m/Goldens")
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
            try place.write("m/\(folder)/train.tsv", Mood.train)
            try place.write("m/\(folder)/other.tsv", Mood.test)
            expectSuccess(try bless(place, "--config", "m/mood.json", "--seed", "7"))
            try place.replace("/train.tsv", "/other.tsv", in: "m/mood.json")
            let ending = try place.repro("check", "--goldens", "m/Goldens")
            #expect(ending.code == 1, "\(ending)")
            #expect(ending.out.contains("data.train …ong-name-/train.tsv\" → …ong-name-/other.tsv\""), "\(ending)")
        }
    }
}
