import ReproFormats
import ReproTrace

/// A folder of goldens: `NAME.json` files, and `index.json`, which names each with the SHA-256 of its bytes.
///
/// The index makes three mistakes visible that a file alone cannot show: a golden that was deleted, one that nobody
/// blessed, and one that was edited by hand.
public struct GoldenFolder: Sendable {
    public static let indexName = "index.json"

    public struct Entry: Sendable, Equatable {
        public let name: GoldenName
        public let digest: Digest
    }

    public let path: String

    public init(path: String) {
        self.path = path
    }

    public func path(of name: GoldenName) -> String { path + "/" + name.text + ".json" }
    public func tensorPath(of name: GoldenName) -> String { path + "/" + name.text + ".safetensors" }
    private var indexPath: String { path + "/" + GoldenFolder.indexName }

    /// The index's entries, in its order; none where there is no index.
    ///
    /// - Throws: ``GoldenFault/malformed(path:line:problem:)``.
    public func index() throws(GoldenFault) -> [Entry] {
        let document: JSONValue
        do {
            document = try JSONValue.read(path: indexPath)
        } catch {
            // Where there is no folder, or one without an index, nothing is named.
            if error.isMissingFile { return [] }
            throw .malformed(path: indexPath, line: error.line, problem: error.problem)
        }
        // Earlier formats list the goldens alike, and have to be read for them to be blessed anew: each golden states its contract.
        guard document.members?.count == 2, let format = document["format"]?.int, (1...Golden.format).contains(format),
            let list = document["goldens"]?.elements
        else { throw .malformed(path: indexPath, line: nil, problem: "not an index of format \(Golden.format)") }
        var entries: [Entry] = []
        for value in list {
            guard value.members?.count == 2, let text = value["name"]?.string,
                let digest = value["sha256"]?.string.flatMap({ Digest(hexadecimal: $0) })
            else { throw .malformed(path: indexPath, line: nil, problem: "an entry without name and sha256") }
            guard let name = GoldenName(text) else {
                throw .malformed(
                    path: indexPath, line: nil, problem: "'\(text)' is no name of a golden, which is \(GoldenName.rule)"
                )
            }
            if let last = entries.last, last.name >= name {
                throw .malformed(path: indexPath, line: nil, problem: "'\(name)' stands out of order or twice")
            }
            entries.append(Entry(name: name, digest: digest))
        }
        return entries
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

    /// Reads a golden that the index names.
    ///
    /// - Throws: ``GoldenFault``: missing, unclaimed, changed since it was blessed, malformed, of another contract.
    public func golden(_ name: GoldenName) throws(GoldenFault) -> Golden {
        let claimed = try index().first { $0.name == name }
        let path = path(of: name)
        func malformed(_ problem: String) -> GoldenFault { .malformed(path: path, line: nil, problem: problem) }
        let bytes: [UInt8]
        do { bytes = try ByteFile.contents(of: path) } catch {
            throw error.isMissingFile ? .missing(path: path) : malformed(error.problem)
        }
        guard let claimed else { throw .unclaimed(path: path) }
        let golden = try Golden.decode(bytes, path: path)
        guard Hashing().digest(of: bytes) == claimed.digest else {
            throw malformed("its bytes are not those that index.json records")
        }
        guard golden.name == name else { throw malformed("it calls itself '\(golden.name)'") }
        return golden
    }

    /// The tensors that lie beside a golden; nil where none do because they are too large to be kept.
    ///
    /// - Throws: ``GoldenTensorsFault``, which tells why a drift goes unexplained and is no reason to judge otherwise.
    public func tensors(of golden: Golden) throws(GoldenTensorsFault) -> GoldenTensors? {
        do {
            return try GoldenTensors(path: tensorPath(of: golden.name), golden: golden)
        } catch {
            if error.kind == .missing, !GoldenTensors.areSmall(golden.stages) { return nil }
            throw error
        }
    }

    /// What a golden vouches for, whatever contract it was made by: its experiment and seed. Nil where there is no golden.
    ///
    /// - Throws: ``GoldenFault`` for a golden that is there and cannot be used.
    public func origin(of name: String) throws(GoldenFault) -> (experiment: JSONValue, seed: UInt64)? {
        do {
            let golden = try golden(named: name)
            return (golden.experiment, golden.seed)
        } catch {
            guard case .otherContract(let path, _) = error else {
                if case .missing = error, try !index().contains(where: { Text.areSame($0.name.text, name) }) {
                    return nil
                }
                throw error
            }
            guard let document = try? JSONValue.read(path: path), let experiment = document["experiment"],
                let seed = document["seed"]?.uint64
            else { throw error }
            return (experiment, seed)
        }
    }

    /// Writes a golden and the index that names it: the golden first, so that a kill between the two leaves an index that
    /// refuses the new file, never one that accepts an old one.
    ///
    /// - Throws: `FormatError` for files, ``GoldenFault`` for an index that cannot be read.
    public func write(_ golden: Golden) throws {
        var entries = try index()
        let bytes = golden.encoded
        try AtomicFile.write(bytes, to: path(of: golden.name))
        entries.removeAll { $0.name == golden.name }
        entries.append(Entry(name: golden.name, digest: Hashing().digest(of: bytes)))
        entries.sort { $0.name < $1.name }
        try AtomicFile.write(GoldenFolder.encodedIndex(entries), to: indexPath)
    }

    private static func encodedIndex(_ entries: [Entry]) -> [UInt8] {
        var lines = ["{", "  \"format\": \(Golden.format),", "  \"goldens\": ["]
        for (index, entry) in entries.enumerated() {
            let object: JSONValue = ["name": entry.name, "sha256": entry.digest]
            lines.append("    \(object.text(.compact))\(index + 1 < entries.count ? "," : "")")
        }
        lines += ["  ]", "}", ""]
        return Array(lines.joined(separator: "\n").utf8)
    }
}
