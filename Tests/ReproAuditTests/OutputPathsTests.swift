import Foundation
import Testing

import ReproAudit

@Suite struct OutputPathsTests {
    @Test func aPatternNamesFilesAndAllBelowAFolder() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("repro-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        for path in ["a.npy", "b.txt", "out/c/d.npy", "out/e.txt"] {
            let file = folder.appendingPathComponent(path)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data([1]).write(to: file)
        }
        func paths(_ patterns: String...) throws -> [String] {
            try OutputPaths.matching(patterns, in: folder.path, limit: 10)
        }
        #expect(try paths("*.npy") == ["a.npy", "out/c/d.npy"])
        #expect(try paths("out") == ["out/c/d.npy", "out/e.txt"])
        #expect(try paths("./out/", "b.txt") == ["b.txt", "out/c/d.npy", "out/e.txt"])
        #expect(try paths("none").isEmpty)
    }
}
