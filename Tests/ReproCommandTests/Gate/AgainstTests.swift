import Foundation
import Repro
import Testing

private let hasGit = FileManager.default.isExecutableFile(atPath: "/usr/bin/git")

/// `check --against REF`: a golden that the base branch has and this tree lacks leaves nothing here that could be missed.
@Suite(.enabled(if: Built.exists, Built.absence), .enabled(if: hasGit, "needs git"))
struct AgainstTests {
    private func git(_ place: Workplace, _ words: String..., in folder: String = "") throws {
        let author = ["-c", "user.name=tester", "-c", "user.email=tester@example.org", "-c", "commit.gpgsign=false"]
        let ending = try place.run(["/usr/bin/env", "git"] + author + words, in: folder)
        try #require(ending.code == 0, "git \(words): \(ending)")
    }

    /// A repository `r` whose branch `main` has the goldens `calm` and `mood`, and its branch `work` `calm` alone.
    private func withLostGolden(_ body: (Workplace) throws -> Void) throws {
        try withWorkplace { place in
            try place.blessMood("r/m")
            try place.write("r/m/calm.json", try Mood.config(("\"name\": \"mood\"", "\"name\": \"calm\"")))
            func blessCalm() throws {
                expectSuccess(
                    try place.repro(
                        "bless", "--config", "m/calm.json", "--seed", "8", "--goldens", "m/Goldens", "--reason", "x",
                        "--by", "me", "--yes", in: "r"))
            }
            try blessCalm()
            try git(place, "init", "--quiet", "--initial-branch", "main", in: "r")
            try git(place, "add", ".", in: "r")
            try git(place, "commit", "--quiet", "--message", "goldens", in: "r")
            try git(place, "checkout", "--quiet", "-b", "work", in: "r")
            try place.remove("r/m/Goldens")
            try blessCalm()
            try git(place, "commit", "--quiet", "--all", "--message", "one golden less", in: "r")
            try body(place)
        }
    }

