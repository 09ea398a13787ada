import ReproFormats
import ReproTrace

/// A folder of goldens: `NAME.json` files, the tensors beside them, and `index.json`, the manifest that names each and states
/// what it vouches for.
///
/// What a bless has committed and not yet moved into place lies in `.pending`, and is read instead of what it replaces: a
/// command that is killed leaves the old goldens or the new ones. Only files are read, never a link, and only those whose
/// names are ``GoldenName``s.
public struct GoldenFolder: Sendable {
    /// The manifest: names each golden, and states what it vouches for.
    public static let indexName = "index.json"
    /// Says that no checkout may turn the line endings of goldens.
    public static let attributesName = ".gitattributes"
    /// Keeps what an interrupted bless left out of git, where it would be read in place of the goldens that are reviewed.
    package static let ignoreName = ".gitignore"
    static let pendingName = ".pending"
    /// What stands in a folder beside goldens and their tensors.
    static let commonFileNames = [indexName, attributesName, ignoreName]

    /// Without slashes at its end.
    public let path: String

    public init(path: String) {
        self.path = Paths.trimmed(path)
    }

    /// What a command has to be given to take this folder, a space before it; nothing for the default one.
    public var option: String { path == "Goldens" ? "" : " --goldens \(Text.shellWord(path))" }

    /// The path of a golden's file, whether it is there or not.
    public func path(of name: GoldenName) -> String { place(name.fileName) }
    /// The path of the file of tensors beside a golden, whether it is there or not.
    public func tensorPath(of name: GoldenName) -> String { place(name.tensorFileName) }
    var indexPath: String { place(GoldenFolder.indexName) }
    var pendingPath: String { place(GoldenFolder.pendingName) }
    func place(_ file: String) -> String { path + "/" + file }

    /// The names that the manifest states, in the order of their bytes; none where there is no manifest.
    ///
    /// - Throws: ``GoldenFault/malformed(path:line:problem:)``.
    public func claimedNames() throws(GoldenFault) -> [GoldenName] { try manifest().entries.map(\.name) }

    /// The goldens that somebody took out on purpose, in the order of their names' bytes.
    ///
    /// - Throws: ``GoldenFault/malformed(path:line:problem:)``.
    public func retirements() throws(GoldenFault) -> [GoldenRetirement] { try manifest().retired }

    /// The root that the folder vouches for under a name, also where the golden's file is gone or broken; nil where the manifest
    /// does not name it.
    ///
    /// - Throws: ``GoldenFault`` where nothing tells the root.
    public func root(of name: GoldenName) throws(GoldenFault) -> Digest? {
        guard let entry = try manifest()[name] else { return nil }
        if let statement = entry.statement { return statement.root }
        return try golden(name).root
    }

    /// The manifest; an empty one where there is none.
    func manifest() throws(GoldenFault) -> GoldenManifest {
        let bytes: [UInt8]
        do { bytes = try contents(of: GoldenFolder.indexName) } catch {
            // Where there is no folder, or one without an index, nothing is named.
            if error.isMissingFile { return GoldenManifest() }
            throw .malformed(path: error.path, line: nil, problem: error.problem)
        }
        return try GoldenManifest.decode(bytes, path: indexPath)
    }

    /// The names of the files that a bless wrote here, as far as the manifest names them; without one that can be read, none.
    public func ownFiles() -> [String] {
        guard let names = try? claimedNames() else { return [] }
        return names.flatMap { [$0.fileName, $0.tensorFileName] } + GoldenFolder.commonFileNames
    }

