import Foundation
import ReproFormats
import ReproTrace

/// What a file says, whatever it is packed in: its values by name, for each file that an archive holds.
///
/// | recognised by | values |
/// |---|---|
/// | zip: `data.pkl` in it | PyTorch's tensors and plain values, by the keys that lead to them |
/// | zip: entries of npy alone | arrays, by their entries' names |
/// | zip, gzip otherwise | what they hold, opened in turn |
/// | npy, `.safetensors` | arrays |
/// | a pickle, `.pkl`, PyTorch's older format | as of `data.pkl` |
/// | `tfevents` in the name | scalars by tag, with their steps; when they were written belongs to the container |
/// | `.json`, `.jsonl`, `.csv`, `.tsv` | fields by name; order of keys and columns, and how a number of JSON is spelt, are the container's |
/// | other UTF-8 | lines of words; white space is the container's |
/// | anything else | its bytes |
///
/// What breaks its format, asks for more than the limits, or is a pickle of more than plain data, is compared by its bytes.
package struct OutputContents: Sendable {
    /// A file, or one that an archive holds.
    package struct Part: Sendable {
        package enum Values: Sendable {
            case read([OutputValue])
            /// Compared by the bytes, for a reason where one is worth telling.
            case bytes(Digest, reason: String?)
        }

        /// Below the file; empty for the file itself.
        package let path: String
        package let values: Values
    }

    package private(set) var parts: [Part] = []
    private let limits: OutputLimits
    /// What compressed data may still become.
    private var remaining: ReadingLimits

    /// - Parameter name: what tells the formats that do not say what they are.
    /// - Throws: `FormatError`, `.inputOutput`, where reading fails.
    package init(_ file: ByteFile, name: String, limits: OutputLimits) throws(FormatError) {
        (self.limits, remaining) = (limits, limits.reading)
        try take(file, name: name, path: "", depth: 0)
        parts.sort { Text.precedes($0.path.utf8, $1.path.utf8) }
    }

    /// What a symbolic link says: where it leads. Nil for everything else.
    init?(linkAt path: String) {
        guard FileOperations.kind(at: path) == .link,
            let target = try? FileManager.default.destinationOfSymbolicLink(atPath: path)
        else { return nil }
        limits = OutputLimits()
        remaining = limits.reading
        parts = [Part(path: "", values: .read([OutputValue("link", .word(target))]))]
    }

    /// The digest of what it says.
    var digest: Digest {
        var hash = ContentHash()
        for part in parts {
            hash.append("part", part.path)
            switch part.values {
            case .read(let values): for value in values { hash.append(value) }
            case .bytes(let digest, _): hash.append("bytes", digest.hexadecimal)
            }
        }
        return hash.finalized()
    }

    private mutating func take(_ file: ByteFile, name: String, path: String, depth: Int) throws(FormatError) {
        var reason: String?
        do throws(FormatError) {
            guard depth <= limits.depth else {
                throw OutputContents.refused(file, "archives in more than \(limits.depth) others")
            }
            guard file.byteCount <= limits.byteCount else {
                throw OutputContents.refused(file, "more than \(limits.byteCount) bytes, the limit for reading")
            }
            let count = parts.count
            do throws(FormatError) {
                if try open(file, name: name, path: path, depth: depth) { return }
            } catch {
                parts.removeSubrange(count...)
                throw error
            }
            if let values = try read(file, name: name) {
                parts.append(Part(path: path, values: .read(values.sorted(by: OutputValue.precedes))))
                return
            }
        } catch {
            guard error.category == .badData else { throw error }
            reason = (error.key.map { "\($0): " } ?? "") + error.problem
        }
        parts.append(Part(path: path, values: .bytes(try digest(of: file), reason: reason)))
    }

    static func refused(_ file: ByteFile, _ problem: String) -> FormatError {
        FormatError(.badData, path: file.path, problem: problem, remedy: "name fewer files with --output")
    }

    /// Opens an archive of files; false where it is none.
    private mutating func open(_ file: ByteFile, name: String, path: String, depth: Int) throws(FormatError) -> Bool {
        let start = try file.read(at: 0, count: min(16, file.byteCount))
        if GzipFile.isOne(start) {
            let contents = try GzipFile(file, limits: remaining).contents
            remaining.expandedByteCount -= contents.count
            try take(
                ByteFile(bytes: contents, path: file.path),
                name: name.hasSuffix(".gz") ? String(name.dropLast(3)) : name,
                path: path, depth: depth + 1)
            return true
        }
        guard ZipArchive.isOne(start) else { return false }
        let archive = try ZipArchive(file, limits: remaining)
        if TorchFile.isOne(archive) || archive.holdsArrays { return false }
        for entry in archive.entries where !entry.name.hasSuffix("/") {
            if entry.isCompressed { remaining.expandedByteCount -= entry.byteCount }
            try take(
                try archive.file(entry), name: entry.name, path: (path.isEmpty ? "" : path + "/") + entry.name,
                depth: depth + 1)
        }
        return true
    }

    /// The values of a file that is no archive of files; nil where it is of no format that is read.
    private func read(_ file: ByteFile, name: String) throws(FormatError) -> [OutputValue]? {
        let start = try file.read(at: 0, count: min(16, file.byteCount))
        func ends(_ suffixes: String...) -> Bool { suffixes.contains { name.hasSuffix($0) } }
        if ZipArchive.isOne(start) {
            let archive = try ZipArchive(file, limits: remaining)
            return archive.holdsArrays ? try arrays(archive) : try values(try TorchFile(file, limits: remaining))
        }
        if start.starts(with: [0x93] + Array("NUMPY".utf8)) {
            return [OutputValue("array", .array(try StoredArray(npy: file)))]
        }
        if TorchFile.isOld(start) { return try values(try TorchFile(file, limits: remaining)) }
        if PickleFile.isOne(start) || ends(".pkl", ".pickle", ".pt", ".pth") {
            return try PickleFile(file, limits: remaining).leaves.map(OutputContents.value)
        }
        if ends(".safetensors") {
            let tensors = try SafetensorsFile(file)
            var values: [OutputValue] = []
            for entry in tensors.entries { values.append(OutputValue(entry.name, .array(try tensors.stored(entry)))) }
            return values
        }
        if EventFile.isOne(named: name) { return try OutputContents.events(file, remaining) }
        guard file.byteCount <= limits.textByteCount else { return nil }
        let bytes = try file.read(at: 0, count: file.byteCount)
        // Each value has one of these before it.
        var isMark = [Bool](repeating: false, count: 256)
        for mark in "\n,:;\t[{".utf8 { isMark[Int(mark)] = true }
        let marks = bytes.reduce(0) { $0 + (isMark[Int($1)] ? 1 : 0) }
        guard marks < limits.valueCount || bytes.contains(0) else {
            throw OutputContents.refused(file, "more than \(limits.valueCount) values, the limit for text")
        }
        return WrittenValues.read(bytes, name: name)
    }

    private func values(_ file: TorchFile) throws(FormatError) -> [OutputValue] {
        var reading = file.reading()
        var values: [OutputValue] = []
        for leaf in file.leaves {
            if case .tensor(let tensor) = leaf.value {
                values.append(OutputValue(leaf.name, .array(try reading.array(tensor))))
            } else {
                values.append(OutputContents.value(leaf))
            }
        }
        return values
    }

    private static func value(_ leaf: PickleLeaf) -> OutputValue {
        switch leaf.value {
        case .tensor: OutputValue(leaf.name, .word("a tensor"))
        case .array(let array): OutputValue(leaf.name, .array(array))
        case .text(let text): OutputValue(leaf.name, .word(text))
        }
    }

    private func arrays(_ archive: ZipArchive) throws(FormatError) -> [OutputValue] {
        var values: [OutputValue] = []
        for entry in archive.entries {
            let name = String(decoding: entry.name.utf8.dropLast(4), as: UTF8.self)
            values.append(OutputValue(name, .array(try StoredArray(npy: try archive.file(entry)))))
        }
        return values
    }

    private static func events(_ file: ByteFile, _ limits: ReadingLimits) throws(FormatError) -> [OutputValue] {
        let points = try EventFile.points(file, limits: limits)
        // How many points of a tag came before.
        var counts: [String: Int] = [:]
        var values: [OutputValue] = []
        for point in points {
            let index = [counts[point.tag, default: 0]]
            counts[point.tag] = index[0] + 1
            values.append(OutputValue(point.tag + " step", index, .word(String(point.step))))
            switch point.value {
            case .scalar(let bits):
                let bytes = (0..<4).map { UInt8(truncatingIfNeeded: bits >> (8 * $0)) }
                values.append(OutputValue(point.tag, index, .array(StoredArray(StoredDtype.named("F32")!, [], bytes))))
            case .bytes(let bytes):
                values.append(
                    OutputValue(point.tag, index, .array(StoredArray(StoredDtype.named("U8")!, [bytes.count], bytes))))
            }
        }
        return values
    }

    /// The digest of a file's bytes, a piece of it in memory at a time.
    private func digest(of file: ByteFile) throws(FormatError) -> Digest { try OutputContents.digest(of: file) }

    static func digest(of file: ByteFile) throws(FormatError) -> Digest {
        var hash = ContentHash()
        for start in stride(from: 0, to: file.byteCount, by: 1 << 20) {
            hash.append(try file.read(at: start, count: min(1 << 20, file.byteCount - start)))
        }
        return hash.finalized()
    }
}

extension ZipArchive {
    /// Whether all that it holds are arrays of NumPy's, as in an npz file.
    fileprivate var holdsArrays: Bool { !entries.isEmpty && entries.allSatisfy { $0.name.hasSuffix(".npy") } }
}
