import Foundation
import Repro
import Testing

/// A golden that is taken out on purpose: it goes whole, the index says why, and a comparison with the base branch takes it for
/// no loss.
@Suite(.enabled(if: Built.exists, Built.absence), .enabled(if: Programs.haveGit, "needs git"))
struct RetirementTests {
    private let retire = "repro retire mood --goldens m/Goldens --reason 'nobody needs it' --by me --yes"

    /// A repository `r` whose branch `main` has the goldens `calm` and `mood`, with a branch `work` checked out.
    private func withGoldens(_ body: (Workplace) throws -> Void) throws {
        try withWorkplace { place in
            try place.blessMood("r/m")
            try place.write("r/m/calm.json", try Mood.config(("\"name\": \"mood\"", "\"name\": \"calm\"")))
            let ending = try place.bash(
                """
                set -e
                repro bless --config m/calm.json --seed 8 --goldens m/Goldens --reason x --by me --yes
                git init -q -b main . && git config user.name x && git config user.email x@example.org
                git add . && git commit -qm goldens && git checkout -qb work
                """, in: "r")
            try #require(ending.code == 0, "\(ending)")
            try body(place)
        }
    }

    private func check(_ place: Workplace, _ words: String...) throws -> Ending {
        try place.run([try #require(Built.path), "check", "--goldens", "m/Goldens"] + words, in: "r")
    }

    @Test func aRetiredGoldenGoesWholeAndIsNoLoss() throws {
        try withGoldens { place in
            let before = try place.contents("r/m/Goldens")
            let ending = try place.bash(retire, in: "r")
            expectSuccess(ending)
            #expect(ending.out.contains("→ none") && ending.out.contains("retired mood"), "\(ending)")
            let after = try place.contents("r/m/Goldens")
            #expect(Set(before.keys).subtracting(after.keys) == ["mood.json", "mood.safetensors"])
            #expect(after["calm.json"] == before["calm.json"])
            let note = try #require(try JSONValue.read(path: place("r/m/Goldens/index.json"))["retired"]?.elements)
            #expect(note.count == 1 && note[0]["name"]?.string == "mood" && note[0]["by"]?.string == "me")
            #expect(note.first?["reason"]?.string == "nobody needs it")
            expectSuccess(try check(place))
            for format in Formats.all {
                let ending = try check(place, "--against", "main", "--format", format)
                #expect(!ending.isSignal && ending.code == 0, "\(format): \(ending)")
                #expect(ending.out.contains("me took it out of this folder: nobody needs it"), "\(format): \(ending)")
            }
            #expect(try check(place, "--against", "main").out.contains("1 of 1 reproduced, 1 retired"))
            #expect(try check(place, "--against", "main", "calm").out.contains("1 of 1 reproduced, 1 retired"))
        }
    }

    @Test func blessingTheNameAnewTakesTheNoteAway() throws {
        try withGoldens { place in
            let before = try place.contents("r/m/Goldens")
            expectSuccess(try place.bash(retire, in: "r"))
            expectSuccess(
                try place.bash(
                    "repro bless --config m/mood.json --seed 7 --goldens m/Goldens --reason 'first result' --by tester --yes",
                    in: "r"))
            #expect(try place.contents("r/m/Goldens") == before)
        }
    }

    /// What the base branch blessed since is another golden.
    @Test func aRetirementCoversTheGoldenThatWasTakenOutAlone() throws {
        try withGoldens { place in
            let script = """
                set -e
                \(retire) && git commit -qam retired && git checkout -q main
                sed -i 's/"epochs": 2/"epochs": 3/' m/mood.json
                repro bless mood --goldens m/Goldens --reason y --by me --yes && git commit -qam again
                git checkout -q work
                """
            expectSuccess(try place.bash(script, in: "r"))
            let ending = try check(place, "--against", "main")
            #expect(ending.code == 2, "\(ending)")
            for part in [
                "mood.json: gone; 'main' has this golden", "another of its name was retired here", "1 of 2 reproduced",
            ] { #expect(ending.out.contains(part), "no '\(part)' in \(ending)") }
        }
    }

    @Test func aGoldenWhoseFileIsGoneCanBeRetired() throws {
        try withGoldens { place in
            try place.remove("r/m/Goldens/mood.json")
            let missing = try check(place)
            #expect(missing.code == 2 && missing.out.contains("`repro retire mood --goldens m/Goldens --reason TEXT`"))
            expectSuccess(try place.bash(retire, in: "r"))
            expectSuccess(try check(place, "--against", "main"))
        }
    }

    /// A check of nothing is no success.
    @Test func whereAllIsRetiredNothingWasChecked() throws {
        try withGoldens { place in
            expectSuccess(try place.bash(retire + " calm", in: "r"))
            let ending = try check(place, "--against", "main")
            #expect(ending.code == 2 && ending.out.contains("0 of 0 reproduced, 2 retired: nothing was checked"))
        }
    }

    @Test func retireRefusesWhereItMust() throws {
        try withGoldens { place in
            let before = try place.contents("r/m")
            func refuse(_ words: String..., environment: [String: String] = [:]) throws -> Ending {
                let command = [try #require(Built.path), "retire", "--goldens", "m/Goldens", "--by", "me"]
                return try place.run(command + words, environment: environment, in: "r")
            }
            let service = try refuse("mood", "--reason", "x", "--yes", environment: ["CI": "true"])
            expectRefusal(service, 69, naming: "retire refuses to run where CI is set")
            expectRefusal(try refuse("mood", "--yes"), 64, naming: "--reason TEXT is needed")
            expectRefusal(try refuse("mood", "--reason", "x"), 64, naming: "no terminal")
            expectRefusal(try refuse("--reason", "x", "--yes"), 64, naming: "repro retire GOLDEN")
            expectRefusal(
                try refuse("calm", "modo", "--reason", "x", "--yes"), 64, naming: "no golden 'modo'", "'mood'?")
            expectRefusal(try refuse("../m/mood", "--reason", "x", "--yes"), 64, naming: "no golden '../m/mood'")
            #expect(try place.contents("r/m") == before)
        }
    }
}
