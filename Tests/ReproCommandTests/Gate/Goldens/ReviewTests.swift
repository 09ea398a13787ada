import Foundation
import Repro
import Testing

/// What a check left, taken up or refused by a person.
@Suite(.enabled(if: Built.exists, Built.absence)) struct ReviewTests {
    private func review(_ place: Workplace, _ words: String...) throws -> Ending {
        try place.run([try #require(Built.path), "review", "m/Results", "--goldens", "m/Goldens"] + words)
    }

    @Test func aScriptAcceptsOneAndRejectsAnother() throws {
        try withUnreviewedGoldens { place in
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
            #expect(again.out.contains("nothing to review: every golden of m/Results is decided"), "\(again)")
            let bare = try place.repro("review", "--goldens", "m/Goldens")
            expectSuccess(bare)
            #expect(bare.out == again.out, "\(bare)")
            try place.remove("m/Results")
            let none = try place.repro("review", "--goldens", "m/Goldens")
            expectSuccess(none)
            #expect(none.out.contains("nothing to review: no golden of 'm/Goldens' is unreviewed"), "\(none)")
        }
    }

    @Test func aSkippedCaseIsAskedForAgain() throws {
        try withUnreviewedGoldens { place in
            let before = try place.contents("m/Goldens")
            let ending = try review(place, "--skip", "mood")
            expectSuccess(ending)
            #expect(ending.out.contains("left 2") && ending.out.contains("repro review m/Results"), "\(ending)")
            #expect(try place.contents("m/Goldens") == before)
        }
    }

    /// Whatever is taken up is what `bless` makes of the same change.
    @Test func whatIsAcceptedIsWhatBlessWrites() throws {
        try withUnreviewedGoldens { place in
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
        try withUnreviewedGoldens { place in
            try place.remove("m/Goldens")
            try FileManager.default.moveItem(atPath: place("m/Results"), toPath: place("m/Goldens"))
            let check = try place.repro("check", "--goldens", "m/Goldens")
            #expect(check.code == 2 && check.out.contains("nobody has reviewed it"), "\(check)")
            #expect(check.out.contains("repro review --goldens m/Goldens"), "\(check)")
            let ending = try place.repro(
                "review", "--goldens", "m/Goldens", "--accept", "calm", "--accept", "mood", "--reason", "seen", "--by",
                "me")
            expectSuccess(ending)
            expectSuccess(try place.repro("check", "--goldens", "m/Goldens"))
        }
    }

    @Test func whatChangedSinceIsSaid() throws {
        try withUnreviewedGoldens { place in
            try place.replace("\"learningRate\": 0.2", "\"learningRate\": 0.4", in: "m/mood.json")
            let ending = try review(place, "--skip", "mood")
            #expect(ending.out.contains("since then") && ending.out.contains("0.2 → 0.4"), "\(ending)")
        }
    }

    /// Nobody can vouch for what the check was not asked for, and nothing else is accepted beside it.
    @Test func whatIsOutdatedIsNotAccepted() throws {
        try withUnreviewedGoldens { place in
            let before = try place.contents("m/Goldens")
            try place.replace("\"learningRate\": 0.2", "\"learningRate\": 0.4", in: "m/mood.json")
            let command = "repro check --goldens m/Goldens --results m/Results"
            for words in [["mood"], ["calm", "mood"]] {
                let accepting = words.flatMap { ["--accept", $0] } + ["--reason", "x", "--by", "me"]
                let ending = try place.run(
                    [try #require(Built.path), "review", "m/Results", "--goldens", "m/Goldens"] + accepting)
                expectRefusal(ending, 2, naming: "'mood' cannot be accepted", "`\(command)` makes a new one")
                #expect(try place.contents("m/Goldens") == before)
            }
            #expect(try place.bash(command).code == 1)
            expectSuccess(try review(place, "--accept", "mood", "--accept", "calm", "--reason", "x", "--by", "me"))
            expectSuccess(try place.repro("check", "--goldens", "m/Goldens"))
            // Data that moved, too.
            try place.write("m/train.tsv", "good\tx\nbad\ty\n")
            #expect(try place.bash(command).code == 1)
            try place.write("m/train.tsv", "good\tx\nbad\tz\n")
            let data = try review(place, "--accept", "mood", "--reason", "x", "--by", "me")
            expectRefusal(data, 2, naming: "'mood' cannot be accepted")
        }
    }

    @Test func reviewSaysLikeCheckThatOnlyLineEndingsDiffer() throws {
        try withWorkplace { place in
            try place.blessMood("m")
            try place.write("m/train.tsv", Mood.train.replacingOccurrences(of: "\n", with: "\r\n"))
            let check = try place.repro("check", "--goldens", "m/Goldens", "--results", "m/Results")
            let review = try review(place, "--skip", "mood")
            for ending in [check, review] {
                #expect(ending.out.contains("../train.tsv: only its line endings differ; where git"), "\(ending)")
            }
            #expect(!review.out.contains("of 4 lines"), "\(review)")
        }
    }

    /// A golden that was tampered with is no reason to say that there was none.
    @Test func aGoldenThatCannotBeReadIsShownAsSuch() throws {
        try withUnreviewedGoldens { place in
            try place.replace("first result", "second result", in: "m/Goldens/mood.json")
            let ending = try review(place, "--skip", "mood")
            expectSuccess(ending)
            #expect(ending.out.contains("mood                unreadable → "), "\(ending)")
            #expect(ending.out.contains("its bytes are not those that index.json records"), "\(ending)")
            #expect(!ending.out.contains("no earlier golden"), "\(ending)")
        }
    }

    @Test func reviewRefusesWhereItMust() throws {
        try withUnreviewedGoldens { place in
            let command = [try #require(Built.path), "review", "m/Results", "--goldens", "m/Goldens"]
            expectRefusal(try place.run(command, environment: ["CI": "true"]), 69, naming: "CI")
            expectRefusal(try place.repro("review", "absent"), 66, naming: "absent: no such folder")
            expectRefusal(try place.repro("review", "--goldens", "nowhere"), 66, naming: "nothing to review")
            expectRefusal(try review(place, "--skip", "mood", "--reject", "mood"), 64, naming: "decided twice")
            for option in ["--reason", "--by"] {
                expectRefusal(try review(place, "--skip", "mood", option, "x"), 64, naming: "\(option) says nothing")
            }
            try place.replace("nobody", "somebody", in: "m/Results/mood.json")
            expectRefusal(try review(place), 2, naming: "mood.json", "malformed")
        }
    }

    /// Without a folder's name it is the one that a check left beside the goldens.
    @Test func theFolderIsFound() throws {
        try withUnreviewedGoldens { place in
            let ending = try place.repro("review", "--goldens", "m/Goldens", "--skip", "mood")
            expectSuccess(ending)
            #expect(ending.out.contains("repro review m/Results"), "\(ending)")
        }
    }
}
