import ReproFormats
import ReproTestSupport
import ReproTrace
import ReproVerification
import Testing

import ReproAudit

/// Goldens of programs as they are written, and what is read back of files that were damaged.
@Suite struct ProgramGoldenCodingTests {
    private static let zero = Digest(hexadecimal: String(repeating: "0", count: 64))!

    private static func golden(_ name: GoldenName) -> ProgramGolden {
        ProgramGolden(
            name: name, directory: ".",
            configuration: AuditConfiguration(
                command: ["python3", "train.py"], outputs: ["out.pt"], masks: ["out.pt:time"], vary: ["threads=1,2"],
                without: ["load"], seconds: 60, budget: 40, trace: .off),
            outputs: [.init(path: "out.pt", content: zero, bytes: zero)], withstood: ["umask"], causes: ["threads"],
            inventory: ProgramInventory(
                files: [.init(path: "data.csv", digest: zero)], packages: [.init(name: "torch", version: "2.13.0")]),
            by: "A", reason: "why")
    }

    @Test func whatIsWrittenIsReadBack() throws {
        try withTemporaryDirectory { folder in
            let file = ProgramGoldenFile(goldens: folder)
            #expect(try file.goldens().isEmpty)
            let goldens = [Self.golden("b"), Self.golden("a")]
            try file.write(goldens)
            #expect(try file.goldens() == goldens.reversed())
            let bytes = try ByteFile.contents(of: file.path)
            try file.write(goldens.reversed())
            #expect(try ByteFile.contents(of: file.path) == bytes)
        }
    }

    @Test func everyChangeByHandIsNoticed() throws {
        try withTemporaryDirectory { folder in
            let file = ProgramGoldenFile(goldens: folder)
            try file.write([Self.golden("a")])
            let text = String(decoding: try ByteFile.contents(of: file.path), as: UTF8.self)
            for (old, new) in [
                ("train.py", "other.py"), ("\"load\"", "\"umask\""), ("2.13.0", "2.13.1"), ("why", "because"),
                ("\"threads\"\n", "\"home\"\n"), (String(repeating: "0", count: 64), String(repeating: "1", count: 64)),
                ("\"format\": 1", "\"format\": 2"), ("\"a\"", "\"../a\""), ("\"budget\": 40", "\"budget\": 1"),
            ] {
                let changed = text.replacing(old, with: new)
                #expect(changed != text, "\(old)")
                try AtomicFile.write(Array(changed.utf8), to: file.path)
                #expect(throws: GoldenFault.self, "\(old)") { try file.goldens() }
            }
            try AtomicFile.write(Array(text.dropLast(20).utf8), to: file.path)
            #expect(throws: GoldenFault.self) { try file.goldens() }
        }
    }

    @Test func changesOfFilesAndPackagesAreNamed() {
        let (zero, one) = (Self.zero, Digest(hexadecimal: String(repeating: "1", count: 64))!)
        func inventory(_ files: [(String, Digest)], _ packages: [(String, String)]) -> ProgramInventory {
            ProgramInventory(
                files: files.map { .init(path: $0.0, digest: $0.1) },
                packages: packages.map { .init(name: $0.0, version: $0.1) })
        }
        let before = inventory([("a", zero), ("b", zero), ("c", zero)], [("numpy", "1"), ("old", "2")])
        let now = inventory([("a", zero), ("b", one), ("d", zero)], [("numpy", "2"), ("new", "3")])
        #expect(
            before.changes(to: now) == [
                "b is another file than when it was blessed", "c is not read any more, or gone",
                "d was not read when it was blessed",
            ])
        #expect(before.packageChanges(to: now) == ["numpy 1 → 2", "old 2 → not there", "new 3 is new"])
        #expect(before.changes(to: before).isEmpty && before.packageChanges(to: before).isEmpty)
    }
}
