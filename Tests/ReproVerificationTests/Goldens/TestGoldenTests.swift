import Foundation
import ReproFormats
import ReproNumerics
import ReproTestSupport
import ReproTrace
import ReproVerification
import Testing

/// Goldens of tests that pytest ran: an index as the plugin writes it, and verdicts on what a test left.
@Suite struct TestGoldenTests {
    private static let name = "test_a.test_b"
    private static let test = "tests/test_a.py::test_b"
    private static let values: [Float] = [0, 1, 2]

    /// A folder with one golden, its tensors, and what the test left.
    private struct Project {
        let file: TestGoldenFile
        let left: String

        init(_ folder: String, changing change: (JSONValue) -> JSONValue = { $0 }) throws {
            let goldens = folder + "/Goldens"
            file = TestGoldenFile(goldens: goldens)
            left = folder + "/.repro/_tests"
            for path in [file.folder, left] {
                try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            }
            let digest = Hashing().tensor(name: "x", Tensor(shape: [3], elements: values))
            let tensor: JSONValue = ["name": "x", "type": "F32", "shape": [3], "sha256": digest]
            let members: JSONValue = [
                "name": name, "test": test, "tensors": [tensor], "by": "Ada", "reason": "ä \"why\"",
            ]
            let whole = members.adding(["sha256": Hashing().digest(of: Array(members.text(.compact).utf8))])
            let index: JSONValue = ["format": 1, "tests": [change(whole)]]
            try AtomicFile.write(index.encoded(.pretty), to: file.path)
            try write(values, to: file.folder)
            try leave(values)
        }

        func write(_ values: [Float], to folder: String, by test: String = TestGoldenTests.test) throws {
            let tensor = Tensor(shape: [values.count], elements: values)
            try Safetensors.write(
                [NamedArray("x", .float(tensor))], metadata: [("test", test)],
                to: folder + "/\(TestGoldenTests.name).safetensors")
        }

        func leave(_ values: [Float], by test: String = TestGoldenTests.test) throws {
            try write(values, to: left, by: test)
        }

        func check() throws -> TestCheck { TestCheck(try #require(try file.goldens().first), file: file) }
    }

    @Test func whatATestLeftIsHeldToItsGolden() throws {
        try withTemporaryDirectory { folder in
            let project = try Project(folder)
            #expect(try project.check().isReproduced)
            try project.leave([0, 1, Float(2).nextUp])
            let drift = try project.check()
            #expect(drift.exitCode == .drift && drift.differences.first?.greatestULP == 1)
            try project.leave([0, 1])
            #expect(try project.check().exitCode == .drift)
            try project.leave([-0.0, 1, 2])
            #expect(try project.check().exitCode == .drift)
            try project.write([5], to: project.file.folder)
            let unexplained = try project.check()
            #expect(unexplained.exitCode == .drift && unexplained.unexplained == ["x"])
        }
    }

    @Test func whatCannotBeReadIsNotJudged() throws {
        try withTemporaryDirectory { folder in
            let project = try Project(folder)
            try project.leave(Self.values, by: "tests/test_a.py::test_c")
            #expect(try project.check().reason?.contains("left by tests/test_a.py::test_c") == true)
            let path = project.left + "/\(Self.name).safetensors"
            try Data([1, 2, 3]).write(to: URL(fileURLWithPath: path))
            #expect(try project.check().exitCode == .notJudged)
            try FileManager.default.removeItem(atPath: path)
            #expect(try project.check().reason?.contains("the test left no tensors; run it: python -m pytest") == true)
        }
    }

    @Test func anEditedIndexIsMalformed() throws {
        let edits: [(key: String, value: JSONValue)] = [
            ("by", .string("Bob")), ("tensors", .array([])), ("name", .string("../x")), ("sha256", .string("00")),
            ("reason", .null),
        ]
        for (key, value) in edits {
            try withTemporaryDirectory { folder in
                let project = try Project(folder) { golden in
                    .object((golden.members ?? []).map { $0.key == key ? .init(key, value) : $0 })
                }
                #expect(throws: GoldenFault.self, "\(key)") { try project.file.goldens() }
            }
        }
    }

    @Test func aGoldenIsTakenOutWithItsTensors() throws {
        try withTemporaryDirectory { folder in
            let project = try Project(folder)
            try project.file.remove(["another"])
            #expect(try project.file.goldens().count == 1)
            try project.file.remove([Self.name])
            #expect(try project.file.goldens().isEmpty)
            #expect(try FileManager.default.contentsOfDirectory(atPath: project.file.folder) == ["index.json"])
        }
    }
}
