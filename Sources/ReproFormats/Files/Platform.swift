// The system calls of files, one thin function each: the only unsafe memory of reading and writing files stands here.

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The few system calls that files need, with interruptions repeated and errors as values.
///
/// Not Foundation: `FileHandle` reports some failures of a write by a trap or not at all, and hides which call failed.
enum Platform {
    /// A failed call's `errno`.
    struct Failure: Error {
        let code: Int32

        /// Of a path with a NUL, which the system would read as another, shorter one.
        static let nul = Failure(code: -1)

        /// The C library's words for it, such as "No such file or directory".
        var message: String {
            code == Failure.nul.code
                ? "the path holds a NUL, which no file's name can" : String(cString: strerror(code))
        }
    }

    enum FileKind {
        case regular, directory, link, other
    }

    struct Status {
        let kind: FileKind
        let byteCount: Int
        let permissions: mode_t
        let identity: FileIdentity
    }

    /// Opens for reading. Never waits, so that a pipe without a writer is refused and not waited for.
    static func openForReading(_ path: String, followingLinks: Bool = true) throws(Failure) -> Int32 {
        try verify(path)
        return try checked { open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | (followingLinks ? 0 : O_NOFOLLOW)) }
    }

    /// Opens for reading what may be a pipe, and waits for its writer.
    static func openStream(_ path: String) throws(Failure) -> Int32 {
        try verify(path)
        return try checked { open(path, O_RDONLY | O_CLOEXEC) }
    }

    /// The next bytes of a file or pipe, at most `count`: what is there, once there is any. None at the end.
    static func readOn(_ descriptor: Int32, count: Int) throws(Failure) -> [UInt8] {
        var failure: Failure?
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, done in
            do throws(Failure) { done = try checked { systemRead(descriptor, buffer.baseAddress!, count) } } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return bytes
    }

    /// Creates a file that must not exist yet.
    static func create(_ path: String) throws(Failure) -> Int32 {
        try verify(path)
        return try checked { open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o666) }
    }

    /// A new file in a folder that has no name any more.
    static func createNameless(in folder: String) throws(Failure) -> Int32 {
        var template = Array((folder + "/.repro-XXXXXX").utf8CString)
        let descriptor = try checked { mkstemp(&template) }
        template.withUnsafeBufferPointer { _ = unlink($0.baseAddress!) }
        return descriptor
    }

    /// Opens a device or a pipe. Refuses a pipe that nobody reads, and does not wait for a reader.
    static func openForWriting(_ path: String) throws(Failure) -> Int32 {
        try verify(path)
        let descriptor = try checked { open(path, O_WRONLY | O_CLOEXEC | O_NONBLOCK) }
        // Writing waits again.
        _ = try checked { fcntl(descriptor, F_SETFL, 0) }
        return descriptor
    }

    /// Opens a file that is there, to write behind its end.
    static func openForAppending(_ path: String) throws(Failure) -> Int32 {
        try verify(path)
        return try checked { open(path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW) }
    }

    /// Cuts a file to so many bytes.
    static func truncate(_ descriptor: Int32, to count: Int) throws(Failure) {
        _ = try checked { ftruncate(descriptor, off_t(count)) }
    }

    private static func verify(_ path: String) throws(Failure) {
        if path.utf8.contains(0) { throw .nul }
    }

    static func status(of descriptor: Int32) throws(Failure) -> Status {
        var information = stat()
        _ = try checked { fstat(descriptor, &information) }
        return Status(information)
    }

    /// The status of what a path leads to, symbolic links followed.
    static func status(at path: String) throws(Failure) -> Status {
        try verify(path)
        var information = stat()
        _ = try checked { stat(path, &information) }
        return Status(information)
    }

    /// The status of what has the path, a symbolic link itself too.
    static func linkStatus(at path: String) throws(Failure) -> Status {
        try verify(path)
        var information = stat()
        _ = try checked { lstat(path, &information) }
        return Status(information)
    }

    static func makeFolder(_ path: String) throws(Failure) {
        try verify(path)
        _ = try checked { mkdir(path, 0o777) }
    }

    static func removeFolder(_ path: String) throws(Failure) { _ = try checked { rmdir(path) } }

    static func unlinkFile(_ path: String) throws(Failure) { _ = try checked { unlink(path) } }

    /// The names in a folder but `.` and `..`, in no order.
    static func names(in path: String) throws(Failure) -> [String] {
        guard let folder = opendir(path) else { throw Failure(code: errno) }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
                tuple.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: tuple.pointee)) {
                    String(cString: $0)
                }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names
    }

    /// Takes the lock of an open file or folder for this process alone, which its closing gives back. False where another
    /// process holds it.
    static func lock(_ descriptor: Int32) throws(Failure) -> Bool {
        do throws(Failure) {
            _ = try checked { flock(descriptor, LOCK_EX | LOCK_NB) }
            return true
        } catch {
            if error.code == EWOULDBLOCK { return false }
            throw error
        }
    }

    /// Lets the processor to others for some milliseconds.
    static func pause(milliseconds: UInt32) { usleep(1000 * milliseconds) }

    /// Reads up to `count` bytes at an offset; fewer than asked for mean the end of the file.
    static func read(_ descriptor: Int32, at offset: Int, count: Int) throws(Failure) -> [UInt8] {
        var failure: Failure?
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, done in
            while done < count {
                let rest = UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[done..<count])
                do throws(Failure) {
                    let read = try checked { pread(descriptor, rest.baseAddress, rest.count, off_t(offset + done)) }
                    if read == 0 { return }
                    done += read
                } catch {
                    failure = error
                    return
                }
            }
        }
        if let failure { throw failure }
        return bytes
    }

    static func write(_ descriptor: Int32, _ bytes: [UInt8]) throws(Failure) {
        var done = 0
        while done < bytes.count {
            done += try checked {
                bytes.withUnsafeBytes { systemWrite(descriptor, $0.baseAddress.map { $0 + done }, $0.count - done) }
            }
        }
    }

    static func setPermissions(_ descriptor: Int32, _ permissions: mode_t) throws(Failure) {
        _ = try checked { fchmod(descriptor, permissions) }
    }

    static func synchronize(_ descriptor: Int32) throws(Failure) {
        _ = try checked { fsync(descriptor) }
    }

    static func rename(_ old: String, to new: String) throws(Failure) {
        _ = try checked { systemRename(old, new) }
    }

    static func remove(_ path: String) { unlink(path) }

    /// Not repeated when interrupted: the descriptor's state is then unspecified, and a second close may hit another file.
    static func close(_ descriptor: Int32) throws(Failure) {
        if systemClose(descriptor) != 0, errno != EINTR { throw Failure(code: errno) }
    }

    /// The path with symbolic links followed, or nil where nothing stands there.
    static func resolved(_ path: String) -> String? {
        guard let result = realpath(path, nil) else { return nil }
        defer { free(result) }
        return String(cString: result)
    }

    static var processIdentifier: Int32 { getpid() }

    private static func checked<Result: SignedInteger>(_ call: () -> Result) throws(Failure) -> Result {
        while true {
            let result = call()
            if result >= 0 { return result }
            if errno != EINTR { throw Failure(code: errno) }
        }
    }
}

