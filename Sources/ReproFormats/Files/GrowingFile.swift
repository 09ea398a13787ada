/// A file that grows behind its end while others read it.
///
/// Each piece is handed to the system at once, so that a kill leaves whole pieces; only the piece that is being written when the
/// kill comes may be cut. The file is not put on the disk: what has to outlive a power cut is written as an `AtomicFile`.
public final class GrowingFile {
    /// The path as it was given.
    public let path: String
    private let descriptor: Int32
    private var byteCount: Int

    /// Opens a file that is there.
    ///
    /// - Parameter count: how many of its bytes stay; no more than it has.
    /// - Throws: `FormatError`, `.inputOutput`.
    public init(path: String, keeping count: Int) throws(FormatError) {
        self.path = path
        do throws(Platform.Failure) {
            descriptor = try Platform.openForAppending(path)
            try Platform.truncate(descriptor, to: count)
        } catch { throw GrowingFile.failed(path, error) }
        byteCount = count
    }

    deinit { try? Platform.close(descriptor) }

    /// Writes a piece behind the end.
    ///
    /// - Throws: `FormatError`, `.inputOutput`, on a full disk for example; the file then ends with the piece before.
    public func append(_ bytes: [UInt8]) throws(FormatError) {
        do throws(Platform.Failure) { try Platform.write(descriptor, bytes) } catch {
            try? Platform.truncate(descriptor, to: byteCount)
            throw GrowingFile.failed(path, error)
        }
        byteCount += bytes.count
    }

    private static func failed(_ path: String, _ failure: Platform.Failure) -> FormatError {
        FormatError(
            .inputOutput, path: path, problem: "writing failed: \(failure.message)",
            remedy: failure.isFullDisk ? "free some space or choose another disk" : "check the disk and try again")
    }
}