    private func check(
        _ place: Workplace, _ words: String..., in folder: String = "r", environment: [String: String] = [:]
    ) throws -> Ending {
        let command = [try #require(Built.path), "check", "--goldens", "m/Goldens"]
        return try place.run(command + words, environment: environment, in: folder)
    }

    /// Whichever goldens are asked for, one that was lost is told of; and a revision without goldens is no silent success.
    @Test func whatWasLostIsToldOfWhateverIsAskedFor() throws {
        try withLostGolden { place in
            for words in [["calm"], ["--config", "m/calm.json"], ["--no-isolation", "--config", "m/calm.json"]] {
                let command = [try #require(Built.path), "check", "--goldens", "m/Goldens", "--against", "main"]
                let ending = try place.run(command + words, in: "r")
                #expect(ending.code == 2 && ending.out.contains("mood.json: gone; 'main' has"), "\(words): \(ending)")
                #expect(ending.out.contains("1 of 2 reproduced"), "\(words): \(ending)")
            }
            try FileManager.default.moveItem(atPath: place("r/m"), toPath: place("r/n"))
            let none = try place.repro("check", "--goldens", "n/Goldens", "--against", "main", in: "r")
            expectSuccess(none)
            #expect(none.err.contains("--against main: it has no golden under n/Goldens"), "\(none)")
        }
    }

    @Test func aGoldenThatWasLostIsNamedWithTheCommandThatBringsItBack() throws {
        try withLostGolden { place in
            expectSuccess(try check(place))
            expectSuccess(try check(place, "--against", "work"))
            let command = "git checkout main -- m/Goldens/mood.json m/Goldens/index.json"
            for format in ["text", "github", "junit", "markdown", "tap", "json"] {
                let ending = try check(place, "--against", "main", "--format", format)
                #expect(!ending.isSignal && ending.code == 2, "\(format): \(ending)")
                let sentence = "m/Goldens/mood.json: gone; 'main' has this golden"
                #expect(ending.out.components(separatedBy: sentence).count == (format == "json" ? 4 : 2), "\(ending)")
                #expect(ending.out.contains(command), "\(format): \(ending)")
            }
            expectSuccess(try place.bash(command, in: "r"))
            let again = try check(place, "--against", "main")
            expectSuccess(again)
            #expect(again.out.contains("2 of 2 reproduced"), "\(again)")
        }
    }

    @Test func aFolderThatIsGoneIsMissedWhole() throws {
        try withLostGolden { place in
            try place.remove("r/m/Goldens")
            let ending = try check(place, "--against", "main")
            #expect(ending.code == 2, "\(ending)")
            for name in ["calm", "mood"] { #expect(ending.out.contains("\(name).json: gone"), "\(ending)") }
            // One that is there without its entry, or the other way round, is told as what it is.
            try git(place, "checkout", "main", "--", "m/Goldens/mood.json", in: "r")
            let unclaimed = try check(place, "--against", "main", "mood")
            #expect(unclaimed.code == 2 && unclaimed.out.contains("mood.json: unclaimed"), "\(unclaimed)")
            #expect(!unclaimed.out.contains("-- m/Goldens/mood.json"), "\(unclaimed)")
            #expect(
                unclaimed.out.contains("calm.json: gone"), "what is lost is told whatever is asked for: \(unclaimed)")
        }
    }

    /// What cannot be compared is no success, and a report says so.
    @Test func aRevisionThatCannotBeReadCannotBeJudged() throws {
        try withLostGolden { place in
            func expectUnreadable(
                _ sentence: String, _ words: String..., in folder: String = "r", environment: [String: String] = [:]
            ) throws {
                for format in ["text", "junit"] {
                    let command = [try #require(Built.path), "check", "--goldens", "m/Goldens", "--format", format]
                    let ending = try place.run(command + words, environment: environment, in: folder)
                    expectRefusal(ending, 2, naming: sentence)
                    #expect(ending.out.contains("<error") == (format == "junit"), "\(ending)")
                }
            }
            try expectUnreadable("--against mian: git knows no such revision", "--against", "mian")
            try expectUnreadable("this is no revision", "--against=--output=x")
            try expectUnreadable("git is not there", "--against", "main", environment: ["PATH": place("nowhere")])
            try FileManager.default.removeItem(atPath: place("r/.git"))
            try expectUnreadable("'m/Goldens' is in no git checkout", "--against", "main")
        }
    }

    /// A committer takes the config out of the golden and out of its entry, so that edits of the file are not seen any more.
    @Test func aConfigThatWasDroppedIsReported() throws {
        try withLostGolden { place in
            try git(place, "checkout", "--quiet", "main", in: "r")
            try place.dropConfig("r/m/Goldens")
            let unseen = try check(place)
            #expect(unseen.code == 0 && unseen.out.contains("no file: nothing but the golden says"), "\(unseen)")
            for words in [[], ["--no-isolation"]] {
                let command = [try #require(Built.path), "check", "--goldens", "m/Goldens", "--against", "main"]
                let ending = try place.run(command + words, in: "r")
                let sentence = "mood.json: names no config file, and 'main' holds this golden to ../mood.json"
                #expect(ending.code == 2 && ending.out.contains(sentence), "\(words): \(ending)")
                #expect(ending.out.contains("1 of 2 reproduced"), "\(words): \(ending)")
            }
        }
    }

    /// Another config file is looked at, and said.
    @Test func aConfigThatMovedIsSaid() throws {
        try withLostGolden { place in
            try git(place, "checkout", "--quiet", "main", in: "r")
            try FileManager.default.moveItem(atPath: place("r/m/mood.json"), toPath: place("r/m/moved.json"))
            expectSuccess(
                try place.bash(
                    "repro bless --config m/moved.json --goldens m/Goldens --reason moved --by me --yes", in: "r"))
            let ending = try check(place, "--against", "main")
            expectSuccess(ending)
            #expect(ending.out.contains("../mood.json → ../moved.json since 'main'"), "\(ending)")
        }
    }

    @Test func theCommandThatBringsAGoldenBackCanBeCopied() throws {
        try withLostGolden { place in
            try FileManager.default.moveItem(atPath: place("r/m"), toPath: place("r/it's mine"))
            try git(place, "add", "--all", in: "r")
            try git(place, "commit", "--quiet", "--message", "moved", in: "r")
            try git(place, "rm", "--quiet", "it's mine/Goldens/calm.json", "it's mine/Goldens/index.json", in: "r")
            let ending = try place.repro(
                "check", "--goldens", "it's mine/Goldens", "--against", "work", "--format", "json", in: "r")
            let command = "git checkout work -- 'it'\\''s mine/Goldens/calm.json' 'it'\\''s mine/Goldens/index.json'"
            let next = try ending.json()["cases"]?.elements?.first?["findings"]?.elements?.last?["text"]?.string
            #expect(next == command, "\(ending)")
            expectSuccess(try place.bash(command, in: "r"))
            expectSuccess(try place.repro("check", "--goldens", "it's mine/Goldens", "--against", "work", in: "r"))
        }
    }

    /// A service clones one commit of one branch: the message names what brings the other one.
    @Test func aShallowCloneFetchesTheRevisionFirst() throws {
        try withLostGolden { place in
            try git(place, "clone", "--quiet", "--depth", "1", "--branch", "work", "file://\(place("r"))", "clone")
            for reference in ["main", "origin/main"] {
                let ending = try check(place, "--against", reference, in: "clone")
                let remedy = "git fetch --depth 1 origin main, then --against FETCH_HEAD"
                expectRefusal(ending, 2, naming: "--against \(reference): git knows no such revision", remedy)
            }
            try git(place, "fetch", "--quiet", "--depth", "1", "origin", "main", in: "clone")
            let ending = try check(place, "--against", "FETCH_HEAD", in: "clone")
            #expect(ending.code == 2 && ending.out.contains("mood.json: gone; 'FETCH_HEAD' has"), "\(ending)")
        }
    }
}
