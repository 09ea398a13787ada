import Foundation
import Repro
import Testing

/// Judging each case in a process of its own shows in nothing but what a death does.
@Suite(.enabled(if: Built.exists, Built.absence)) struct IsolationTests {
    private func withGoldens(_ body: (Workplace) throws -> Void) throws {
        try withWorkplace { place in
            expectSuccess(
                try place.repro(
                    "bless", "outputs", "layers", "last-states", "--seed", "1", "--by", "a", "--reason", "b", "--yes"))
            try body(place)
        }
    }

    @Test(arguments: ["text", "github", "junit", "tap", "markdown", "json"])
    func theReportIsTheSameWithIsolationAndWithout(format: String) throws {
        try withGoldens { place in
            try place.write("Goldens/layers.json", "{}")
            for words in [[], ["--perturb", "init/lstm.weight_hh_l0"]] {
                let command = [try #require(Built.path), "check", "--threads", "2", "--format", format] + words
                let isolated = try place.run(command)
                let together = try place.run(command + ["--no-isolation"])
                #expect(isolated.out == together.out)
                #expect(isolated.code == together.code && together.code == (words.isEmpty ? 2 : 1), "\(together)")
            }
        }
    }

    @Test func goldensForReviewAreTheSameWithIsolationAndWithout() throws {
        try withWorkplace { place in
            try place.blessMood("m")
            try place.write("m/mood.json", try Mood.config(("0.1", "0.2")))
            for (folder, option) in [("one", "--quiet"), ("two", "--no-isolation")] {
                let ending = try place.repro("check", "--goldens", "m/Goldens", "--results", folder, option)
                #expect(ending.code == 1, "\(ending)")
            }
            let left = try place.contents("one")
            #expect(left.keys.contains("mood.json") && left.keys.contains("mood.safetensors"))
            #expect(left == (try place.contents("two")))
        }
    }

    @Test func aFaultThatFindsNoPlaceIsRefusedAsBefore() throws {
        try withGoldens { place in
            for option in ["--quiet", "--no-isolation"] {
                expectRefusal(
                    try place.repro("check", "--perturb", "init/nothing", option), 64, naming: "init/nothing")
            }
        }
    }

    @Test func whatLimitsAProcessIsForAProcessOfItsOwn() throws {
        try withGoldens { place in
            expectRefusal(
                try place.repro("check", "--no-isolation", "--timeout", "5"), 64, naming: "--timeout", "--no-isolation")
            expectRefusal(try place.repro("check", "--no-isolation", "--memory", "1G"), 64, naming: "--memory")
            for size in ["0", "1.5G", "G", "-1", "+5M", "9999999999T", "5g"] {
                expectRefusal(try place.repro("check", "--memory", size), 64, naming: "'\(size)'", "800M")
            }
            for time in ["0", "-1", "1m"] {
                expectRefusal(try place.repro("check", "--timeout", time), 64, naming: "'\(time)'")
            }
            expectSuccess(try place.repro("check", "--memory", "2G", "--timeout", "50"))
        }
    }

    /// The process is no command of its own: whoever calls it is told which is.
    @Test func theHiddenCallIsForTheCheckAlone() throws {
        try withWorkplace { place in
            expectRefusal(try place.repro("judge-one-case", "x"), 64, naming: "repro check")
            expectRefusal(
                try place.bash("echo '{\"order\": 99, \"name\": \"x\"}' | repro judge-one-case x"), 64,
                naming: "repro check")
            #expect(!(try place.repro("--help").out.contains("judge-one-case")))
        }
    }

    /// A golden or an index that is far too long is no reason to take all of the memory.
    @Test func anIndexThatIsFarTooLongIsRefused() throws {
        try withGoldens { place in
            #expect(truncate(place("Goldens/index.json"), 50_000_000_000) == 0)
            expectRefusal(try place.repro("check"), 2, naming: "Goldens/index.json", "50000000000 bytes")
            for format in ["junit", "github", "json"] {
                let ending = try place.repro("check", "--format", format)
                #expect(ending.code == 2 && ending.out.contains("50000000000 bytes"), "\(ending)")
            }
        }
    }
}
