/// A file that appears whole or not at all.
///
/// Bytes go to a temporary file beside the target (`.repro-PROCESS-NUMBER.tmp`); `commit` flushes it to the disk and renames it
/// over the target, keeping an existing target's permissions. Until then, and after any failure, the target is what it was; a
/// value given up without `commit` removes the temporary file. A kill leaves the old file or the new one, at worst with a
/// temporary file beside.
///
/// A symbolic link is followed: what it leads to is replaced. A target that is a device or a pipe (`/dev/stdout`) is written
/// directly, because replacing it would destroy it.
public final class AtomicFile {
    /// The path as it was given.
    public let path: String
    private let target: String
    private let temporary: String?
    private var descriptor: Int32?
    private var buffer: [UInt8] = []

    /// Small writes are gathered up to this size.
    private static let bufferByteCount = 1 << 16

    /// Opens the temporary file.
    ///
    /// - Throws: `FormatError`, `.cannotCreate`.
    public init(path: String) throws(FormatError) {
        self.path = path
        let existing = try? Platform.status(at: path)
        target = Platform.resolved(path) ?? path
        switch existing?.kind {
        case .directory:
            throw FormatError(
                .cannotCreate, path: path, problem: "this is a directory",
                remedy: "name a file, or remove the directory")
        case .other, .link:
            temporary = nil
            do throws(Platform.Failure) {
                descriptor = try Platform.openForWriting(path)
            } catch {
                throw AtomicFile.uncreated(path, error)
            }
        case .regular, nil:
            let made = try AtomicFile.makeTemporary(beside: target, path: path)
            temporary = made.path
            descriptor = made.descriptor
        }
        if temporary != nil, let descriptor, let permissions = existing?.permissions {
            // Best effort: another owner's file may be replaceable, yet its permissions not ours to copy.
            try? Platform.setPermissions(descriptor, permissions)
        }
    }

    deinit { discard() }

    /// Writes a whole file.
    ///
    /// - Throws: `FormatError`, `.cannotCreate` or `.inputOutput`; the target is then unchanged.
    public static func write(_ bytes: [UInt8], to path: String) throws(FormatError) {
        try write(bytes, to: path, synchronized: true)
    }

    /// Writes a whole file that a kill cannot harm, but a power cut may, where it is not to be `synchronized`.
    static func write(_ bytes: [UInt8], to path: String, synchronized: Bool) throws(FormatError) {
        let file = try AtomicFile(path: path)
        try file.write(bytes)
        try file.commit(synchronized: synchronized)
    }

    /// Appends bytes.
    ///
    /// - Throws: `FormatError`, `.inputOutput`, on a full disk for example; the temporary file is then gone.
    public func write(_ bytes: [UInt8]) throws(FormatError) {
        if buffer.count + bytes.count > AtomicFile.bufferByteCount { try flush() }
        if bytes.count >= AtomicFile.bufferByteCount {
            try writeThrough(bytes)
        } else {
            buffer += bytes
        }
    }

    /// Makes the bytes written so far the target's contents.
    ///
    /// - Precondition: neither `commit` nor `discard` came before, and no `write` failed.
    public func commit() throws(FormatError) { try commit(synchronized: true) }

    private func commit(synchronized: Bool) throws(FormatError) {
        let synchronizes = synchronized && temporary != nil
        try flush()
        let open = openDescriptor()
        do throws(Platform.Failure) {
            if synchronizes { try Platform.synchronize(open) }
            descriptor = nil
            try Platform.close(open)
            if let temporary { try Platform.rename(temporary, to: target) }
        } catch {
            discard()
            if let temporary { Platform.remove(temporary) }
            throw AtomicFile.unwritten(path, error)
        }
        // Makes the new name last through a power cut; file systems that cannot do it are no reason to fail.
        if synchronizes, let directory = try? Platform.openForReading(Paths.folder(of: target)) {
            try? Platform.synchronize(directory)
            try? Platform.close(directory)
        }
    }

    /// Gives up: removes the temporary file and leaves the target alone. Harmless after `commit`.
    public func discard() {
        guard let open = descriptor else { return }
        descriptor = nil
        try? Platform.close(open)
        if let temporary { Platform.remove(temporary) }
    }

    private func flush() throws(FormatError) {
        guard !buffer.isEmpty else { return }
        let bytes = buffer
        buffer.removeAll(keepingCapacity: true)
        try writeThrough(bytes)
    }

    private func writeThrough(_ bytes: [UInt8]) throws(FormatError) {
        do throws(Platform.Failure) {
            try Platform.write(openDescriptor(), bytes)
        } catch {
            discard()
            throw AtomicFile.unwritten(path, error)
        }
    }

    private func openDescriptor() -> Int32 {
        guard let descriptor else { preconditionFailure("\(path) is already closed") }
        return descriptor
    }

    /// Whether a name is that of a temporary file, which a killed process has left where nobody is writing.
    public static func isTemporary(_ name: String) -> Bool { name.hasPrefix(".repro-") && name.hasSuffix(".tmp") }

    /// A new file beside the target. A number that a killed process of the same identifier left behind is passed over.
    private static func makeTemporary(
        beside target: String, path: String
    ) throws(FormatError) -> (path: String, descriptor: Int32) {
        var number = 0
        while true {
            let name = Paths.folder(of: target) + "/.repro-\(Platform.processIdentifier)-\(number).tmp"
            do throws(Platform.Failure) {
                return (name, try Platform.create(name))
            } catch {
                guard error.isExisting, number < 10_000 else { throw uncreated(path, error) }
                number += 1
            }
        }
    }

    private static func uncreated(_ path: String, _ failure: Platform.Failure) -> FormatError {
        if failure.isUnread {
            return FormatError(
                .cannotCreate, path: path, problem: "nothing reads this pipe",
                remedy: "start its reader first, or name a file")
        }
        let remedy =
            failure.isMissing
            ? "create the directory first: mkdir -p" : "choose a place that allows writing"
        return FormatError(.cannotCreate, path: path, problem: "cannot create: \(failure.message)", remedy: remedy)
    }

    private static func unwritten(_ path: String, _ failure: Platform.Failure) -> FormatError {
        FormatError(
            .inputOutput, path: path, problem: "writing failed: \(failure.message)",
            remedy: failure.isFullDisk
                ? "free some space or choose another disk; what stood there is unchanged"
                : "check the disk and try again; what stood there is unchanged")
    }
}