    /// The names of the golden files that lie in the folder, whether the manifest names them or not, in the order of bytes; some
    /// may be no ``GoldenName``. None where there is no folder.
    ///
    /// - Throws: ``GoldenFault/unusable(path:problem:)`` for a folder that cannot be listed, and for a file whose name ends in
    ///   `.JSON`: some file systems take it for a golden, and others do not.
    public func fileNames() throws(GoldenFault) -> [String] {
        guard let isFolder = Paths.isFolder(path) else { return [] }
        guard isFolder else { throw .unusable(path: path, problem: "not a folder; name one with --goldens") }
        var files: [String]
        do { files = try FileOperations.names(in: path) + FileOperations.names(in: pendingPath) } catch {
            throw .unusable(path: path, problem: "the folder cannot be listed; give yourself permission: chmod u+rx")
        }
        files.removeAll(where: isLeaving)
        files.sort { Text.precedes($0.utf8, $1.utf8) }
        var names: [String] = []
        for file in files where Text.lowercase(file.utf8.suffix(5)) == Array(".json".utf8) {
            guard file.utf8.suffix(5).elementsEqual(".json".utf8) else {
                throw .unusable(path: place(file), problem: "a golden's name ends in .json; rename it or remove it")
            }
            if Text.areSame(file, GoldenFolder.indexName) || file.utf8.first == UInt8(ascii: ".") { continue }
            let name = String(decoding: file.utf8.dropLast(5), as: UTF8.self)
            if names.last.map({ !Text.areSame($0, name) }) ?? true { names.append(name) }
        }
        return names
    }

    /// Reads the golden of a name that came from outside; a text that is no name opens nothing.
    ///
    /// - Throws: ``GoldenFault``, as ``golden(_:)``.
    public func golden(named text: String) throws(GoldenFault) -> Golden {
        guard let name = GoldenName(text) else {
            throw .malformed(
                path: path, line: nil, problem: "'\(text)' is no name of a golden, which is \(GoldenName.rule)")
        }
        return try golden(name)
    }

    /// The golden that another of its name would replace; nil where neither a file nor the manifest knows one.
    ///
    /// - Throws: ``GoldenFault`` for one that is there and cannot be read.
    public func predecessor(_ name: GoldenName) throws(GoldenFault) -> Golden? {
        do { return try golden(name) } catch {
            guard case .missing = error, try manifest()[name] == nil else { throw error }
            return nil
        }
    }

    /// Reads a golden that the manifest names.
    ///
    /// - Throws: ``GoldenFault``: missing, unclaimed, changed since it was blessed, malformed, of another contract.
    public func golden(_ name: GoldenName) throws(GoldenFault) -> Golden {
        var manifest = try manifest()
        while true {
            do {
                return try golden(name, in: manifest)
            } catch {
                // A command that writes meanwhile may have replaced one file and not yet the other.
                let now = try self.manifest()
                if now == manifest { throw error }
                manifest = now
            }
        }
    }

    private func golden(_ name: GoldenName, in manifest: GoldenManifest) throws(GoldenFault) -> Golden {
        let path = path(of: name)
        func malformed(_ problem: String) -> GoldenFault { .malformed(path: path, line: nil, problem: problem) }
        let bytes: [UInt8]
        do { bytes = try contents(of: name.fileName) } catch {
            guard error.isMissingFile else { throw .malformed(path: error.path, line: nil, problem: error.problem) }
            throw .missing(path: path)
        }
        guard let claimed = manifest[name] else { throw .unclaimed(path: path) }
        let golden = try Golden.decode(bytes, path: path)
        guard golden.name == name else { throw malformed("it calls itself '\(golden.name)'") }
        if let contradiction = claimed.contradiction(by: golden) { throw malformed(contradiction) }
        guard Hashing().digest(of: bytes) == claimed.digest else {
            throw malformed("its bytes are not those that index.json records")
        }
        return golden
    }

    /// The tensors that lie beside a golden; nil where none do because they are not small and nobody asked for them.
    ///
    /// - Throws: ``GoldenTensorsFault``, which tells why a drift goes unexplained and is no reason to judge otherwise.
    public func tensors(of golden: Golden) throws(GoldenTensorsFault) -> GoldenTensors? {
        let path = tensorPath(of: golden.name)
        if isLeaving(golden.name.tensorFileName) { return nil }
        let pending = pendingPath + "/" + golden.name.tensorFileName
        let isPending = FileOperations.kind(at: pendingPath) == .folder && FileOperations.kind(at: pending) == .file
        let place = isPending ? pending : path
        if let kind = FileOperations.kind(at: place), kind != .file {
            throw GoldenTensorsFault(kind: .unreadable("this is no file"), path: path, golden: golden.name.text)
        }
        do {
            return try GoldenTensors(path: place, golden: golden)
        } catch {
            if error.kind == .missing, !GoldenTensors.areSmall(golden.stages, limit: GoldenTensors.smallByteCount) {
                return nil
            }
            throw error
        }
    }

