import Foundation
import Repro
import Testing

/// What a bless that was cut short leaves is told of by every command that reads it, and judged by no service.
@Suite(.enabled(if: Built.exists, Built.absence)) struct HalfDoneTests {
    /// A golden whose files lie in `.pending`, as after a kill between the commit and the moves.
    private func withPending(_ body: (Workplace) throws -> Void) throws {
        try withWorkplace { place in
            try place.blessMood("m")
            let manager = FileManager.default
            try manager.createDirectory(atPath: place("m/Goldens/.pending"), withIntermediateDirectories: false)
            for name in ["mood.json", "index.json"] {
                try manager.moveItem(atPath: place("m/Goldens/" + name), toPath: place("m/Goldens/.pending/" + name))
            }
            try body(place)
        }
    }

    @Test func whatIsPendingIsToldOf() throws {
        try withPending { place in
            let before = try place.contents("m/Goldens")
            for words in [["check"], ["list"], ["review"]] {
                let ending = try place.run([try #require(Built.path)] + words + ["--goldens", "m/Goldens"])
                #expect(ending.err.contains("m/Goldens: a bless was cut short here; its goldens are"), "\(ending)")
            }
            #expect(try place.repro("check", "--goldens", "m/Goldens").code == 0)
            for format in Formats.all {
                let ending = try place.repro(
                    "check", "--goldens", "m/Goldens", "--format", format, environment: ["CI": "1"])
                expectRefusal(ending, 2, naming: "m/Goldens: holds .pending", "CI is set")
                #expect(format == "text" || ending.out.contains("holds .pending"), "\(format): \(ending)")
            }
            #expect(try place.contents("m/Goldens") == before)
            let again = try place.repro(
                "bless", "mood", "--goldens", "m/Goldens", "--reason", "x", "--by", "me", "--yes")
            expectSuccess(again)
            let whole = try place.repro("check", "--goldens", "m/Goldens", environment: ["CI": "1"])
            #expect(whole.code == 0 && whole.err.isEmpty, "\(whole)")
        }
    }

    /// An uncommitted bless changes nothing, so that a service judges all the same.
    @Test func whatWasNotCommittedIsToldOf() throws {
        try withWorkplace { place in
            try place.blessMood("m")
            try place.write("m/Goldens/.pending.new/mood.json", "{")
            let ending = try place.repro("check", "--goldens", "m/Goldens", environment: ["CI": "1"])
            #expect(ending.code == 0 && ending.err.contains("a bless was cut short here; the next"), "\(ending)")
        }
    }

    @Test func gitDoesNotTakeUpWhatIsPending() throws {
        try withPending { place in
            let ending = try place.bash("git init -q . && git add -A && git ls-files -- m/Goldens")
            #expect(
                ending.code == 0 && ending.out.contains(".gitignore") && !ending.out.contains("pending"), "\(ending)")
        }
    }

    /// A folder in a pending golden's place stops the next bless before it moves anything, and can be moved away.
    @Test func aFolderInAPendingGoldensPlaceIsNamed() throws {
        try withPending { place in
            try place.write("m/Goldens/mood.json/x", "x")
            let before = try place.contents("m/Goldens")
            let words = ["bless", "mood", "--goldens", "m/Goldens", "--reason", "x", "--by", "me", "--yes"]
            let command = [try #require(Built.path)] + words
            // Another reason, so that there is something to write.
            expectRefusal(
                try place.run(command), 73, naming: "m/Goldens/mood.json: this is a folder", "move it elsewhere",
                "'m/Goldens/.pending'")
            #expect(try place.contents("m/Goldens") == before)
            try FileManager.default.moveItem(atPath: place("m/Goldens/mood.json"), toPath: place("elsewhere"))
            expectSuccess(try place.run(command))
            #expect(!place.exists("m/Goldens/.pending"))
            expectSuccess(try place.repro("check", "--goldens", "m/Goldens"))
        }
    }
}
