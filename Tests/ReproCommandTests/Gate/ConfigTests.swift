import Foundation
import Repro
import Testing

/// A golden names the config file that it was made of, and is held to it.
@Suite(.enabled(if: Built.exists, Built.absence)) struct ConfigTests {
    private func check(_ place: Workplace, _ words: String...) throws -> Ending {
        try place.run([try #require(Built.path), "check", "--goldens", "m/Goldens"] + words)
    }

    private func bless(_ place: Workplace, _ words: String...) throws -> Ending {
        let command = [
            try #require(Built.path), "bless", "--goldens", "m/Goldens", "--reason", "x", "--by", "me", "--yes",
        ]
        return try place.run(command + words)
    }

    @Test func blessTakesTheChangedFileUp() throws {
        try withWorkplace { place in
            try place.blessMood("m")
            try place.replace("\"learningRate\": 0.1", "\"learningRate\": 0.2", in: "m/mood.json")
            #expect(try check(place).code == 1)
            let ending = try bless(place, "mood")
            expectSuccess(ending)
            #expect(ending.out.contains("training.learningRate 0.1 → 0.2"), "\(ending)")
            #expect(ending.out.contains("metrics       trainLoss "), "\(ending)")
            expectSuccess(try check(place))
            #expect(try bless(place, "mood").out.contains("nothing to bless"))
        }
    }

    @Test func checkOfAFileChecksItsGoldenAlone() throws {
        try withWorkplace { place in
            try place.blessMood("m")
            try place.write("m/other.json", try Mood.config(("\"name\": \"mood\"", "\"name\": \"other\"")))
            expectSuccess(try bless(place, "--config", "m/other.json", "--seed", "8"))
            try place.replace("\"epochs\": 2", "\"epochs\": 3", in: "m/other.json")
            let mood = try check(place, "--config", "m/mood.json")
            expectSuccess(mood)
            #expect(mood.out.contains("1 of 1 reproduced"), "\(mood)")
            let other = try check(place, "--config", "m/other.json")
            #expect(other.code == 1 && other.out.contains("training.epochs 2 → 3"), "\(other)")
            expectRefusal(try check(place, "--config", "m/absent.json"), 2, naming: "m/absent.json")
            expectRefusal(try check(place, "mood", "--config", "m/mood.json"), 64, naming: "not both")
            try place.write("m/new.json", try Mood.config(("\"name\": \"mood\"", "\"name\": \"new\"")))
            let unknown = try check(place, "--config", "m/new.json")
            #expect(unknown.code == 2 && unknown.out.contains("new.json: there is no golden yet"), "\(unknown)")
        }
    }

    @Test func aSeedInTheFileIsTheGoldens() throws {
        try withWorkplace { place in
            try place.writeMood("m", ("\"task\"", "\"seed\": 9, \"task\""))
            expectRefusal(
                try bless(place, "--config", "m/mood.json", "--seed", "8"), 64, naming: "seed 9", "--seed for 8")
            expectSuccess(try bless(place, "--config", "m/mood.json"))
            expectSuccess(try check(place))
        }
    }
}
