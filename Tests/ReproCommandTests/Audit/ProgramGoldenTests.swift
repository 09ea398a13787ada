import Foundation
import Repro
import Testing

/// `repro audit --bless`, and what `repro check` then says of programs that are not ours.
@Suite(.enabled(if: Built.exists, Built.absence)) struct ProgramGoldenTests {
    /// A workplace with a program that sums a file into `out.json`.
    private func prepare(_ place: Workplace) throws {
        try place.write("data.txt", "1\n2\n3\n")
        try place.write(
            "sum.sh", "s=0; while read n; do s=$((s+n)); done <data.txt; echo \"{\\\"sum\\\": $s.5}\" >out.json")
    }

    private func bless(_ place: Workplace, _ options: String...) throws -> Ending {
        try place.repro(
            words: ["audit", "--output", "out.json", "--vary", "umask", "--vary", "home", "--bless", "sum"]
                + ["--reason", "the sum", "--by", "A", "--yes"] + options + ["--", "sh", "sum.sh"])
    }

    private func checked(_ place: Workplace, _ names: String...) throws -> (code: Int32, case: JSONValue) {
        let ending = try place.repro(words: ["check", "--format", "json"] + names)
        let first = try #require(try ending.json()["cases"]?.elements?.first, "\(ending)")
        return (ending.code, first)
    }

    @Test func aBlessedProgramIsGatedAndItsDriftExplained() throws {
        try withWorkplace { place in
            try prepare(place)
            #expect(try bless(place).code == 0)
            #expect(try checked(place).code == 0)

            try place.write("data.txt", "1\n2\n4\n")
            let data = try checked(place, "sum")
            #expect(data.code == 1 && data.case["verdict"]?.string == "drift")
            let files = data.case["changedFiles"]?.elements?.compactMap(\.string)
            #expect(files == ["data.txt is another file than when it was blessed"])
            #expect(data.case["outputs"]?.elements?.first?["tensor"]?.string == "sum")

            // A check gives back what lay there.
            try place.write("data.txt", "1\n2\n3\n")
            try place.write("out.json", "the user's")
            #expect(try checked(place).code == 0)
            #expect(try place.bytes("out.json") == Array("the user's".utf8))
        }
    }

    @Test func aDriftThatNoFileAndNoPackageExplainsIsArithmetic() throws {
        try withWorkplace { place in
            try place.write("program.sh", "echo ${OFFSET:-0} >out.json")
            let words = ["audit", "--output", "out.json", "--vary", "umask", "--bless", "offset", "--reason", "why"]
            #expect(try place.repro(words: words + ["--by", "A", "--yes", "--", "sh", "program.sh"]).code == 0)
            let ending = try place.repro("check", environment: ["OFFSET": "1"])
            #expect(ending.code == 1, "\(ending)")
            #expect(ending.out.contains("arithmetic") && ending.out.contains("are what they were"), "\(ending)")
        }
    }

    @Test func aProgramThatDiffersFromItselfIsNotBlessedAndNotReproducible() throws {
        try withWorkplace { place in
            try place.write("program.sh", "[ -e drifts ] && echo $$ >out.json || echo 1 >out.json")
            let words = ["audit", "--output", "out.json", "--vary", "umask", "--bless", "own", "--reason", "why"]
            let blessing = words + ["--by", "A", "--yes", "--", "sh", "program.sh"]
            #expect(try place.repro(words: blessing).code == 0)
            try place.write("drifts", "")
            #expect(try checked(place).code == 3)
            let again = try place.repro(words: blessing)
            #expect(again.code == 3 && again.err.contains("was not blessed: two unchanged runs differ"), "\(again)")
        }
    }

    @Test func anEditedOrMissingGoldenIsRefusedAndServicesCannotBless() throws {
        try withWorkplace { place in
            try prepare(place)
            #expect(try bless(place).code == 0)
            let path = "Goldens/programs/index.json"
            let text = String(decoding: try place.bytes(path), as: UTF8.self)
            try place.write(path, text.replacingOccurrences(of: "the sum", with: "another sum"))
            let ending = try place.repro("check")
            #expect(ending.code == 2 && ending.err.contains("was changed after it was blessed"), "\(ending)")
            try place.write(path, text)
            #expect(try place.repro("check", "sum").code == 0)
            #expect(try place.repro("check", "sums").code == 64)
            let service = try place.repro(
                words: [
                    "audit", "--output", "out.json", "--bless", "sum", "--reason", "x", "--yes", "--", "sh", "sum.sh",
                ],
                environment: ["CI": "1"])
            #expect(service.code == 69, "\(service)")
        }
    }

    @Test func withoutItsKeptOutputsWhatAMaskHidesCannotBeJudged() throws {
        try withWorkplace { place in
            try place.write("program.sh", "echo \"{\\\"loss\\\": 1, \\\"time\\\": $(date +%s%N)}\" >out.json")
            let words = [
                "audit", "--output", "out.json", "--hide", "out.json:time", "--vary", "umask", "--bless", "timed",
            ]
            let blessing = words + ["--reason", "why", "--by", "A", "--yes", "--", "sh", "program.sh"]
            #expect(try place.repro(words: blessing).code == 0)
            #expect(try place.repro("check").code == 0)
            try FileManager.default.removeItem(atPath: place("Goldens/programs/timed"))
            let ending = try place.repro("check")
            #expect(ending.code == 2 && ending.out.contains("restore Goldens/programs/timed"), "\(ending)")
        }
    }

    @Test func aProgramsGoldenIsListedAndRetired() throws {
        try withWorkplace { place in
            try prepare(place)
            #expect(try bless(place).code == 0)
            #expect(try place.repro("list").out.contains("sh sum.sh"))
            #expect(try place.bytes("Goldens/programs/sum/out.json") == Array("{\"sum\": 6.5}\n".utf8))
            let retired = try place.repro("retire", "sum", "--reason", "done", "--by", "A", "--yes")
            #expect(retired.code == 0, "\(retired)")
            #expect(!FileManager.default.fileExists(atPath: place("Goldens/programs/sum")))
            #expect(try !place.repro("list").out.contains("sh sum.sh"))
        }
    }
}
