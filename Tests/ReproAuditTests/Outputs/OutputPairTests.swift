import Foundation
import ReproFormats
import ReproTestSupport
import Testing

@testable import ReproAudit

/// Pairs of files from PyTorch, NumPy, Python and TensorBoard compare as their maker says.
@Suite struct OutputPairTests {
    @Test func pairsDifferWhereTheyWereMadeTo() throws {
        for fields in try Vectors(.module).cases("pairs.txt") {
            let expected = String(decoding: try unhex(fields[3]), as: UTF8.self)
            let found = try compared(fields[0], try data(fields[1]), try data(fields[2]))
            #expect(found == expected, "\(fields[0])")
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
