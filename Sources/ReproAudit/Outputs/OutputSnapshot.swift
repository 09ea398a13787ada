import ReproFormats
import ReproTrace

/// Bounds on what is read of a run's outputs.
public struct OutputLimits: Sendable, Equatable {
    /// Files that are larger are compared by their bytes alone.
    public var byteCount = 1 << 28
    /// So many files at most.
    public var fileCount = 10_000

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

    public init(path: String, contentDigest: Digest, containerDigest: Digest) {
        self.path = path
        self.contentDigest = contentDigest
        self.containerDigest = containerDigest
    }
}

/// What one run left behind, by content: read once, kept as digests.
public struct OutputSnapshot: Sendable, Equatable {
    /// Sorted by their paths.
    public let files: [OutputFile]

    /// - Parameter files: in any order.
    public init(files: [OutputFile]) {
        self.files = files.sorted { Array($0.path.utf8).lexicographicallyPrecedes(Array($1.path.utf8)) }
    }

    /// Reads the files of a directory whose paths are of one of the patterns.
    ///
    /// - Throws: `FormatError` where a file cannot be read, or there are more than the limits allow.
    public static func reading(patterns: [String], in directory: String, limits: OutputLimits) throws -> OutputSnapshot
    {
        let paths = try OutputPaths.matching(patterns, in: directory, limit: limits.fileCount)
        return OutputSnapshot(
            files: try paths.map { path in
                let file = try ByteFile(path: directory + "/" + path)
                let digest = Hashing().digest(of: try file.read(at: 0, count: file.byteCount))
                return OutputFile(path: path, contentDigest: digest, containerDigest: digest)
            })
    }

    /// Over the names and contents of all files.
    public var contentDigest: Digest { digest(\.contentDigest) }
    /// Over the names and bytes of all files.
    public var containerDigest: Digest { digest(\.containerDigest) }

    private func digest(_ part: KeyPath<OutputFile, Digest>) -> Digest {
        let lines = files.map { "\($0[keyPath: part]) \($0.path)\0" }
        return Hashing().digest(of: Array(lines.joined().utf8))
    }
}
