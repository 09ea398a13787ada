import ReproFormats
import ReproTrace

/// The goldens of tests: `tests/index.json` in a folder of goldens, which the pytest plugin writes and a command that is killed
/// leaves old or new as a whole. Small tensors lie beside it in `NAME.safetensors`: they show where a drift begins and never decide.
public struct TestGoldenFile: Sendable {
    /// The folder of the file.
    public let folder: String
    /// Where tests leave their tensors: `.repro/_tests` beside the folder of goldens.
    public let left: String
    private static let format = 1

    /// - Parameter goldens: the folder of goldens.
    public init(goldens: String) {
        let path = Paths.trimmed(goldens)
        folder = path + "/tests"
        left = Paths.resolve(".repro/_tests", against: Paths.folder(of: path))
    }

    /// Its path.
    public var path: String { folder + "/index.json" }

    /// The goldens, in the order of their names; none where there is no file.
    ///
    /// - Throws: ``GoldenFault/malformed(path:line:problem:)``.
    public func goldens() throws(GoldenFault) -> [TestGolden] {
        let json: JSONValue
        do {
            guard FileOperations.kind(at: path) != nil else { return [] }
            json = try JSONValue.read(path: path)
        } catch {
            throw .malformed(path: path, line: error.line, problem: error.problem)
        }
        guard json["format"]?.int == TestGoldenFile.format, let tests = json["tests"]?.elements else {
            throw .malformed(path: path, line: nil, problem: "no goldens of tests in format \(TestGoldenFile.format)")
        }
        var goldens: [TestGolden] = []
        for test in tests {
            let golden = try TestGolden(test, path: path)
            if let last = goldens.last, !(last.name < golden.name) {
                throw .malformed(path: path, line: nil, problem: "'\(golden.name)' is out of order, or there twice")
            }
            goldens.append(golden)
        }
        return goldens
    }

    /// Takes goldens out, and the tensors that are kept of them.
    ///
    /// - Throws: ``GoldenFault``; `FormatError` where a file cannot be written.
    public func remove(_ names: [String]) throws {
        let lock = try FolderLock(folder, holder: "writes goldens of tests there")
        let goldens = try goldens()
        let rest = goldens.filter { !names.contains($0.name.text) }
        let json: JSONValue = ["format": TestGoldenFile.format, "tests": rest]
        try AtomicFile.write(json.encoded(.pretty), to: path)
        for golden in goldens where names.contains(golden.name.text) {
            let place = kept(golden)
            if FileOperations.kind(at: place) == .file { try FileOperations().remove(place) }
        }
        withExtendedLifetime(lock) {}
    }

    /// The path of the tensors that are kept of a golden.
    func kept(_ golden: TestGolden) -> String { folder + "/" + golden.name.tensorFileName }
    /// The path of the tensors that the test left.
    func left(_ golden: TestGolden) -> String { left + "/" + golden.name.tensorFileName }
}
