import Foundation
import ReproFormats
import ReproTrace
import ReproVerification
import Testing

@Suite struct GoldenFolderTests {
    @Test func whatIsWrittenReadsBack() throws {
        try withFolder { folder in
            let golden = golden(try trace(parts))
            try folder.write(golden)
            #expect(try folder.golden(named: "small") == golden)
            #expect(try folder.claimedNames() == ["small"])
        }
    }

    /// Every byte of the file, each with a few other values: flipped bits, white space, digits, quotes.
    @Test func noChangedByteIsAccepted() throws {
        try withFolder { folder in
            try folder.write(golden(try trace([.rows("init", ("w", [0.5]))])))
            let original = try folder.bytes(folder.path(of: "small"))
            _ = try folder.golden(named: "small")
            var decodable = 0
            for place in original.indices {
                let byte = original[place]
                for other in Set([byte ^ 1, byte ^ 0x20, byte ^ 0x80, 0x20, 0x0a, UInt8(ascii: "0"), 0x22]) {
                    guard other != byte else { continue }
                    var bytes = original
                    bytes[place] = other
                    try folder.edit(folder.path(of: "small"), bytes)
                    let fault = fault { () throws(GoldenFault) in _ = try folder.golden(named: "small") }
                    #expect(fault != nil, "byte \(place) changed from \(byte) to \(other) was accepted")
                    if case .malformed(_, _, let problem) = fault, problem.contains("index.json") { decodable += 1 }
                }
            }
            // White space, the reason and the experiment are JSON as good as before: the index alone catches those.
            #expect(decodable > 10)
        }
    }

    @Test func aGoldenCutOffAnywhereIsRefused() throws {
        try withFolder { folder in
            try folder.write(golden(try trace([.rows("init", ("w", [0.5]))])))
            let original = try folder.bytes(folder.path(of: "small"))
            for count in original.indices {
                try folder.edit(folder.path(of: "small"), original[..<count])
                let fault = fault { () throws(GoldenFault) in _ = try folder.golden(named: "small") }
                #expect(fault?.isMalformed == true, "\(count) of \(original.count) bytes")
            }
        }
    }

    @Test func anEntryWithoutItsFileIsMissing() throws {
        try withFolder { folder in
            try folder.write(golden(try trace(parts)))
            try FileManager.default.removeItem(atPath: folder.path(of: "small"))
            let expected = GoldenFault.missing(path: folder.path(of: "small"))
            #expect(fault { () throws(GoldenFault) in _ = try folder.golden(named: "small") } == expected)
        }
    }

    @Test func aFileWithoutAnEntryIsUnclaimed() throws {
        try withFolder { folder in
            try folder.write(golden(try trace(parts)))
            try folder.edit(folder.path(of: "other"), golden(name: "other", try trace(parts)).encoded)
            let expected = GoldenFault.unclaimed(path: folder.path(of: "other"))
            #expect(fault { () throws(GoldenFault) in _ = try folder.golden(named: "other") } == expected)
            _ = try folder.golden(named: "small")
        }
    }

    @Test func withoutAnIndexEveryGoldenIsUnclaimed() throws {
        try withFolder { folder in
            try folder.write(golden(try trace(parts)))
            try FileManager.default.removeItem(atPath: folder.indexFile)
            #expect(try folder.claimedNames() == [])
            let expected = GoldenFault.unclaimed(path: folder.path(of: "small"))
            #expect(fault { () throws(GoldenFault) in _ = try folder.golden(named: "small") } == expected)
        }
    }

    /// The tree still hashes up; only the index knows that the file is another.
    @Test func aGoldenEditedByHandIsRefused() throws {
        try withFolder { folder in
            try folder.write(golden(try trace(parts)))
            let moved = golden(try trace([.rows("init", ("weight", [1, 1]))]))
            try folder.edit(folder.path(of: "small"), moved.encoded)
            let fault = fault { () throws(GoldenFault) in _ = try folder.golden(named: "small") }
            #expect(fault?.isMalformed == true)
            #expect(fault?.description.contains("index.json") == true)
        }
    }

    @Test func aGoldenUnderAnotherNameIsRefused() throws {
        try withFolder { folder in
            let golden = golden(try trace(parts))
            try folder.edit(folder.path(of: "alias"), golden.encoded)
            try folder.edit(
                folder.indexFile,
                index(entry("alias", hashing.digest(of: golden.encoded).hexadecimal)).utf8)
            let fault = fault { () throws(GoldenFault) in _ = try folder.golden(named: "alias") }
            #expect(fault?.description.contains("calls itself 'small'") == true, "\(fault?.description ?? "accepted")")
        }
    }

