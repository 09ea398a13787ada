import ReproFormats
import ReproTrace

/// Bounds on what is read of a run's outputs.
public struct OutputLimits: Sendable, Equatable {
    /// Files that are larger are compared by their bytes alone.
    public var byteCount = 1 << 28
    /// So many files at most.
    public var fileCount = 10_000
    /// Text that is longer is compared by its bytes alone.
    public var textByteCount = 16 << 20
    /// How deep archives in archives are opened.
    public var depth = 4
    /// So many values, lines or fields of text at most; what holds more is compared by its bytes alone.
    public var valueCount = 2_000_000
    /// What the formats may ask for.
    public var reading = ReadingLimits()

    public init() {}
}

/// One file that a run left behind.
public struct OutputFile: Sendable, Equatable {
    /// Relative to the working directory.
    public let path: String
    /// Over what the file says.
    public let contentDigest: Digest
    /// Over the file's bytes.
    public let containerDigest: Digest
    /// Where it can be read again, and within which limits.
    private let source: (path: String, limits: OutputLimits)?

    public init(path: String, contentDigest: Digest, containerDigest: Digest) {
        self.path = path
        self.contentDigest = contentDigest
        self.containerDigest = containerDigest
        source = nil
    }

    /// Reads a file; of a symbolic link, where it leads.
    ///
    /// - Throws: `FormatError`, where it cannot be opened or read.
    package init(path: String, in directory: String, limits: OutputLimits) throws(FormatError) {
        let full = directory + "/" + path
        self.path = path
        source = (full, limits)
        if let link = OutputContents(linkAt: full) {
            (contentDigest, containerDigest) = (link.digest, link.digest)
            return
        }
        let file = try ByteFile(path: full, followingLinks: false)
        containerDigest = try OutputContents.digest(of: file)
        contentDigest = try OutputContents(file, name: path, limits: limits).digest
    }

    /// What the file says, read again; nil where it is gone, or another than it was.
    package var contents: OutputContents? {
        guard let source else { return nil }
        var contents = OutputContents(linkAt: source.path)
        if contents == nil, let file = try? ByteFile(path: source.path, followingLinks: false) {
            contents = try? OutputContents(file, name: path, limits: source.limits)
        }
        return contents.flatMap { $0.digest == contentDigest ? $0 : nil }
    }

    public static func == (a: OutputFile, b: OutputFile) -> Bool {
        Text.areSame(a.path, b.path) && a.contentDigest == b.contentDigest && a.containerDigest == b.containerDigest
    }
}

/// What one run left behind, by content: read once, kept as digests.
public struct OutputSnapshot: Sendable, Equatable {
    /// Sorted by their paths.
    public let files: [OutputFile]

    /// - Parameter files: in any order.
    public init(files: [OutputFile]) {
        self.files = files.sorted { Text.precedes($0.path.utf8, $1.path.utf8) }
    }

    /// Reads the files of a directory whose paths are of one of the patterns.
    ///
    /// - Throws: `FormatError` where a file cannot be read, or there are more than the limits allow.
    public static func reading(patterns: [String], in directory: String, limits: OutputLimits) throws -> OutputSnapshot
    {
        let paths = try OutputPaths.matching(patterns, in: directory, limit: limits.fileCount)
        return OutputSnapshot(files: try paths.map { try OutputFile(path: $0, in: directory, limits: limits) })
    }

    /// Over the names and contents of all files.
    public var contentDigest: Digest { digest(\.contentDigest) }
    /// Over the names and bytes of all files.
    public var containerDigest: Digest { digest(\.containerDigest) }

    private func digest(_ part: KeyPath<OutputFile, Digest>) -> Digest {
        let lines = zip(files, keys).map { "\($0[keyPath: part]) \($1)\0" }
        return Hashing().digest(of: Array(lines.joined().utf8))
    }

    /// What each file is found by in another run: its path; of TensorBoard's event files, whose names tell time, machine and
    /// process, the folder and which one of it.
    private var keys: [String] {
        var counts: [String: Int] = [:]
        return files.map { file in
            guard EventFile.isOne(named: file.path) else { return file.path }
            let folder = Paths.folder(of: file.path)
            counts[folder, default: 0] += 1
            return folder + "/tfevents.\(counts[folder]!)"
        }
    }

    /// The files of two runs that belong together, and those that only one has, in the order of what they are found by.
    static func pairs(_ a: OutputSnapshot, _ b: OutputSnapshot) -> [(OutputFile?, OutputFile?)] {
        func sorted(_ snapshot: OutputSnapshot) -> [(key: String, file: OutputFile)] {
            zip(snapshot.keys, snapshot.files).map { ($0, $1) }.sorted { Text.precedes($0.key.utf8, $1.key.utf8) }
        }
        let (left, right) = (sorted(a), sorted(b))
        var result: [(OutputFile?, OutputFile?)] = []
        var (i, j) = (0, 0)
        while i < left.count || j < right.count {
            if j == right.count || i < left.count && Text.precedes(left[i].key.utf8, right[j].key.utf8) {
                result.append((left[i].file, nil))
                i += 1
            } else if i == left.count || Text.precedes(right[j].key.utf8, left[i].key.utf8) {
                result.append((nil, right[j].file))
                j += 1
            } else {
                result.append((left[i].file, right[j].file))
                (i, j) = (i + 1, j + 1)
            }
        }
        return result
    }
}
