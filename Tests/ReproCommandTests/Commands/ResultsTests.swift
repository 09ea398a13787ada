import Foundation
import Repro
import Testing

/// What a failing check leaves for review.
@Suite(.enabled(if: Built.exists, Built.absence)) struct ResultsTests {
    private static let check = ["check", "--goldens", "m/Goldens", "--results", "m/Results"]

    private func check(_ place: Workplace, environment: [String: String] = [:]) throws -> Ending {
        try place.run([try #require(Built.path)] + Self.check, environment: environment)
    }

    /// Two goldens, of which the one with data drifts.
    private func withDrift(_ body: (Workplace) throws -> Void) throws {
        try withWorkplace { place in
            try place.blessMood("m")
            expectSuccess(
                try place.repro(
                    "bless", "outputs", "--seed", "1", "--goldens", "m/Goldens", "--by", "a", "--reason", "b", "--yes"))
            try place.write("m/train.tsv", "good\tx\nbad\ty\n")
            try body(place)
        }
    }

    @Test func aFailingCheckLeavesWhatBlessWouldWrite() throws {
        try withDrift { place in
            let before = try place.contents("m/Goldens")
            let ending = try check(place, environment: ["CI": "true"])
            #expect(ending.code == 1, "\(ending)")
            #expect(ending.err.contains("wrote m/Results") && ending.err.contains("unreviewed"), "\(ending)")
            #expect(try place.contents("m/Goldens") == before)
            let left = try place.contents("m/Results")
            #expect(left.keys.sorted() == (before.keys + ["UNREVIEWED.txt"]).sorted())
            #expect(left["outputs.json"] == before["outputs.json"])
            #expect(left["outputs.safetensors"] == before["outputs.safetensors"])
            let golden = try JSONValue.read(path: place("m/Results/mood.json"))
            #expect(golden["blessed"]?["reason"]?.string == "unreviewed: left by repro check --results")
            let note = String(decoding: try #require(left["UNREVIEWED.txt"]), as: UTF8.self)
            #expect(note.contains("mood                drift, data ../train.tsv: "), "\(note)")
            #expect(note.contains("outputs             reproduced"), "\(note)")
            // Nobody vouches for it, so that no check takes it.
            let again = try place.repro("check", "--goldens", "m/Results")
            #expect(again.code == 2 && again.out.contains("1 of 2 reproduced"), "\(again)")
            #expect(again.out.contains("nobody has reviewed it; `repro review --goldens m/Results`"), "\(again)")
            // What a person would bless is the same but for who and why.
            expectSuccess(
                try place.repro("bless", "--goldens", "m/Goldens", "--reason", "other data", "--by", "me", "--yes"))
            func lines(_ name: String) throws -> [Substring] {
                String(decoding: try place.bytes(name), as: UTF8.self).split(separator: "\n")
                    .filter { !$0.hasPrefix("  \"blessed\"") }
            }
            #expect(try lines("m/Goldens/mood.json") == lines("m/Results/mood.json"))
            #expect(try place.bytes("m/Goldens/mood.safetensors") == place.bytes("m/Results/mood.safetensors"))
        }
    }

    /// Nobody has to read a report for it to be judged, and for files to be written.
    @Test func whatNobodyReadsIsJudgedAndLeftAllTheSame() throws {
        try withDrift { place in
            for format in Formats.all {
                let ending = try place.bash(
                    """
                    export GITHUB_STEP_SUMMARY=$PWD/summary.md
                    repro check --goldens m/Goldens --results m/Results --format \(format) | true
                    echo "code ${PIPESTATUS[0]}"
                    """)
                #expect(ending.out == "code 1\n" && ending.err.contains("wrote m/Results"), "\(format): \(ending)")
                #expect(place.exists("m/Results/mood.json"), "\(format)")
                try place.remove("m/Results")
            }
            #expect(String(decoding: try place.bytes("summary.md"), as: UTF8.self).contains("1 of 2 reproduced"))
            let green = try place.bash("repro check outputs --goldens m/Goldens | true; echo ${PIPESTATUS[0]}")
            #expect(green.out == "0\n", "\(green)")
        }
    }

    /// What nobody has reviewed does not get into a repository by `git add --all`; once somebody has, it does.
    @Test(.enabled(if: Programs.haveGit, "needs git")) func gitIgnoresWhatNobodyHasReviewed() throws {
        try withDrift { place in
            #expect(try check(place).code == 1)
            let ending = try place.bash("git init -q m && cd m && git add --all && git ls-files")
            expectSuccess(ending)
            #expect(ending.out.contains("Goldens/mood.json") && !ending.out.contains("Results"), "\(ending)")
            try place.remove("m/Goldens")
            try FileManager.default.moveItem(atPath: place("m/Results"), toPath: place("m/Goldens"))
            expectSuccess(
                try place.repro(
                    "review", "--goldens", "m/Goldens", "--accept", "mood", "--reason", "x", "--by", "me"))
            let reviewed = try place.bash("cd m && rm .git/index && git add --all && git ls-files")
            #expect(reviewed.out.contains("Goldens/mood.json"), "\(reviewed)")
        }
    }

    @Test func earlierResultsAreReplacedAndNothingElseIs() throws {
        try withDrift { place in
            #expect(try check(place).code == 1)
            try place.write("m/train.tsv", "good\tx\nbad\tz\nbad\ty\n")
            let first = try place.contents("m/Results")
            #expect(try check(place).code == 1)
            let second = try place.contents("m/Results")
            #expect(second.keys.sorted() == first.keys.sorted() && second["mood.json"] != first["mood.json"])

            try place.write("m/Results/mine.txt", "x")
            let before = try place.contents()
            expectRefusal(try check(place), 73, naming: "m/Results", "left alone")
            // A folder of goldens is not one of results, and a file is no folder.
            for other in ["m/Goldens", "m/train.tsv"] {
                expectRefusal(
                    try place.repro("check", "--goldens", "m/Goldens", "--results", other), 73, naming: other)
            }
            #expect(try place.contents() == before)
        }
    }

    @Test func nothingIsLeftWhereNothingDrifted() throws {
        try withWorkplace { place in
            try place.blessMood("m")
            let before = try place.contents()
            let good = try check(place)
            expectSuccess(good)
            #expect(good.err.contains("nothing written to m/Results: no golden drifted"), "\(good)")
            #expect(try place.contents() == before)
            try place.write("m/Goldens/other.json", "{}")
            let unclaimed = try place.contents()
            #expect(try check(place).code == 2)
            #expect(try place.contents() == unclaimed)
        }
    }

    @Test func aPlantedFaultIsNotLeft() throws {
        try withWorkplace { place in
            try place.blessMood("m")
            let before = try place.contents()
            let ending = try place.run(
                [try #require(Built.path)] + Self.check + ["--perturb", "final/linear.bias"])
            expectRefusal(ending, 64, naming: "--results refuses --perturb")
            #expect(try place.contents() == before)
        }
    }
}
