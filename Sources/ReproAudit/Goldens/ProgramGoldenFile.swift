import Foundation
import ReproFormats
import ReproVerification

/// The goldens of programs that are not ours: `programs/index.json` in a folder of goldens, one file that is replaced as a whole, so that a
/// command that is killed leaves the old ones or the new ones. Outputs lie beside it in a folder of each program's name, where they are
/// small: they show where a drift begins and never decide.
public struct ProgramGoldenFile: Sendable {
    /// The folder of the file.
    public let folder: String
    /// Outputs of more bytes are not kept beside it.
    public static let greatestKept = 16 << 20
    private static let format = 1

    /// - Parameter goldens: the folder of goldens.
    public init(goldens: String) { folder = Paths.trimmed(goldens) + "/programs" }

    /// Its path.
    public var path: String { folder + "/index.json" }

    /// The goldens, in the order of their names; none where there is no file.
    ///
    /// - Throws: ``GoldenFault/malformed(path:line:problem:)``.
    public func goldens() throws(GoldenFault) -> [ProgramGolden] {
        let json: JSONValue
        do {
            guard FileOperations.kind(at: path) != nil else { return [] }
            json = try JSONValue.read(path: path)
        } catch {
            throw .malformed(path: path, line: error.line, problem: error.problem)
        }
        guard json["format"]?.int == ProgramGoldenFile.format, let programs = json["programs"]?.elements else {
            throw .malformed(
                path: path, line: nil, problem: "no goldens of programs in format \(ProgramGoldenFile.format)")
        }
        var goldens: [ProgramGolden] = []
        for program in programs {
            let golden = try ProgramGolden(program, path: path)
            if let last = goldens.last, !(last.name < golden.name) {
                throw .malformed(path: path, line: nil, problem: "'\(golden.name)' is out of order, or there twice")
            }
            goldens.append(golden)
        }
        return goldens
    }

    /// Replaces all goldens.
    ///
    /// - Throws: `FormatError` where the file cannot be written.
    public func write(_ goldens: [ProgramGolden]) throws(FormatError) {
        try FileOperations().makeFolders(folder)
        let json: JSONValue = [
            "format": ProgramGoldenFile.format, "programs": goldens.sorted { $0.name < $1.name },
        ]
        try AtomicFile.write(json.encoded(.pretty), to: path)
    }

    /// Where a program's outputs are kept.
    func place(of golden: ProgramGolden) -> String { folder + "/" + golden.name.text }

    /// The outputs that are kept of a golden, as a run's; nil where they are not, or are others.
    func kept(_ golden: ProgramGolden) -> OutputSnapshot? {
        guard
            let snapshot = try? OutputSnapshot.reading(patterns: ["*"], in: place(of: golden), limits: OutputLimits()),
            snapshot.contentDigest == golden.root
        else { return nil }
        return snapshot
    }

    /// Removes the outputs that are kept of a golden.
    ///
    /// - Throws: `FormatError` where they cannot be removed.
    public func removeOutputs(of golden: ProgramGolden) throws(FormatError) {
        guard FileOperations.kind(at: place(of: golden)) != nil else { return }
        do { try FileManager.default.removeItem(atPath: place(of: golden)) } catch {
            throw FormatError(
                .cannotCreate, path: place(of: golden), problem: "the folder cannot be removed",
                remedy: "give yourself permission: chmod u+rwx")
        }
    }

    /// Keeps a run's outputs beside the file in place of those that are there, where they are small.
    ///
    /// - Throws: `FormatError` where one cannot be written.
    func keep(_ snapshot: OutputSnapshot, from source: String, of golden: ProgramGolden) throws(FormatError) {
        let operations = FileOperations()
        try removeOutputs(of: golden)
        guard try ProgramGoldenFile.isSmall(snapshot, in: source) else { return }
        for file in snapshot.files {
            let target = place(of: golden) + "/" + file.path
            try operations.makeFolders(Paths.folder(of: target))
            let bytes = try ByteFile(path: source + "/" + file.path)
            try AtomicFile.write(try bytes.read(at: 0, count: bytes.byteCount), to: target)
        }
    }

    /// Whether outputs are kept beside a golden.
    static func isSmall(_ snapshot: OutputSnapshot, in folder: String) throws(FormatError) -> Bool {
        var count = 0
        for file in snapshot.files { count += try ByteFile(path: folder + "/" + file.path).byteCount }
        return count <= greatestKept
    }
}
