import Foundation
import Repro
import Testing

/// Where `check --results` and `review` may write: never over goldens, never through a link.
@Suite(.enabled(if: Built.exists, Built.absence)) struct ResultPlaceTests {
    /// A golden that drifts, and what a check left of it in `m/Results`.
    private func withResults(_ body: (Workplace) throws -> Void) throws {
        try withWorkplace { place in
            try place.blessMood("m")
            try place.replace("\"epochs\": 2", "\"epochs\": 3", in: "m/mood.json")
            try #require(try check(place, "m/Goldens", "m/Results").code == 1)
            try body(place)
        }
    }

    private func check(_ place: Workplace, _ goldens: String, _ results: String) throws -> Ending {
        try place.repro("check", "--goldens", goldens, "--results", results)
    }

    private func review(_ place: Workplace, _ folder: String, _ words: String...) throws -> Ending {
        try place.run([try #require(Built.path), "review", folder, "--goldens", "m/Goldens"] + words)
    }

    @Test func resultsNeverTakeThePlaceOfTheGoldens() throws {
        try withResults { place in
            try place.remove("m/Goldens")
            try FileManager.default.moveItem(atPath: place("m/Results"), toPath: place("m/Goldens"))
            try FileManager.default.createSymbolicLink(atPath: place("m/link"), withDestinationPath: "Goldens")
            expectSuccess(try review(place, "m/Goldens", "--accept", "mood", "--reason", "seen", "--by", "me"))
            // All is decided: the folder is one of goldens alone.
            #expect(!place.exists("m/Goldens/UNREVIEWED.txt"))
            try place.write("m/Goldens/UNREVIEWED.txt", "left there")
            try place.replace("\"epochs\": 3", "\"epochs\": 4", in: "m/mood.json")
            let before = try place.contents()
            for results in ["m/Goldens", "m/Goldens/", "m/../m/Goldens", "m/link", "m", "."] {
                expectRefusal(
                    try check(place, "m/Goldens", results), 73, naming: "the goldens that are checked lie here",
                    "--results")
            }
            #expect(try place.contents() == before)
        }
    }

    /// What the folder's own index does not name is somebody's.
    @Test func otherFilesOfAResultFolderStay() throws {
        try withResults { place in
            try place.write("m/Results/weights.safetensors", "mine")
            let before = try place.contents()
            expectRefusal(try check(place, "m/Goldens", "m/Results"), 73, naming: "holds more", "left alone")
            #expect(try place.contents() == before)
        }
    }

    @Test func aRejectionIsNotWrittenThroughALink() throws {
        try withResults { place in
            try place.write("outside.txt", "mine\n")
            try place.remove("m/Results/UNREVIEWED.txt")
            try FileManager.default.createSymbolicLink(
                atPath: place("m/Results/UNREVIEWED.txt"), withDestinationPath: "../../outside.txt")
            let ending = try review(place, "m/Results", "--reject", "mood")
            expectRefusal(ending, 66, naming: "m/Results/UNREVIEWED.txt", "not the file that a check leaves")
            #expect(String(decoding: try place.bytes("outside.txt"), as: UTF8.self) == "mine\n")
        }
    }

    /// A check that was killed between its two renames: the next one puts the old folder back before it looks.
    @Test func aKillBetweenTheRenamesLosesNothing() throws {
        try withResults { place in
            let before = try place.contents("m/Results")
            // Nothing drifts any more, so that nothing is written in its place.
            try place.replace("\"epochs\": 3", "\"epochs\": 2", in: "m/mood.json")
            let script = """
                sleep 0 & dead=$!; wait
                mv m/Results m/Results.$dead.0.tmp.old && mkdir m/Results.$dead.0.tmp && echo half >m/Results.$dead.0.tmp/x
                repro review --goldens m/Goldens --skip mood; echo "review: $?"
                repro check --goldens m/Goldens --results m/Results >/dev/null; echo "check: $?"; ls -d m/Results*
                """
            let ending = try place.bash(script)
            #expect(ending.out.contains("review: 66") && ending.out.contains("check: 0"), "\(ending)")
            #expect(ending.out.hasSuffix("\nm/Results\n"), "\(ending)")
            #expect(try place.contents("m/Results") == before)
        }
    }

    @Test func aRunThatWasKilledBetweenTheRenamesIsThereAgain() throws {
        try withWorkplace { place in
            expectSuccess(try place.repro("run", "outputs", "--seed", "1", "--output", "out"))
            let before = try place.contents("out")
            let script = """
                sleep 0 & dead=$!; wait
                mv out out.$dead.0.tmp.old && mkdir out.$dead.0.tmp out.1.7.tmp out.notes.tmp
                repro run outputs --seed 1 --output out
                """
            expectRefusal(try place.bash(script), 73, naming: "out: exists already")
            #expect(try place.contents("out") == before)
            // What a living process may be at, and what no run leaves, stays.
            let names = try FileManager.default.contentsOfDirectory(atPath: place.path).sorted()
            #expect(names.count == 3 && names[0] == "out" && names.contains("out.notes.tmp"), "\(names)")
        }
    }

    @Test func aLinkThatLeadsNowhereIsRefusedBeforeAnythingRuns() throws {
        try withWorkplace { place in
            try FileManager.default.createSymbolicLink(atPath: place("out"), withDestinationPath: "nowhere")
            let ending = try place.repro("run", "outputs", "--seed", "1", "--output", "out")
            expectRefusal(ending, 73, naming: "out: is a link that leads nowhere")
            #expect(ending.out.isEmpty, "\(ending)")
        }
    }
}
