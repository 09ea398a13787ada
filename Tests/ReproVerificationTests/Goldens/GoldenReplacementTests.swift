import Foundation
import ReproFormats
import ReproVerification
import Testing

/// What a bless may replace, and what it says of it.
@Suite struct GoldenReplacementTests {
    @Test func namesThatDifferInCaseAloneAreRefused() throws {
        try withFolder { folder in
            try folder.write(golden(name: "Mood", try trace(parts)))
            for names: [GoldenName] in [["mood"], ["MOOD"], ["x", "X"]] {
                #expect(throws: FormatError.self) {
                    try folder.commit(names.map { GoldenChange(golden(name: $0, try trace(parts)), tensorBytes: []) })
                }
            }
            #expect(try folder.claimedNames() == ["Mood"])
        }
    }

    @Test func whatIsBrokenIsReplacedAndToldOf() throws {
        try withFolder { folder in
            let golden = golden(name: "a", try trace(parts))
            try folder.write(golden)
            for (bytes, word) in [("{", "malformed"), ("{\"contract\": 7, \"format\": 9}", "version 7")] {
                try folder.edit(folder.path(of: "a"), bytes.utf8)
                let remarks = try folder.commit([GoldenChange(golden, tensorBytes: [], replacing: .shown(nil))])
                #expect(remarks.count == 1 && remarks[0].contains(word), "\(remarks)")
                #expect(try folder.golden("a") == golden)
            }
            try FileManager.default.removeItem(atPath: folder.path(of: "a"))
            #expect(
                try folder.commit([GoldenChange(golden, tensorBytes: [])]) == [
                    "replaced '\(folder.path(of: "a"))', which was missing"
                ])
            #expect(try folder.commit([GoldenChange(golden, tensorBytes: [])]) == [])
        }
    }

    @Test func anotherGoldenThanTheOneThatWasShownIsNotReplaced() throws {
        try withFolder { folder in
            let (first, second, third) = try (version(1, of: "a"), version(2, of: "a"), version(3, of: "a"))
            for shown in [nil, first.golden] {
                try folder.write(second.golden)
                let change = GoldenChange(third.golden, tensorBytes: [], replacing: .shown(shown))
                #expect(throws: FormatError.self) { try folder.commit([change]) }
                #expect(try folder.golden("a") == second.golden)
            }
            // What is there already needs no question.
            try folder.commit([GoldenChange(second.golden, tensorBytes: [], replacing: .shown(first.golden))])
        }
    }
}
