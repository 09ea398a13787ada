import Foundation
import Repro
import Testing

/// What a check left, taken up or refused by a person.
@Suite(.enabled(if: Built.exists, Built.absence)) struct ReviewTests {
    /// Two goldens, `calm` and `mood`, whose configs ask for other things than were blessed, and what a check left of that.
    private func withResults(_ body: (Workplace) throws -> Void) throws {
        try withWorkplace { place in
            try place.blessMood("m")
            try place.write("m/calm.json", try Mood.config(("\"name\": \"mood\"", "\"name\": \"calm\"")))
            expectSuccess(
                try place.repro(
                    "bless", "--config", "m/calm.json", "--seed", "8", "--goldens", "m/Goldens", "--reason", "x",
                    "--by", "me", "--yes"))
            try place.replace("\"learningRate\": 0.1", "\"learningRate\": 0.2", in: "m/mood.json")
            try place.replace("\"epochs\": 2", "\"epochs\": 3", in: "m/calm.json")
            let check = try place.repro("check", "--goldens", "m/Goldens", "--results", "m/Results")
            try #require(check.code == 1, "\(check)")
            #expect(check.err.contains("repro review m/Results --goldens m/Goldens"), "\(check)")
            try body(place)
        }
    }

    private func review(_ place: Workplace, _ words: String...) throws -> Ending {
        try place.run([try #require(Built.path), "review", "m/Results", "--goldens", "m/Goldens"] + words)
    }

    @Test func aScriptAcceptsOneAndRejectsAnother() throws {
        try withResults { place in
            let before = try place.contents("m/Goldens")
            expectRefusal(try review(place), 64, naming: "no terminal", "--accept NAME", "calm, mood")
            expectRefusal(try review(place, "--accept", "mood"), 64, naming: "--reason TEXT")
            expectRefusal(try review(place, "--accept", "other", "--reason", "x"), 64, naming: "'other'", "calm, mood")
            #expect(try place.contents("m/Goldens") == before)

            let ending = try review(place, "--accept", "mood", "--reject", "calm", "--reason", "faster", "--by", "me")
            expectSuccess(ending)
            for part in [
                "training.learningRate 0.1 → 0.2", "training.epochs 2 → 3", "metrics       trainLoss ",
                "first element [",
                "accepted 1, rejected 1, left 0", "repro check --goldens m/Goldens",
            ] { #expect(ending.out.contains(part), "no '\(part)' in \(ending)") }
            #expect(try place.bytes("m/Goldens/calm.json") == before["calm.json"])
            let golden = try JSONValue.read(path: place("m/Goldens/mood.json"))
            #expect(golden["blessed"]?["by"]?.string == "me" && golden["blessed"]?["reason"]?.string == "faster")
            let check = try place.repro("check", "--goldens", "m/Goldens")
            #expect(check.code == 1 && check.out.contains("1 of 2 reproduced"), "\(check)")
            // All is decided, so that a second review has nothing to ask.
            let again = try review(place)
            expectSuccess(again)
            #expect(again.out.contains("accepted 0, rejected 0, left 0"), "\(again)")
        }
    }

    @Test func aSkippedCaseIsAskedForAgain() throws {
        try withResults { place in
            let before = try place.contents("m/Goldens")
            let ending = try review(place, "--skip", "mood")
            expectSuccess(ending)
            #expect(ending.out.contains("left 2") && ending.out.contains("repro review m/Results"), "\(ending)")
            #expect(try place.contents("m/Goldens") == before)
        }
    }

    /// Whatever is taken up is what `bless` makes of the same change.
    @Test func whatIsAcceptedIsWhatBlessWrites() throws {
        try withResults { place in
            expectSuccess(
                try review(place, "--accept", "mood", "--accept", "calm", "--reason", "both", "--by", "me"))
            let accepted = try place.contents("m/Goldens")
            let check = try place.repro("check", "--goldens", "m/Goldens")
            expectSuccess(check)
            try place.remove("m/Goldens")
            for (name, seed) in [("mood", "7"), ("calm", "8")] {
                expectSuccess(
                    try place.repro(
                        "bless", "--config", "m/\(name).json", "--seed", seed, "--goldens", "m/Goldens", "--reason",
                        "both", "--by", "me", "--yes"))
            }
            #expect(try place.contents("m/Goldens") == accepted)
        }
    }

    @Test func aGoldenThatNobodyReviewedIsRefusedAndCanBeReviewedInItsPlace() throws {
        try withResults { place in
            try place.remove("m/Goldens")
            try FileManager.default.moveItem(atPath: place("m/Results"), toPath: place("m/Goldens"))
            let check = try place.repro("check", "--goldens", "m/Goldens")
            #expect(check.code == 2 && check.out.contains("nobody has reviewed it"), "\(check)")
            #expect(check.out.contains("repro review m/Goldens"), "\(check)")
            let ending = try place.repro(
                "review", "--goldens", "m/Goldens", "--accept", "calm", "--accept", "mood", "--reason", "seen", "--by",
                "me")
            expectSuccess(ending)
            expectSuccess(try place.repro("check", "--goldens", "m/Goldens"))
        }
    }

    @Test func whatChangedSinceIsSaid() throws {
        try withResults { place in
            try place.replace("\"learningRate\": 0.2", "\"learningRate\": 0.4", in: "m/mood.json")
            let ending = try review(place, "--skip", "mood")
            #expect(ending.out.contains("since then") && ending.out.contains("0.2 → 0.4"), "\(ending)")
        }
    }

    @Test func reviewRefusesWhereItMust() throws {
        try withResults { place in
            let command = [try #require(Built.path), "review", "m/Results", "--goldens", "m/Goldens"]
            expectRefusal(try place.run(command, environment: ["CI": "true"]), 69, naming: "CI")
            expectRefusal(try place.repro("review", "absent"), 66, naming: "absent: no such folder")
            expectRefusal(try place.repro("review", "--goldens", "nowhere"), 66, naming: "nothing to review")
            expectRefusal(try review(place, "--skip", "mood", "--reject", "mood"), 64, naming: "decided twice")
            try place.replace("nobody", "somebody", in: "m/Results/mood.json")
            expectRefusal(try review(place), 2, naming: "mood.json", "malformed")
        }
    }

    /// Without a folder's name it is the one that a check left beside the goldens.
    @Test func theFolderIsFound() throws {
        try withResults { place in
            let ending = try place.repro("review", "--goldens", "m/Goldens", "--skip", "mood")
            expectSuccess(ending)
            #expect(ending.out.contains("repro review m/Results"), "\(ending)")
        }
    }

    /// Keys on a terminal: one case accepted, then Ctrl-C; the next review goes on with the other.
    @Test func keysDecideAndCtrlCLosesNothing() throws {
        try #require(Terminals.exist, Terminals.absence)
        try withResults { place in
            let command = "repro review m/Results --goldens m/Goldens --reason seen --by me"
            /// Types one key after another, each after the next time that it was asked for.
            func type(_ keys: String..., more: String = "") throws -> Ending {
                let asked = "grep -o 'quit (q)' typed 2>/dev/null | wc -l"
                let script = """
                    rm -f typed
                    (count=0; for key in "$@"; do count=$((count + 1)); tries=0
                       until [ $(\(asked)) -ge $count ] || [ $tries -gt 100 ]; do sleep 0.1; tries=$((tries + 1)); done
                       printf "$key"; done; sleep 1) | TERM=xterm script -qefc '\(command)\(more)' typed
                    """
                return try place.run(["/bin/bash", "-c", script, "bash"] + keys)
            }
            let before = try place.bytes("m/Goldens/mood.json")
            let first = try type("xa", "\\003")
            #expect(first.code == 130, "\(first)")
            #expect(first.out.contains("accept (a), reject (r), skip (s), quit (q)?"), "\(first)")
            #expect(first.out.contains("accepted: m/Goldens/calm.json"), "\(first)")
            #expect(try place.bytes("m/Goldens/mood.json") == before)
            let second = try type("r")
            expectSuccess(second)
            #expect(second.out.contains("1 of 1") && second.out.contains("rejected: mood"), "\(second)")
            #expect(!second.out.contains("calm"), "\(second)")
            #expect(second.out.contains("\u{1b}["), "no colours on a terminal: \(second)")
            let plain = try type(more: " --no-color")
            #expect(!plain.out.contains("\u{1b}["), "\(plain)")
        }
    }
}
