import Foundation
import ReproTestSupport
import Testing

import ReproAudit

/// What masks hide is counted, and whether it differed is said.
@Suite struct OutputMaskTests {
    private func snapshots(
        _ a: [String: String], _ b: [String: String], _ body: (OutputSnapshot, OutputSnapshot) throws -> Void
    ) throws {
        try withTemporaryDirectory { folder in
            let both = try [a, b].enumerated().map { place, files in
                let directory = "\(folder)/\(place)"
                try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: false)
                for name in files.keys.sorted() {
                    try Data(files[name]!.utf8).write(to: URL(fileURLWithPath: directory + "/" + name))
                }
                return try OutputSnapshot.reading(patterns: ["*"], in: directory, limits: OutputLimits())
            }
            try body(both[0], both[1])
        }
    }

    private func hidden(_ pattern: String, _ a: OutputSnapshot, _ b: OutputSnapshot) -> [HiddenOutput] {
        hiddenOutputs(a, b, by: [OutputMask(pattern: pattern)])
    }

    @Test func aFileIsHiddenByItsPath() throws {
        try snapshots(["a.txt": "1", "b.txt": "2"], ["a.txt": "1", "b.txt": "3"]) { a, b in
            #expect(compare(a, b, hiding: [OutputMask(pattern: "a*")]) != .equal)
            #expect(compare(a, b, hiding: [OutputMask(pattern: "b*")]) == .equal)
            #expect(
                hidden("*.txt", a, b) == [
                    HiddenOutput(pattern: "*.txt", path: "a.txt", count: 1, isDifferent: false),
                    HiddenOutput(pattern: "*.txt", path: "b.txt", count: 1, isDifferent: true),
                ])
        }
    }

    @Test func aColumnOrKeyIsHiddenByItsName() throws {
        try snapshots(
            ["t.csv": "loss,seconds\n1,0.5\n2,0.6\n", "j.json": "{\"time\":1,\"x\":2}"],
            ["t.csv": "loss,seconds\n1,0.7\n2,0.8\n", "j.json": "{\"time\":9,\"x\":2}"]
        ) { a, b in
            let masks = [OutputMask(pattern: "t.csv:seconds"), OutputMask(pattern: "*:time")]
            #expect(compare(a, b, hiding: masks) == .equal)
            #expect(compare(a, b, hiding: [masks[0]]) != .equal)
            #expect(
                hidden("t.csv:seconds", a, b) == [
                    HiddenOutput(pattern: "t.csv:seconds", path: "t.csv", count: 2, isDifferent: true)
                ])
            #expect(hidden("t.csv:loss", a, b).map(\.isDifferent) == [false])
            #expect(hidden("t.csv:none", a, b).isEmpty)
        }
    }

    @Test func wordsAndLinesOfTextAreHiddenByTheirPattern() throws {
        try snapshots(
            ["log": "loss 1 took=3.5s\nstarted at 10:00\n"], ["log": "loss 1 took=4.5s\nstarted at 11:00\n"]
        ) { a, b in
            let masks = [OutputMask(pattern: "log:took=*"), OutputMask(pattern: "log:started at *")]
            #expect(compare(a, b, hiding: masks) == .equal)
            guard case .different(let differences) = compare(a, b, hiding: [masks[0]]) else {
                Issue.record("nothing differs")
                return
            }
            #expect(differences.map(\.tensor) == ["line 2"] && differences[0].a == "10:00")
            #expect(hidden("log:took=*", a, b).map(\.count) == [1])
        }
    }

    @Test func filesThatOneRunAloneLeftAreMissing() throws {
        try snapshots(["a": "1"], ["a": "1", "b": "2"]) { a, b in
            guard case .different(let differences) = compare(a, b, hiding: []) else {
                Issue.record("nothing differs")
                return
            }
            #expect(
                differences.map(\.kind) == [.missing] && differences[0].path == "b" && differences[0].b == "present")
        }
    }

    /// Their names tell time, machine and process.
    @Test func eventFilesAreFoundByTheirOrder() throws {
        try snapshots(["events.out.tfevents.1.host.7.0": ""], ["events.out.tfevents.2.other.8.0": ""]) { a, b in
            #expect(compare(a, b, hiding: []) == .equal && a.contentDigest == b.contentDigest)
        }
    }

    @Test func filesBeyondTheLimitsAreComparedByTheirBytes() throws {
        try withTemporaryDirectory { folder in
            try Data("a b".utf8).write(to: URL(fileURLWithPath: folder + "/x.txt"))
            var limits = OutputLimits()
            limits.byteCount = 2
            let file = try OutputFile(path: "x.txt", in: folder, limits: limits)
            guard case .bytes(_, let reason?)? = file.contents?.parts.first?.values else {
                Issue.record("it was read")
                return
            }
            #expect(reason.contains("more than 2 bytes"))
        }
    }
}
