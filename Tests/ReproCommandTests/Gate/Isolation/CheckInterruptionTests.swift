import Foundation
import Repro
import Testing

#if os(Linux)
    /// Reports come as they are found, and a check that is interrupted leaves a whole one and no process.
    @Suite(.enabled(if: Built.exists, Built.absence)) struct CheckInterruptionTests {
        private func withSixCases(_ body: (Workplace) throws -> Void) throws {
            try withWorkplace { place in
                try SixCases.write(to: place)
                try body(place)
            }
        }

        @Test func casesAreReportedAsTheyCome() throws {
            try withSixCases { place in
                try place.write("Goldens/b.json", "{}")
                let first = [
                    "text": "a  ", "tap": "1..6\nok 1 - a\nnot ok 2 - b\n", "github": "::error file=Goldens/b.json",
                ]
                for (format, begin) in first {
                    var early = ""
                    let command = [try #require(Built.path), "check", "--threads", "1", "--format", format]
                    let ending = try place.run(command, seconds: 300) { process, out in
                        _ = try SixCases.child(of: process, judging: "c")
                        early = try out()
                    }
                    #expect(ending.code == 2)
                    #expect(early.contains(begin) && early.count < ending.out.count, "\(format): \(early)")
                    #expect(ending.out.hasPrefix(early))
                }
            }
        }

        @Test(arguments: [(SIGINT, Int32(130)), (SIGTERM, Int32(143)), (SIGHUP, Int32(129))])
        func aSignalEndsTheProcessOfTheCaseAndTheReport(signal: Int32, code: Int32) throws {
            try withSixCases { place in
                for format in ["text", "json", "junit", "tap", "markdown"] {
                    var judging: Int32 = 0
                    let ending = try SixCases.check(place, ["--format", format]) { check, child in
                        judging = child
                        kill(check.processIdentifier, signal)
                    }
                    try SixCases.awaitEnd(of: judging)
                    #expect(!ending.isSignal && ending.code == code, "\(format): \(ending)")
                    #expect(ending.err.contains("repro: interrupted"))
                    #expect(!ending.out.contains("signal 9"), "the end of its process is no verdict: \(ending)")
                    switch format {
                    case "text": #expect(ending.out.contains("b  ") && !ending.out.contains("c  "), "\(ending)")
                    case "json":
                        let cases = try #require(try ending.json()["cases"]?.elements)
                        #expect(
                            cases.map { $0["verdict"]?.string ?? "" }
                                == ["reproduced", "reproduced"] + Array(repeating: "not judged", count: 4))
                    case "junit": #expect(try XMLDocumentCounts(ending.out).errors == 4)
                    case "tap": #expect(ending.out.contains("ok 2 - b\nnot ok 3 - c\n"), "\(ending)")
                    default: #expect(ending.out.contains("2 of 6 reproduced"), "\(ending)")
                    }
                }
            }
        }

        /// Nothing tells a process that is killed so; the end of its input tells the one that it started.
        @Test func aCheckThatIsKilledLeavesNoProcessBehind() throws {
            try withSixCases { place in
                var judging: Int32 = 0
                let ending = try SixCases.check(place, []) { check, child in
                    judging = child
                    kill(check.processIdentifier, SIGKILL)
                }
                #expect(ending.isSignal && ending.code == SIGKILL)
                try SixCases.awaitEnd(of: judging)
            }
        }
    }
#endif
