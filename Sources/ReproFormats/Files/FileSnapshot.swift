/// Which file stands at a path, and when it was last changed, as the file system tells: equal for a file that nobody touched.
struct FileIdentity: Equatable {
    /// Device, number, size, and both times in seconds and nanoseconds.
    let numbers: [Int]
}

/// A file's bytes, read once, and known to be what the file held while they were read.
public struct FileSnapshot: Sendable {
    /// The path as it was given.
    public let path: String
    /// The file's contents.
    public let bytes: [UInt8]
    private let identity: FileIdentity?

    /// The file was written or replaced while it was read, or while what was read was in use.
    public struct Changed: Error, Equatable, CustomStringConvertible {
        /// The path as it was given.
        public let path: String

        public var description: String {
            "\(path): data changed while it was read; let whatever writes it finish, and try again"
        }
    }

    /// Reads a file.
    ///
    /// - Throws: `FormatError`, as `ByteFile.contents`; ``Changed``.
    public init(path: String) throws {
        let before = FileSnapshot.identity(of: path)
        do { bytes = try ByteFile.contents(of: path) } catch {
            if before != nil && before != FileSnapshot.identity(of: path) { throw Changed(path: path) }
            throw error
        }
        self.path = path
        identity = before
        try verify()
    }

    /// Makes sure that the path still leads to what was read. A file that was touched is read again, and held against it.
    ///
    /// - Throws: ``Changed``.
    public func verify() throws(Changed) {
        if identity == FileSnapshot.identity(of: path) { return }
        guard (try? ByteFile.contents(of: path)) == bytes else { throw Changed(path: path) }
    }

    private static func identity(of path: String) -> FileIdentity? { (try? Platform.status(at: path))?.identity }
}
