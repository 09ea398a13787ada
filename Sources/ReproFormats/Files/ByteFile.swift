/// A file's bytes, read where and when they are asked for.
///
/// Opening reads nothing but the size, so that a file larger than memory can be walked in pieces. The file stays open for as
/// long as the value lives.
public final class ByteFile: Sendable {
    /// The path as it was given; for bytes in memory, the name under which errors speak of them.
    public let path: String
    /// The size when the file was opened.
    public let byteCount: Int
    private let storage: Storage

    private enum Storage: Sendable {
        case descriptor(Int32, FileIdentity)
        case memory([UInt8])
    }

    /// Opens a regular file; a symbolic link at the path's end is refused where links are not to be followed.
    ///
    /// - Throws: `FormatError`, `.noInput` for a path that is missing, forbidden, a directory, or a pipe or device (which have
    ///   no size and cannot be read twice).
    public init(path: String, followingLinks: Bool = true) throws(FormatError) {
        let descriptor: Int32
        let status: Platform.Status
        do throws(Platform.Failure) {
            descriptor = try Platform.openForReading(path, followingLinks: followingLinks)
        } catch {
            throw ByteFile.unopened(path, error)
        }
        do throws(Platform.Failure) {
            status = try Platform.status(of: descriptor)
        } catch {
            try? Platform.close(descriptor)
            throw ByteFile.unopened(path, error)
        }
        guard status.kind == .regular else {
            try? Platform.close(descriptor)
            throw FormatError(
                .noInput, path: path,
                problem: status.kind == .directory ? "this is a directory" : "this is a pipe or a device",
                remedy: status.kind == .directory ? "name a file in it" : "save its contents as a file and name that")
        }
        self.path = path
        byteCount = status.byteCount
        storage = .descriptor(descriptor, status.identity)
    }

    /// Bytes in memory under a name.
    public init(bytes: [UInt8], path: String) {
        self.path = path
        byteCount = bytes.count
        storage = .memory(bytes)
    }

    deinit {
        if case .descriptor(let descriptor, _) = storage { try? Platform.close(descriptor) }
    }

    /// All bytes of a file.
    ///
    /// - Throws: `FormatError`: what `init(path:)` and `read` throw, and `.badData` for an empty file.
    public static func contents(of path: String, followingLinks: Bool = true) throws(FormatError) -> [UInt8] {
        let file = try ByteFile(path: path, followingLinks: followingLinks)
        try file.verifyFilled()
        return try file.read(at: 0, count: file.byteCount)
    }

    /// - Throws: `FormatError`, `.badData`, where the file is empty.
    package func verifyFilled() throws(FormatError) {
        guard byteCount > 0 else {
            throw FormatError(
                .badData, path: path, problem: "the file is empty", remedy: "check how it was made or copied")
        }
    }

    /// The `count` bytes at an offset.
    ///
    /// - Precondition: they lie within the file's size when it was opened.
    /// - Throws: `FormatError`, `.inputOutput`, where reading fails or the file has become shorter.
    public func read(at offset: Int, count: Int) throws(FormatError) -> [UInt8] {
        precondition(
            offset >= 0 && count >= 0 && offset <= byteCount && count <= byteCount - offset,
            "\(count) bytes at \(offset) of \(byteCount)")
        let descriptor: Int32
        switch storage {
        case .memory(let bytes): return Array(bytes[offset..<offset + count])
        case .descriptor(let open, _): descriptor = open
        }
        let bytes: [UInt8]
        do throws(Platform.Failure) {
            bytes = try Platform.read(descriptor, at: offset, count: count)
        } catch {
            throw FormatError(
                .inputOutput, path: path, byteOffset: offset, problem: "reading failed: \(error.message)",
                remedy: "check the disk and try again")
        }
        guard bytes.count == count else {
            throw FormatError(
                .inputOutput, path: path, byteOffset: offset + bytes.count,
                problem: "the file became shorter while it was read",
                remedy: "let its writer finish and try again")
        }
        return bytes
    }

    /// Makes sure that nobody has written to the file since it was opened.
    ///
    /// - Throws: `FormatError`, `.inputOutput`.
    package func verifyUnchanged() throws(FormatError) {
        guard case .descriptor(let descriptor, let identity) = storage,
            (try? Platform.status(of: descriptor))?.identity != identity
        else { return }
        throw FormatError(
            .inputOutput, path: path, problem: "the file was changed while the run read it",
            remedy: "let its writer finish, and start the run again")
    }

    private static func unopened(_ path: String, _ failure: Platform.Failure) -> FormatError {
        if failure.isMissing {
            return FormatError(.noInput, path: path, problem: FormatError.missingFile, remedy: "check the path")
        }
        if failure.isLink {
            return FormatError(
                .noInput, path: path, problem: "this is a symbolic link", remedy: "put the file itself there")
        }
        if failure.isForbidden {
            return FormatError(
                .noInput, path: path, problem: "reading is not permitted", remedy: "give yourself permission: chmod u+r"
            )
        }
        return FormatError(.noInput, path: path, problem: "cannot open: \(failure.message)", remedy: "check the path")
    }
}
