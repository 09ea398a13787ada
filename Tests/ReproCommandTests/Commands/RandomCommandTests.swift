import Foundation
import Repro
import Testing

@Suite(.enabled(if: Built.exists, Built.absence)) struct RandomCommandTests {
    /// The check values of the numerical contract, made by NumPy 2.4.
    @Test func randomGivesTheCheckValuesOfTheContract() throws {
        try withWorkplace { place in
            for (arguments, expected) in [
                ("--count 4", "c621fbcd16d92688 705a5661a791ffc1 dbcd12c26eda1624 b286b60e1600888d"),
                ("--count 4 --as float32", "0x1.6d926p-4 0x1.8c43f6p-1 0x1.4f23fep-1 0x1.c16958p-2"),
                ("--count 10 --as permutation", "5 6 0 7 3 2 4 9 1 8"),
                // PCG64(SeedSequence(42, spawn_key=(D, K))).random_raw(2)
                ("--count 2 --stream 0,0", "d8b61f283428f198 7df3c1b539b224ae"),
                ("--count 2 --stream 0", "d8b61f283428f198 7df3c1b539b224ae"),
                ("--count 2 --stream 2,0", "ce524bf485ace467 b7d595ee18009f84"),
                ("--count 2 --stream 4,7", "e7cbceea0c9d2c13 80ce69a844d19725"), ("--count 0", ""),
            ] {
                let words = arguments.split(separator: " ").map(String.init)
                let ending = try place.run([try #require(Built.path), "random", "--seed", "42"] + words)
                expectSuccess(ending)
                #expect(ending.out.split(separator: "\n").joined(separator: " ") == expected, "\(arguments)")
            }
        }
    }

    @Test func aWrongStreamIsRefused() throws {
        try withWorkplace { place in
            for text in ["5", "-1", "0,4294967296", "0,0,0", "x"] {
                expectRefusal(
                    try place.repro("random", "--seed", "1", "--count", "1", "--stream", text), 64, naming: "--stream",
                    "'\(text)'")
            }
            expectRefusal(try place.repro("random", "--seed", "1"), 64, naming: "--count")
            expectRefusal(try place.repro("random", "--count", "1"), 64, naming: "--seed")
        }
    }
}