    /// What a golden vouches for, as far as it can be read: its experiment, its seed and the config file that it names,
    /// also of another contract or of one that was damaged, so that it can be blessed anew. Of one whose file is gone or cannot be
    /// read at all, what the manifest states, which is no experiment. Nil where there is nothing to be read.
    public func origin(of name: String) -> (experiment: JSONValue?, seed: UInt64, config: String?)? {
        if let golden = try? golden(named: name) { return (golden.experiment, golden.seed, golden.config) }
        guard let parsed = GoldenName(name) else { return nil }
        if let bytes = try? contents(of: parsed.fileName),
            let document = try? JSONValue.parse(bytes, path: path(of: parsed)), let seed = document["seed"]?.uint64,
            let experiment = document["experiment"], experiment["name"]?.string == parsed.text
        {
            return (experiment, seed, document["config"]?.string)
        }
        return (try? manifest())?[parsed]?.statement.map { (nil, $0.seed, $0.config) }
    }

    /// The bytes of one of the folder's files, the pending ones first.
    ///
    /// - Throws: `FormatError`, also where `.pending` is no folder.
    func contents(of file: String) throws(FormatError) -> [UInt8] {
        switch FileOperations.kind(at: pendingPath) {
        case nil: break
        case .folder:
            if isLeaving(file) {
                throw FormatError(
                    .noInput, path: place(file), problem: FormatError.missingFile, remedy: "it was taken out")
            }
            do { return try GoldenFolder.contents(at: pendingPath + "/" + file) } catch {
                guard error.isMissingFile else { throw error }
            }
        case .file, .link, .other:
            throw FormatError(
                .noInput, path: pendingPath, problem: "this is no folder that a bless leaves", remedy: "remove it")
        }
        return try GoldenFolder.contents(at: place(file))
    }

    /// Whether a golden or its tensors were taken out by a commit that has still to be finished: an empty file stands for them.
    func isLeaving(_ file: String) -> Bool {
        let pending = pendingPath + "/" + file
        return GoldenName(ofFile: file) != nil && FileOperations.kind(at: pendingPath) == .folder
            && FileOperations.kind(at: pending) == .file
            && (try? ByteFile(path: pending, followingLinks: false))?.byteCount == 0
    }

    /// No golden is longer: what is far too long is refused before it takes the memory.
    private static let greatestByteCount = 1 << 30

    private static func contents(at path: String) throws(FormatError) -> [UInt8] {
        let count = try ByteFile(path: path, followingLinks: false).byteCount
        guard count <= greatestByteCount else {
            throw FormatError(
                .badData, path: path, problem: "its \(count) bytes are more than a golden or an index has",
                remedy: "restore it")
        }
        return try ByteFile.contents(of: path, followingLinks: false)
    }
}

extension GoldenName {
    var fileName: String { text + ".json" }
    var tensorFileName: String { text + ".safetensors" }

    /// The golden whose file it is, or whose tensors; nil for another file's name.
    init?(ofFile name: String) {
        let suffixes = [".json", ".safetensors"]
        guard let suffix = suffixes.first(where: { Array(name.utf8).hasSuffix($0) }) else { return nil }
        self.init(String(decoding: name.utf8.dropLast(suffix.utf8.count), as: UTF8.self))
    }
}

extension [UInt8] {
    fileprivate func hasSuffix(_ suffix: String) -> Bool { self.suffix(suffix.utf8.count).elementsEqual(suffix.utf8) }
}
