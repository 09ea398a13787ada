import Repro

/// The goldens of tests that a pytest plugin ran, as cases of `repro check`: it judges what they left.
struct TestCases {
    private let file: TestGoldenFile
    private let goldens: [TestGolden]

    /// - Throws: `CommandLineError`, 2, where they cannot be read: a check that leaves some out is no success.
    init(_ folder: GoldenFolder) throws {
        file = TestGoldenFile(goldens: folder.path)
        do { goldens = try file.goldens() } catch {
            throw CommandLineError(message: "\(error)", code: .notJudged)
        }
    }

    var names: [String] { goldens.map(\.name.text) }

    /// Takes goldens out, and the tensors that are kept of them.
    func remove(_ names: [String]) throws {
        if !names.isEmpty { try file.remove(names) }
    }

    /// The verdict on what the test of a name left; nil for a name of something else.
    func judged(_ name: String, width: Int) -> JudgedCase? {
        goldens.first { $0.name.text == name }.map {
            TestFindings(TestCheck($0, file: file), file: file.path, width: width).judged
        }
    }
}
