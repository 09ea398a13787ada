import Foundation
import Repro
import Testing

/// A data folder that is a link, as a store of data mounts it: the golden names the link, not what it leads to today.
@Suite(.enabled(if: Built.exists, Built.absence)) struct LinkedDataTests {
    private func withStore(_ body: (Workplace) throws -> Void) throws {
        try withWorkplace { place in
            let manager = FileManager.default
            for store in ["store1", "store2"] {
                try place.write(store + "/train.tsv", Mood.train)
                try place.write(store + "/test.tsv", Mood.test)
            }
            try place.write(
                "m/mood.json",
                try Mood.config(("\"train.tsv\"", "\"data/train.tsv\""), ("\"test.tsv\"", "\"data/./test.tsv\"")))
            try manager.createSymbolicLink(atPath: place("m/data"), withDestinationPath: "../store1")
            expectSuccess(
                try place.repro(
                    "bless", "--config", "m/mood.json", "--seed", "7", "--goldens", "m/Goldens", "--reason", "x",
                    "--by", "me", "--yes"))
            try body(place)
        }
    }

    @Test func theGoldenNamesTheLink() throws {
        try withStore { place in
            let golden = try JSONValue.read(path: place("m/Goldens/mood.json"))
            #expect(golden["data"]?.elements?.map { $0["path"]?.string } == ["../data/train.tsv", "../data/test.tsv"])
            expectSuccess(try place.repro("check", "--goldens", "m/Goldens"))
        }
    }

    @Test func theSameBytesElsewhereAreReproduced() throws {
        try withStore { place in
            try place.remove("m/data")
            try FileManager.default.createSymbolicLink(atPath: place("m/data"), withDestinationPath: "../store2")
            try place.remove("store1")
            expectSuccess(try place.repro("check", "--goldens", "m/Goldens"))
            try place.write("store2/test.tsv", "good\tx\n")
            let other = try place.repro("check", "--goldens", "m/Goldens")
            #expect(other.code == 1 && other.out.contains("../data/test.tsv"), "\(other)")
        }
    }

    /// `..` behind a link leaves the folder that it leads to.
    @Test func twoPointsLeaveWhatTheLinkLeadsTo() throws {
        try withStore { place in
            try place.replace("data/train.tsv", "data/../store2/train.tsv", in: "m/mood.json")
            let ending = try place.repro("check", "--goldens", "m/Goldens")
            #expect(
                ending.code == 0 && ending.out.contains("\"../../store2/train.tsv\" (the same bytes)"), "\(ending)")
        }
    }
}
