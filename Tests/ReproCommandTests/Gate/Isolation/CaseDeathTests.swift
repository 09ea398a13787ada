import Foundation
import ReproTestSupport
import Testing

#if os(Linux)
    /// One case of six that dies, hangs, or whose data changes while it is judged: five verdicts, and one "could not judge" with
    /// its reason, in each format. The faults are real ones, done to the process that judges.
    @Suite(.enabled(if: Built.exists, Built.absence)) struct CaseDeathTests {
        private static let formats = ["text", "github", "junit", "tap", "markdown", "json"]

        private func expectOneUnjudged(
            _ reason: String, _ words: [String] = [], in place: Workplace, code: Int32 = 2,
            whileJudgingC body: ((_ check: Process, _ child: Int32) throws -> Void)? = nil
        ) throws {
            for format in Self.formats {
                let ending = try SixCases.check(place, words + ["--format", format], whileJudgingC: body)
                #expect(!ending.isSignal && ending.code == code, "\(format): \(ending)")
                let verdicts = try Verdicts(format, ending.out)
                #expect(verdicts == Verdicts(good: ["a", "b", "d", "e", "f"], bad: ["c"]), "\(format): \(ending)")
                #expect(ending.out.contains(reason), "\(format): \(ending)")
                #expect(ending.out.contains(format == "tap" ? "not ok 3" : "not judged"), "\(format): \(ending)")
            }
        }

        private func withSixCases(_ body: (Workplace) throws -> Void) throws {
            try withWorkplace { place in
                try SixCases.write(to: place)
                try body(place)
            }
        }

        /// A golden of 200 MB where 100 MiB are allowed.
        @Test(.disabled(if: Sanitizer.isActive, "memory is not limited beside a sanitizer"))
        func oneThatExhaustsItsMemory() throws {
            try withSixCases { place in
                #expect(truncate(place("Goldens/c.json"), 200_000_000) == 0)
                try expectOneUnjudged(
                    "its process ran out of memory (signal 6); it may use 100 MiB, and --memory gives it more",
                    ["--memory", "100M"], in: place)
            }
        }

        @Test func oneThatTraps() throws {
            try withSixCases { place in
                try expectOneUnjudged("its process was ended by signal 5", in: place) { kill($1, SIGTRAP) }
            }
        }

        /// As the system does that has no memory left.
        @Test func oneThatIsKilled() throws {
            try withSixCases { place in
                try expectOneUnjudged(
                    "its process was ended by signal 9, as by a system that has no memory left", in: place
                ) { kill($1, SIGKILL) }
            }
        }

        /// It neither computes nor hears a polite signal.
        @Test func oneThatHangs() throws {
            try withSixCases { place in
                try expectOneUnjudged("it took longer than 20 s", ["--timeout", "20"], in: place) { kill($1, SIGSTOP) }
            }
        }

        @Test func oneThatEndsWithoutAVerdict() throws {
            try withSixCases { place in
                try expectOneUnjudged("its process ended with exit code 143 and without a verdict", in: place) {
                    kill($1, SIGTERM)
                }
            }
        }

        /// Another file is renamed over the one that was read.
        @Test func oneWhoseDataChanges() throws {
            try withSixCases { place in
                try expectOneUnjudged("data changed while it was read", in: place) { _, child in
                    try place.write("new.tsv", Mood.train + "good\tfine\n")
                    #expect(rename(place("new.tsv"), place("c.tsv")) == 0)
                    try SixCases.awaitEnd(of: child)
                    // For the next format.
                    try place.write("c.tsv", Mood.train)
                }
            }
        }
    }
#endif
