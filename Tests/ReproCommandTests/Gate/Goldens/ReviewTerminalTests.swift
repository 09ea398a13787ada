import Foundation
import Repro
import Testing

/// A review as somebody does it who sits before a terminal.
@Suite(.enabled(if: Built.exists, Built.absence), .enabled(if: PseudoTerminal.exists, PseudoTerminal.absence))
struct ReviewTerminalTests {
    private func review(
        _ place: Workplace, _ words: String..., rows: UInt16 = 40, columns: UInt16 = 120,
        environment: [String: String] = [:], restoring: Bool = true, _ test: (PseudoTerminal) throws -> Void
    ) throws -> Ending {
        let terminal = try PseudoTerminal(rows: rows, columns: columns)
        let command = [try #require(Built.path), "review", "m/Results", "--goldens", "m/Goldens", "--by", "me"]
        let ending = try terminal.run(command + words, at: place, environment: environment, test)
        #expect(!restoring || terminal.isAsBefore, "the terminal was left without echo: \(ending)")
        return ending
    }

    /// One case is accepted for a typed reason and the other rejected, however large the terminal is.
    @Test(arguments: [(UInt16(40), UInt16(120)), (10, 40), (1, 1)])
    func keysDecideCaseByCase(rows: UInt16, columns: UInt16) throws {
        try withUnreviewedGoldens { place in
            let before = try place.bytes("m/Goldens/mood.json")
            let ending = try review(place, rows: rows, columns: columns) { terminal in
                try terminal.wait(for: "1 of 2")
                try terminal.wait(for: "calm: accept (a), reject (r), skip (s), quit (q)? ")
                terminal.press("x\u{1b}[A?a")
                try terminal.wait(for: "why?")
                terminal.press("longer training\n")
                try terminal.wait(for: "accepted: m/Goldens/calm.json, because: longer training")
                try terminal.wait(for: "mood: accept")
                terminal.press("r")
                try terminal.wait(for: "rejected: mood stays as it was blessed")
            }
            expectSuccess(ending)
            #expect(ending.out.contains("accepted 1, rejected 1, left 0"), "\(ending)")
            #expect(ending.out.contains("\u{1b}["), "no colours on a terminal: \(ending)")
            #expect(try place.bytes("m/Goldens/mood.json") == before)
            let golden = try JSONValue.read(path: place("m/Goldens/calm.json"))
            #expect(golden["blessed"]?["reason"]?.string == "longer training")
        }
    }

    @Test func ctrlCLosesNothingAndTheRestIsAskedForAgain() throws {
        try withUnreviewedGoldens { place in
            let before = try place.contents("m/Goldens")
            // While the reason is asked for, nothing is accepted yet.
            let first = try review(place) { terminal in
                try terminal.wait(for: "calm: accept")
                terminal.press("a")
                try terminal.wait(for: "why?")
                terminal.press("half a rea\u{3}")
            }
            #expect(first.code == 130 && first.out.contains("repro: interrupted"), "\(first)")
            #expect(try place.contents("m/Goldens") == before)
            let second = try review(place, "--reason", "seen") { terminal in
                try terminal.wait(for: "calm: accept")
                terminal.press("a")
                try terminal.wait(for: "mood: accept")
                terminal.press("\u{3}")
            }
            #expect(second.code == 130, "\(second)")
            let half = try place.contents("m/Goldens")
            #expect(half["mood.json"] == before["mood.json"] && half["calm.json"] != before["calm.json"])
            // What was accepted is a whole golden, and what was not is the old one.
            let check = try place.repro("check", "--goldens", "m/Goldens")
            #expect(check.code == 1 && check.out.contains("1 of 2 reproduced"), "\(check)")
            let third = try review(place, "--reason", "seen") { terminal in
                try terminal.wait(for: "1 of 1")
                try terminal.wait(for: "mood: accept")
                terminal.press("a")
            }
            expectSuccess(third)
            #expect(!third.out.contains("calm"), "\(third)")
            expectSuccess(try place.repro("check", "--goldens", "m/Goldens"))
        }
    }

    /// What was typed before a case was shown decides nothing about it.
    @Test func keysThatWereTypedAheadAreNotTaken() throws {
        try withUnreviewedGoldens { place in
            let before = try place.bytes("m/Goldens/mood.json")
            let ending = try review(place, "--reason", "seen") { terminal in
                try terminal.wait(for: "calm: accept")
                terminal.press("aaaa")
                try terminal.wait(for: "mood: accept")
                usleep(300_000)
                terminal.press("q")
                try terminal.wait(for: "accepted 1, rejected 0, left 1")
            }
            expectSuccess(ending)
            #expect(try place.bytes("m/Goldens/mood.json") == before)
        }
    }

    /// What is asked for moved since: the key for it is answered, and another decision asked for.
    @Test func whatIsOutdatedIsNotAcceptedByItsKey() throws {
        try withUnreviewedGoldens { place in
            try place.replace("\"epochs\": 3", "\"epochs\": 4", in: "m/calm.json")
            let before = try place.contents("m/Goldens")
            let ending = try review(place, "--reason", "x") { terminal in
                try terminal.wait(for: "calm: accept")
                terminal.press("a")
                try terminal.wait(for: "'calm' cannot be accepted")
                try terminal.wait(for: "calm: accept")
                terminal.press("s")
                try terminal.wait(for: "mood: accept")
                terminal.press("q")
            }
            expectSuccess(ending)
            #expect(try place.contents("m/Goldens") == before)
        }
    }

    @Test func withoutAReasonNothingIsAcceptedAndItIsAskedForAgain() throws {
        try withUnreviewedGoldens { place in
            let before = try place.contents("m/Goldens")
            let ending = try review(place) { terminal in
                try terminal.wait(for: "calm: accept")
                for nothing in ["\n", "  \n", "\u{4}"] {
                    terminal.press("a")
                    try terminal.wait(for: "why?")
                    terminal.press(nothing)
                    try terminal.wait(for: "no reason was given, so nothing is accepted")
                    try terminal.wait(for: "calm: accept")
                }
                terminal.press("s")
                try terminal.wait(for: "mood: accept")
                terminal.press("\u{1b}")
            }
            expectSuccess(ending)
            #expect(ending.out.contains("accepted 0, rejected 0, left 2"), "\(ending)")
            #expect(try place.contents("m/Goldens") == before)
        }
    }

    @Test(arguments: ["--no-color", ""]) func thereAreNoColoursWhereNoneAreWanted(option: String) throws {
        try withUnreviewedGoldens { place in
            let environment = option.isEmpty ? ["NO_COLOR": "1"] : [:]
            let ending = try review(place, option.isEmpty ? "--reason=x" : option, environment: environment) {
                terminal in
                for name in ["calm", "mood"] {
                    try terminal.wait(for: "\(name): accept")
                    terminal.press("s")
                }
            }
            expectSuccess(ending)
            #expect(!ending.out.contains("\u{1b}"), "\(ending)")
        }
    }

    /// Killed after one of two goldens was accepted, it has left two whole goldens.
    @Test func aKillLeavesNoHalfSet() throws {
        try withUnreviewedGoldens { place in
            for (killed, expected) in [(0, "0 of 2"), (1, "1 of 2")] {
                let ending = try review(place, "--reason", "seen", restoring: false) { terminal in
                    for name in ["calm", "mood"].prefix(killed) {
                        try terminal.wait(for: "\(name): accept")
                        terminal.press("a")
                    }
                    try terminal.wait(for: "accept (a)")
                    terminal.kill()
                }
                #expect(ending.code != 0, "\(ending)")
                let check = try place.repro("check", "--goldens", "m/Goldens")
                #expect(check.code == 1 && check.out.contains("\(expected) reproduced"), "\(check)")
            }
        }
    }
}