    private static let digest = String(repeating: "0", count: 64)
    private func entry(_ name: String, _ digest: String = Self.digest) -> String {
        let statement = #""experiment":"\#(Self.digest)","data":[],"seed":1,"root":"\#(Self.digest)""#
        return #"{"name":"\#(name)",\#(statement),"sha256":"\#(digest)"}"#
    }
    /// As an index of format 1 has it.
    private func bareEntry(_ name: String) -> String { #"{"name":"\#(name)","sha256":"\#(Self.digest)"}"# }
    private func index(_ entries: String...) -> String {
        #"{"format": \#(Golden.format), "goldens": [\#(entries.joined(separator: ","))]}"#
    }

    @Test func anIndexThatIsMalformedIsRefused() throws {
        let cases = [
            "", "{", "[]", "{}", "null", #"{"format": 1}"#, #"{"goldens": []}"#, #"{"format": 3, "goldens": []}"#,
            #"{"format": 1, "goldens": {}}"#, #"{"format": 1, "goldens": [], "more": 1}"#,
            #"{"format": 1, "format": 1, "goldens": []}"#, index("1"), index("{}"), index(#"{"name":"a"}"#),
            index(bareEntry("a")),
            index(#"{"name":1,"sha256":"\#(Self.digest)"}"#),
            index(#"{"name":"a","sha256":"\#(Self.digest)","more":1}"#),
            index(entry("a", Self.digest.dropLast() + "G")), index(entry("a", Self.digest.dropLast() + "A")),
            index(entry("a", String(Self.digest.dropLast()))),
            index(entry("b"), entry("a")), index(entry("a"), entry("a")), index(entry("a")) + "x",
        ]
        try withFolder { folder in
            for text in cases {
                try folder.edit(folder.indexFile, text.utf8)
                let fault = fault { () throws(GoldenFault) in _ = try folder.claimedNames() }
                #expect(fault?.isMalformed == true, "accepted \(text)")
                #expect(fault?.description.contains("index.json") == true)
                // A malformed index is never taken for an empty one; a bless replaces it, and says so.
                let remarks = try folder.commit([GoldenChange(golden(try trace(parts)), tensorBytes: [])])
                #expect(remarks.contains { $0.contains("replaced '\(folder.indexFile)', which was malformed") })
                #expect(try folder.golden(named: "small").name == "small")
            }
            try folder.edit(folder.indexFile, index(entry("a"), entry("b")).utf8)
            #expect(try folder.claimedNames() == ["a", "b"])
        }
    }

    /// The index of every format so far is read, so that goldens of an earlier contract can be blessed anew one by one.
    @Test func anIndexOfAnEarlierFormatIsReadAndWrittenInThisOne() throws {
        for (format, entry) in [(1, bareEntry("a")), (Golden.format, entry("a"))] {
            try withFolder { folder in
                try folder.edit(folder.indexFile, #"{"format":\#(format),"goldens":[\#(entry)]}"#.utf8)
                #expect(try folder.claimedNames() == ["a"])
                try folder.write(golden(try trace(parts)))
                let written = String(decoding: try folder.bytes(folder.indexFile), as: UTF8.self)
                #expect(written.contains("\"format\": \(Golden.format),"))
            }
        }
    }

    @Test func writingKeepsTheOtherEntries() throws {
        try withFolder { folder in
            let first = golden(name: "b", try trace(parts))
            try folder.write(first)
            try folder.write(golden(name: "c", try trace(parts)))
            try folder.write(golden(name: "a", try trace(parts)))
            #expect(try folder.claimedNames() == ["a", "b", "c"])
            func lines() throws -> [Substring] {
                String(decoding: try folder.bytes(folder.indexFile), as: UTF8.self).split(separator: "\n")
            }
            let before = try lines()
            let moved = golden(name: "c", try trace([.rows("init", ("weight", [1]))]))
            try folder.write(moved)
            #expect(try folder.golden(named: "c") == moved)
            #expect(try folder.golden(named: "b") == first)
            let after = try lines()
            #expect(after.count == 8 && after[..<5] == before[..<5])
            #expect(after[5] != before[5])
        }
    }

    @Test func writingTheSameAgainChangesNoByte() throws {
        try withFolder { folder in
            try folder.write(golden(try trace(parts)))
            let before = try [folder.bytes(folder.indexFile), folder.bytes(folder.path(of: "small"))]
            try folder.write(golden(try trace(parts)))
            #expect(try [folder.bytes(folder.indexFile), folder.bytes(folder.path(of: "small"))] == before)
        }
    }
}
