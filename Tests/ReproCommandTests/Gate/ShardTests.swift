import Foundation
import Repro
import Testing

/// A check that several machines share.
@Suite(.enabled(if: Built.exists, Built.absence)) struct ShardTests {
    private func withGoldens(_ body: (Workplace) throws -> Void) throws {
        try withWorkplace { place in
            expectSuccess(
                try place.repro(
                    "bless", "outputs", "layers", "last-states", "--seed", "1", "--by", "a", "--reason", "b", "--yes"))
            try body(place)
        }
    }

    private func names(_ ending: Ending) throws -> [String] {
        try #require(try ending.json()["cases"]?.elements).compactMap { $0["name"]?.string }
    }

    @Test func everyCaseIsInExactlyOneShard() throws {
        try withGoldens { place in
            for count in 1...3 {
                var all: [String] = []
                for shard in 1...count {
                    let ending = try place.repro("check", "--shard", "\(shard)/\(count)", "--format", "json")
                    #expect(ending.code == 0, "\(ending)")
                    let own = try names(ending)
                    #expect(own.count >= 3 / count && own.count <= (3 + count - 1) / count)
                    all += own
                }
                #expect(all.sorted() == ["last-states", "layers", "outputs"])
            }
            // However the cases are named, the deal is the same.
            for order in [["outputs", "layers"], ["layers", "outputs"]] {
                let ending = try place.run(
                    [try #require(Built.path), "check", "--shard", "1/2", "--format", "json"] + order)
                #expect(try names(ending) == ["layers"])
            }
        }
    }

    @Test func aShardWithoutACaseCheckedNothing() throws {
        try withGoldens { place in
            expectRefusal(try place.repro("check", "--shard", "4/4"), 2, naming: "shard 4/4 of 3 cases", "at most 3")
            for text in ["0/2", "3/2", "1", "1/", "/2", "a/b", "-1/2", "+1/2", "1/2/3", "1/0", " 1/2"] {
                expectRefusal(try place.repro("check", "--shard", text), 64, naming: "--shard", "'\(text)'")
            }
        }
    }

    /// What the index misses and what it does not know are cases like the others: some shard fails.
    @Test(arguments: ["missing", "unclaimed"])
    func theShardsTogetherHoldTheFolderAgainstItsIndex(fault: String) throws {
        try withGoldens { place in
            if fault == "missing" {
                try FileManager.default.removeItem(atPath: place("Goldens/layers.json"))
            } else {
                try place.write("Goldens/new.json", bytes: try place.bytes("Goldens/layers.json"))
            }
            let endings = try (1...2).map { try place.repro("check", "--shard", "\($0)/2") }
            #expect(endings.map(\.code).sorted() == [0, 2])
            #expect(endings.contains { $0.out.contains(fault) })
        }
    }
}
