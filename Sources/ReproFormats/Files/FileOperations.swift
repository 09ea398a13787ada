/// The system calls by which the files of a folder are changed, one after another as their caller orders them. No symbolic link
/// at a path's end is followed, and a test can let any single call fail.
public struct FileOperations: Sendable {
    /// The calls that can fail.
    public enum Call: Sendable {
        case lock, open, write, synchronize, rename, remove, makeFolder
    }

    /// What has a path, a link itself and not what it leads to.
    public enum Kind: Sendable {
        case file, folder, link, other
    }

    /// Asked before each call with its path; an error number other than 0 is the call's outcome, and nothing is done.
    private let fault: @Sendable (Call, String) -> Int32

    public init(fault: @escaping @Sendable (Call, String) -> Int32 = { _, _ in 0 }) {
        self.fault = fault
    }

    /// What has the path; nil where nothing has.
    public static func kind(at path: String) -> Kind? {
        switch (try? Platform.linkStatus(at: path))?.kind {
        case .regular: .file
        case .directory: .folder
        case .link: .link
        case .other: .other
        case nil: nil
        }
    }

    /// The names of what lies in a folder, in the order of bytes; none where there is no folder.
    ///
    /// - Throws: `FormatError`, `.noInput`, where it cannot be listed.
    public static func names(in folder: String) throws(FormatError) -> [String] {
        do throws(Platform.Failure) {
            return try Platform.names(in: folder).sorted { Text.precedes($0.utf8, $1.utf8) }
        } catch {
            if error.isMissing { return [] }
            throw FormatError(
                .noInput, path: folder, problem: "the folder cannot be listed: \(error.message)",
                remedy: "give yourself permission: chmod u+rx")
        }
    }

    /// Creates a folder, and those above it that are missing; one that is there is left alone.
    ///
    /// - Throws: `FormatError`, `.cannotCreate`.
    public func makeFolders(_ path: String) throws(FormatError) {
        do { try makeFoldersAbove(path) } catch {
            let place = error.path == path ? "" : "'\(error.path)': "
            throw FormatError(error.category, path: path, problem: place + error.problem, remedy: error.remedy)
        }
    }

    private func makeFoldersAbove(_ path: String) throws(FormatError) {
        if let isFolder = Paths.isFolder(path) {
            guard isFolder else {
                throw FormatError(
                    .cannotCreate, path: path, problem: "this is a file", remedy: "name a folder, or remove the file")
            }
            return
        }
        let above = Paths.folder(of: path)
        if above != path { try makeFoldersAbove(above) }
        try perform(.makeFolder, path, "the folder cannot be created") { () throws(Platform.Failure) in
            do throws(Platform.Failure) { try Platform.makeFolder(path) } catch {
                // Another process may have made it meanwhile.
                guard error.isExisting, Paths.isFolder(path) == true else { throw error }
            }
        }
    }

    /// Creates a folder that must not exist yet.
    public func makeFolder(_ path: String) throws(FormatError) {
        try perform(.makeFolder, path, "the folder cannot be created") { () throws(Platform.Failure) in
            try Platform.makeFolder(path)
        }
    }

    /// Creates a file that must not exist yet, and has it on the disk before it returns.
    public func create(_ path: String, _ bytes: [UInt8]) throws(FormatError) {
        var descriptor: Int32 = -1
        try perform(.open, path, "cannot create") { () throws(Platform.Failure) in
            descriptor = try Platform.create(path)
        }
        defer { try? Platform.close(descriptor) }
        try perform(.write, path, "writing failed") { () throws(Platform.Failure) in
            try Platform.write(descriptor, bytes)
        }
        try perform(.synchronize, path, "writing failed") { () throws(Platform.Failure) in
            try Platform.synchronize(descriptor)
        }
    }

    /// Gives a file or folder another name, replacing the file, or the link, that has it.
    public func rename(_ old: String, to new: String) throws(FormatError) {
        try perform(.rename, new, "cannot be put in place") { () throws(Platform.Failure) in
            try Platform.rename(old, to: new)
        }
    }

    /// Removes a file or a link; one that is gone already is no fault.
    public func remove(_ path: String) throws(FormatError) {
        try perform(.remove, path, "cannot be removed") { () throws(Platform.Failure) in
            do throws(Platform.Failure) { try Platform.unlinkFile(path) } catch  where error.isMissing {}
        }
    }

    /// Removes a folder with all that lies in it; no link is followed.
    public func removeFolder(_ path: String) throws(FormatError) {
        for name in try FileOperations.names(in: path) {
            let inner = path + "/" + name
            if FileOperations.kind(at: inner) == .folder { try removeFolder(inner) } else { try remove(inner) }
        }
        try perform(.remove, path, "cannot be removed") { () throws(Platform.Failure) in
            do throws(Platform.Failure) { try Platform.removeFolder(path) } catch  where error.isMissing {}
        }
    }

    /// Makes the names in a folder last through a power cut, where its file system can.
    public func synchronize(folder: String) throws(FormatError) {
        try perform(.synchronize, folder, "writing failed") { () throws(Platform.Failure) in
            let descriptor = try Platform.openForReading(folder)
            defer { try? Platform.close(descriptor) }
            do throws(Platform.Failure) { try Platform.synchronize(descriptor) } catch  where error.isUnsupported {}
        }
    }

    /// Does something while no other process does anything under the lock of the same folder. Waits ten seconds for them.
    public func locked<Result>(_ folder: String, _ body: () throws -> Result) throws -> Result {
        var descriptor: Int32 = -1
        try perform(.lock, folder, "cannot be locked") { () throws(Platform.Failure) in
            descriptor = try Platform.openForReading(folder)
        }
        defer { try? Platform.close(descriptor) }
        var isLocked = false
        for attempt in 0..<1000 where !isLocked {
            if attempt > 0 { Platform.pause(milliseconds: 10) }
            try perform(.lock, folder, "cannot be locked") { () throws(Platform.Failure) in
                isLocked = try Platform.lock(descriptor)
            }
        }
        guard isLocked else {
            throw FormatError(
                .inputOutput, path: folder, problem: "another command has been writing here for ten seconds",
                remedy: "let it finish and try again; nothing was written")
        }
        return try body()
    }

    private func perform(
        _ call: Call, _ path: String, _ problem: String, _ body: () throws(Platform.Failure) -> Void
    ) throws(FormatError) {
        do throws(Platform.Failure) {
            let code = fault(call, path)
            guard code == 0 else { throw Platform.Failure(code: code) }
            try body()
        } catch {
            let isPlace = call == .makeFolder || call == .open || call == .lock
            throw FormatError(
                isPlace ? .cannotCreate : .inputOutput, path: path, problem: "\(problem): \(error.message)",
                remedy: error.isFullDisk
                    ? "free some space or choose another disk" : "choose a place that can be written to")
        }
    }
}