extension Platform.Failure {
    var isMissing: Bool { code == ENOENT || code == ENOTDIR }
    var isExisting: Bool { code == EEXIST }
    /// Of a pipe, where nothing has it open to read.
    var isUnread: Bool { code == ENXIO }
    var isLink: Bool { code == ELOOP }
    /// Whether the file system does not know the call.
    var isUnsupported: Bool { code == EINVAL || code == ENOTSUP }
    var isForbidden: Bool { code == EACCES || code == EPERM }
    var isFullDisk: Bool { code == ENOSPC || code == EDQUOT || code == EFBIG }
}

extension Platform.Status {
    fileprivate init(_ information: stat) {
        let format = information.st_mode & S_IFMT
        kind =
            switch format {
            case S_IFREG: .regular
            case S_IFDIR: .directory
            case S_IFLNK: .link
            default: .other
            }
        byteCount = Int(information.st_size)
        permissions = information.st_mode & 0o7777
        #if canImport(Darwin)
            let times = [information.st_mtimespec, information.st_ctimespec]
        #else
            let times = [information.st_mtim, information.st_ctim]
        #endif
        identity = FileIdentity(
            numbers: [Int(information.st_dev), Int(truncatingIfNeeded: information.st_ino), byteCount]
                + times.flatMap { [Int($0.tv_sec), Int($0.tv_nsec)] })
    }
}

// The names of the system's functions, which the enum's own would hide.
private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    write(descriptor, bytes, count)
}
private func systemRead(_ descriptor: Int32, _ bytes: UnsafeMutableRawPointer, _ count: Int) -> Int {
    read(descriptor, bytes, count)
}
private func systemClose(_ descriptor: Int32) -> Int32 { close(descriptor) }
private func systemRename(_ old: String, _ new: String) -> Int32 { rename(old, new) }
