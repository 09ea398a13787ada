import Foundation
import ReproFormats
import ReproTestSupport
import Testing

import ReproAudit

/// Pairs of files from PyTorch, NumPy, Python and TensorBoard compare as their maker says.
@Suite struct OutputPairTests {
    @Test func pairsDifferWhereTheyWereMadeTo() throws {
        for fields in try Vectors(.module).cases("pairs.txt") {
            let expected = String(decoding: try unhex(fields[3]), as: UTF8.self)
            let found = try compared(fields[0], try data(fields[1]), try data(fields[2]))
            #expect(found == expected, "\(fields[0])")
        }
    }

    /// Whatever the bytes are, a file is read or compared by them; `REPRO_DAMAGE_COUNT` says how many are tried.
    @Test func mutatedFilesAreReadOrComparedByTheirBytes() throws {
        let files = try Vectors(.module).cases("pairs.txt").map { ($0[0], [UInt8](try data($0[1]))) }
        let count = ProcessInfo.processInfo.environment["REPRO_DAMAGE_COUNT"].flatMap(Int.init) ?? 200
        var (read, kept) = (0, 0)
        for seed in 0..<count {
            var dice = SplitMix64(seed: UInt64(seed))
            var (name, bytes) = files[dice.below(files.count)]
            for _ in 0...dice.below(6) { bytes[dice.below(bytes.count)] = UInt8(dice.below(256)) }
            let contents = try OutputContents(ByteFile(bytes: bytes, path: name), name: name, limits: OutputLimits())
            for part in contents.parts {
                if case .read = part.values { read += 1 } else { kept += 1 }
            }
        }
        #expect(read > 0 && kept > 0)
    }

    /// Long keys above many values would make names of terabytes, and many empty fields gigabytes of values.
    @Test func textThatGrowsIsComparedByItsBytes() throws {
        let key = String(repeating: "k", count: 10_000)
        let long = "{\"\(key)\":{" + (0..<1000).map { "\"\($0)\":1" }.joined(separator: ",") + "}}"
        var limits = OutputLimits()
        limits.valueCount = 5000
        func values(_ text: String, _ name: String) throws -> OutputContents.Part.Values? {
            try OutputContents(ByteFile(bytes: Array(text.utf8), path: name), name: name, limits: limits).parts.first?
                .values
        }
        guard case .read(let lines)? = try values(long, "x.json") else {
            Issue.record("it was not read as text")
            return
        }
        #expect(lines.count == 1)
        guard case .bytes(_, let reason?)? = try values(String(repeating: ",", count: 6000), "x.csv") else {
            Issue.record("it was read")
            return
        }
        #expect(reason.contains("more than 5000 values"))
    }

    @Test func aLinkIsWhereItLeads() throws {
        try withTemporaryDirectory { folder in
            for (place, target) in ["x", "x", "y"].enumerated() {
                try FileManager.default.createDirectory(
                    atPath: "\(folder)/\(place)", withIntermediateDirectories: false)
                try FileManager.default.createSymbolicLink(
                    atPath: "\(folder)/\(place)/last", withDestinationPath: target)
            }
            let found = try (0..<3).map {
                try OutputSnapshot.reading(patterns: ["*"], in: "\(folder)/\($0)", limits: OutputLimits())
            }
            #expect(compare(found[0], found[1], hiding: []) == .equal)
            guard case .different(let differences) = compare(found[0], found[2], hiding: []) else {
                Issue.record("nothing differs")
                return
            }
            #expect(differences.map { [$0.tensor ?? "", $0.a, $0.b] } == [["link", "x", "y"]])
        }
    }

    private func data(_ field: String) throws -> Data { try #require(Data(base64Encoded: field)) }

    private func compared(_ name: String, _ a: Data, _ b: Data) throws -> String {
        try withTemporaryDirectory { folder in
            let snapshots = try [a, b].enumerated().map { place, data in
                let directory = "\(folder)/\(place)"
                try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: false)
                try data.write(to: URL(fileURLWithPath: directory + "/" + name))
                return try OutputSnapshot.reading(patterns: ["*"], in: directory, limits: OutputLimits())
            }
            let comparison = compare(snapshots[0], snapshots[1], hiding: [])
            let isSame = snapshots[0].contentDigest == snapshots[1].contentDigest
            switch comparison {
            case .equal:
                #expect(isSame && snapshots[0].containerDigest == snapshots[1].containerDigest)
                return "equal"
            case .sameContentOtherContainer(let paths):
                #expect(isSame && paths == [name])
                return "container"
            case .different(let differences):
                #expect(!isSame)
                if differences.contains(where: { $0.kind == .unreadable }) { return "refused" }
                return differences.map(spelled).joined(separator: ";")
            }
        }
    }

    private func spelled(_ difference: OutputDifference) -> String {
        let index = difference.index.map { $0.map(String.init).joined(separator: ",") }
        let fields: [String?] = [
            difference.path, difference.kind.rawValue, difference.tensor, difference.element.map(String.init), index,
            difference.a, difference.b, difference.ulp.map(String.init), String(difference.different),
        ]
        return fields.map { $0 ?? "-" }.joined(separator: "|")
    }
}
