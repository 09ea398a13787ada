import Foundation
import Repro
import Testing

/// Options of `repro audit`: files of options, masks, pages, capsules, grids, and what of it is refused.
@Suite(.enabled(if: Built.exists, Built.absence)) struct AuditOptionTests {
    @Test func aFileOfOptionsIsReadAndItsFaultsAreNamed() throws {
        try withWorkplace { place in
            try place.write(
                "audit.json", "{\"command\": [\"sh\", \"-c\", \"umask\"], \"vary\": [\"umask\"], \"budget\": 20}")
            let ending = try place.repro("audit", "--config", "audit.json", "--format", "json")
            #expect(ending.code == 3)
            #expect(try ending.json()["causes"]?.elements?.first?["variations"]?.elements?.first?.string == "umask")
            for (text, part) in [
                ("{\"comand\": [\"a\"]}", "did you mean 'command'?"), ("{}", "no command"),
                ("{\"command\": \"a\"}", "no list of texts"),
                ("{\"command\": [\"a\"], \"trace\": \"yes\"}", "auto, off, python"),
                ("{\"command\": [\"a\"], \"budget\": 1}", "3 … 100000"),
            ] {
                try place.write("bad.json", text)
                let refused = try place.repro("audit", "--config", "bad.json")
                #expect(refused.code == 65 && refused.err.contains(part), "\(refused)")
            }
            #expect(try place.repro("audit", "--config", "audit.json", "--", "true").code == 64)
        }
    }

    @Test func whatAMaskHidesIsCountedAndSaid() throws {
        try withWorkplace { place in
            try place.write("program.sh", "echo \"loss 0.5 seconds $(date +%s%N)\"")
            func audited(_ options: String...) throws -> Ending {
                try place.repro(words: ["audit", "--vary", "umask"] + options + ["--", "sh", "program.sh"])
            }
            #expect(try audited().code == 3)
            let line = try audited("--hide", "(standard output):loss * seconds *")
            #expect(line.code == 0, "\(line)")
            let hidden = try audited("--hide", "(standard output)", "--format", "json")
            #expect(hidden.code == 0, "\(hidden)")
            let json = try hidden.json()
            #expect(json["hidden"]?.elements?.first?["differ"]?.bool == true, "\(hidden)")
            let text = try audited("--hide", "(standard output)")
            #expect(text.out.contains("what --hide hides differs in 1 place"), "\(text)")
        }
    }

    @Test func thePageSaysWhatTheFindingsSayAndEscapesIt() throws {
        try withWorkplace { place in
            let ending = try place.repro(
                "audit", "--vary", "umask", "--vary", "home", "--report", "page.html", "--", "sh", "-c",
                "umask # <b>&")
            #expect(ending.code == 3)
            let page = String(decoding: try place.bytes("page.html"), as: UTF8.self)
            #expect(
                page.contains("Cause: umask") && page.contains("twice, both ways") && page.contains("<li>home</li>"))
            #expect(page.contains("&lt;b&gt;&amp;") && !page.contains("<b>&"))
            _ = try HTMLDocument(page)
            let other = try place.repro("audit", "--report", "page.txt", "--", "true")
            #expect(other.code == 64 && other.err.contains("ends in .html"), "\(other)")
        }
    }

    @Test func aCapsuleShowsTheDifferenceWithoutTheProgram() throws {
        try withWorkplace { place in
            try place.write("program.sh", "umask >out.txt")
            let ending = try place.repro(
                "audit", "--output", "out.txt", "--vary", "umask", "--capsule", "kept", "--", "sh", "program.sh")
            #expect(ending.code == 3)
            try FileManager.default.removeItem(atPath: place("program.sh"))
            let replay = try place.repro("audit", "--replay", "kept", "--format", "json")
            #expect(replay.code == 3, "\(replay)")
            let cause = try #require(try replay.json()["causes"]?.elements?.first)
            #expect(cause["outputs"]?.elements?.first?["path"]?.string == "out.txt", "\(replay)")
            // The same capsule without a difference is no evidence.
            try place.write(
                "kept/cause-1/b/out.txt", String(decoding: try place.bytes("kept/cause-1/a/out.txt"), as: UTF8.self))
            #expect(try place.repro("audit", "--replay", "kept").code == 2)
            let again = try place.repro("audit", "--capsule", "kept", "--", "true")
            #expect(again.code == 64 && again.err.contains("name a new folder"), "\(again)")
            #expect(try place.repro("audit", "--replay", "nothing").code == 66)
        }
    }

    @Test func aGridCountsTheResultsOfAllCombinations() throws {
        try withWorkplace { place in
            let ending = try place.repro(
                "audit", "--vary", "a=1,2,3", "--vary", "b=1,5", "--vary", "umask", "--grid", "--format", "json", "--",
                "sh", "-c", "echo $(( ({a} + {b}) % 4 ))")
            #expect(ending.code == 3, "\(ending)")
            let grid = try ending.json()["grid"]
            // b adds 0 modulo 4: no cause.
            #expect(grid?["combinations"]?.int == 3 && grid?["distinct"]?.int == 3, "\(ending)")
        }
    }

    @Test func aRemedyIsTriedAndSaid() throws {
        try withWorkplace { place in
            let ending = try place.repro(
                words: ["audit", "--vary", "time-zone", "--format", "json", "--", "sh", "-c", "date -d @0"],
                environment: ["TZ": ""])
            #expect(ending.code == 3, "\(ending)")
            let json = try ending.json()
            let remedy = json["causes"]?.elements?.first?["remedy"]
            #expect(remedy?["name"]?.string == "fixed-time-zone" && remedy?["helps"]?.bool == true, "\(ending)")
            #expect(json["remedy"]?["helps"]?.bool == true)
        }
    }
}
