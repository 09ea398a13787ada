import Foundation
import Repro
import Testing

/// Signals and limits end the commands of the gate with their codes, and leave every file as it was.
@Suite(.enabled(if: Built.exists, Built.absence)) struct InterruptedGateTests {
    private static let bless = [
        "bless", "--config", "m/mood.json", "--config", "m/more.json", "--seed", "7", "--goldens", "m/Goldens",
        "--reason", "x", "--by", "tester", "--yes",
    ]

    /// A second experiment that trains for so many epochs: two end at once, a hundred thousand take minutes.
    private func writeMore(_ place: Workplace, epochs: Int) throws {
        let edits = [("\"mood\"", "\"more\""), ("\"epochs\": 2", "\"epochs\": \(epochs)")]
        try place.write("m/more.json", try Mood.config(edits[0], edits[1]))
    }

    /// Sends a signal once the output has shown the first of two cases.
    private func interrupt(_ place: Workplace, _ words: [String], by signal: Int32) throws -> Ending {
        var command = [try #require(Built.path)] + words
        #if os(Linux)
            // A caller that started the tests with nohup has its processes ignore hang-ups.
            command = ["/usr/bin/env", "--default-signal=HUP"] + command
        #endif
        return try place.run(command, seconds: 60) { process, out in
            let deadline = Date(timeIntervalSinceNow: 30)
            while !(try out().contains("mood ")) {
                try #require(Date() < deadline, "the first case was not shown")
                usleep(20_000)
            }
            usleep(200_000)
            kill(process.processIdentifier, signal)
        }
    }

    @Test(arguments: [(SIGHUP, Int32(129)), (SIGINT, Int32(130)), (SIGTERM, Int32(143))])
    func aSignalEndsBlessAndCheck(signal: Int32, code: Int32) throws {
        try withWorkplace { place in
            func expectEnd(_ words: [String]) throws {
                let before = try place.contents()
                let ending = try interrupt(place, words, by: signal)
                #expect(!ending.isSignal && ending.code == code, "\(ending)")
                #expect(ending.err.contains("repro: interrupted"), "\(ending)")
                #expect(try place.contents() == before)
            }
            try place.blessMood("m")
            try writeMore(place, epochs: 100_000)
            try expectEnd(Self.bless)
            // What is asked for is run where results are to be left, however long that takes.
            try writeMore(place, epochs: 2)
            expectSuccess(try place.run([try #require(Built.path)] + Self.bless))
            try writeMore(place, epochs: 100_000)
            try expectEnd(["check", "--goldens", "m/Goldens", "--results", "r"])
        }
    }

    /// A limit on the size of files, which a process is killed by where it does not look.
    @Test func aFileThatCannotGrowEndsBlessAndCheck() throws {
        try withWorkplace { place in
            func expectEnd(_ script: String, code: Int32 = 74, saying sentence: String) throws {
                let before = try place.contents()
                // The limit is not for what collects the output.
                let ending = try place.bash("set -o pipefail; { (\(script)) 2>&1; } | cat")
                #expect(!ending.isSignal && ending.code == code, "\(script): \(ending)")
                #expect((ending.out + ending.err).contains(sentence), "\(script): \(ending)")
                #expect(try place.contents() == before, "\(script)")
            }
            try place.blessMood("m")
            try writeMore(place, epochs: 2)
            try expectEnd("ulimit -f 1; exec repro \(Self.bless.joined(separator: " "))", saying: "File too large")
            try place.write("report", "")
            try expectEnd(
                "ulimit -f 0; exec repro check --goldens m/Goldens >report", saying: "standard output: File too large")
            try place.replace("0.1", "0.2", in: "m/mood.json")
            // The process of the case cannot leave what it would bless: the case is not judged.
            try expectEnd(
                "ulimit -f 1; exec repro check --goldens m/Goldens --results r", code: 2, saying: "File too large")
            try expectEnd(
                "ulimit -f 1; exec repro check --goldens m/Goldens --results r --no-isolation", saying: "File too large"
            )
            expectSuccess(try place.run([try #require(Built.path)] + Self.bless))
        }
    }
}
