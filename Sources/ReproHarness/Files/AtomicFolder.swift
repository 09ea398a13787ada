import Foundation
import ReproFormats

/// A folder that appears whole or not at all.
struct AtomicFolder {
    let path: String
    /// The option that named it, for messages.
    let option: String

    /// - Parameter path: slashes at its end mean nothing.
    init(path: String, option: String) {
        self.path = Paths.trimmed(path)
        self.option = option
    }

    /// What lies in the folder; nil where nothing is there.
    ///
    /// - Throws: `FormatError`, `.cannotCreate`, where a file has the name.
    func contents() throws(FormatError) -> [String]? {
        guard let isFolder = Paths.isFolder(path) else {
            guard FileOperations.kind(at: path) == nil else {
                throw FormatError(
                    .cannotCreate, path: path, problem: "is a link that leads nowhere",
                    remedy: "remove it, or name another folder")
            }
            return nil
        }
        guard isFolder else {
            throw FormatError(
                .cannotCreate, path: path, problem: "is a file", remedy: "name a folder that does not exist yet")
        }
        return (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? ["?"]
    }

    /// The folder that this one stands in, or the first above it that exists.
    var nearestFolder: String { Paths.folder(of: topmost) }

    /// What appears in ``nearestFolder``: this folder, or the first of those above it that is not there yet.
    private var topmost: String {
        var place = path
        while true {
            let above = Paths.folder(of: place)
            if above == "." || above == "/" || Paths.isFolder(above) != nil { return place }
            place = above
        }
    }

    /// The number-th name beside a path for what this process has not finished there.
    private func temporary(_ number: Int, beside path: String) -> String {
        "\(path).\(ProcessInfo.processInfo.processIdentifier).\(number).tmp"
    }

    /// Whether a file's name is that of a folder which a command was filling, or moved aside, when it was ended.
    static func isLeftover(_ name: String) -> Bool { name.hasSuffix(".tmp") || name.hasSuffix(".tmp.old") }

    /// Finishes what a command that was killed began here: where it was ended between the two renames, the old folder goes back
    /// to its place; what it was filling, or taking away, is removed. What a living process may be at is left alone.
    func recover() {
        let manager = FileManager.default
        let topmost = topmost
        let parent = Paths.folder(of: topmost)
        let prefix = (topmost.split(separator: "/").last.map(String.init) ?? topmost) + "."
        for name in ((try? manager.contentsOfDirectory(atPath: parent)) ?? []).sorted()
        where name.hasPrefix(prefix) && AtomicFolder.isLeftover(name) {
            let parts = name.dropFirst(prefix.count).split(separator: ".")
            guard parts.count >= 3, let process = pid_t(parts[0]), process > 0, Int(parts[1]) != nil,
                process == ProcessInfo.processInfo.processIdentifier || (kill(process, 0) != 0 && errno == ESRCH)
            else { continue }
            let place = Paths.resolve(name, against: parent)
            // An old folder without the new one beside it is what was left of taking it away.
            if parts.count == 3, Paths.isFolder(place + ".old") == true, FileOperations.kind(at: topmost) == nil {
                _ = rename(place + ".old", topmost)
            }
            try? manager.removeItem(atPath: place)
        }
    }

    /// Creates a folder in the nearest one that exists, and removes it; after a kill in between, ``recover()`` does.
    func verifyWritable() throws(FormatError) {
        let place = nearestFolder
        let probe = temporary(0, beside: topmost)
        guard mkdir(probe, 0o777) == 0 || errno == EEXIST else {
            throw FormatError(
                .cannotCreate, path: path,
                problem: "no folder can be created in '\(place)': \(String(cString: strerror(errno)))",
                remedy: "choose a place that can be written to with \(option)")
        }
        rmdir(probe)
    }

    /// Fills a folder beside the place and renames it: a kill leaves the old folder or the new one, both whole.
    ///
    /// - Throws: `FormatError`, `.cannotCreate`, and what `body` throws.
    func write(_ body: (_ temporary: String) throws -> Void) throws {
        let manager = FileManager.default
        // What could not be cleared away is passed over.
        let temporary = (0...).lazy.map { self.temporary($0, beside: path) }
            .first { !manager.fileExists(atPath: $0) && !manager.fileExists(atPath: $0 + ".old") }!
        do {
            try manager.createDirectory(atPath: Paths.folder(of: path), withIntermediateDirectories: true)
            try manager.createDirectory(atPath: temporary, withIntermediateDirectories: false)
        } catch {
            throw FormatError(
                .cannotCreate, path: path, problem: "the folder cannot be created",
                remedy: "choose a place that can be written to with \(option)")
        }
        defer { try? manager.removeItem(atPath: temporary) }
        try body(temporary)
        try replace(with: temporary)
    }

    /// Puts the folder in place. No system call that Swift reaches everywhere exchanges two folders, so an old one steps
    /// aside first: a kill exactly between the two renames leaves both whole beside its place, and ``recover()`` puts the old one back.
    private func replace(with temporary: String) throws(FormatError) {
        let old = temporary + ".old"
        let isThere = FileManager.default.fileExists(atPath: path)
        var status = isThere ? rename(path, old) : 0
        if status == 0 {
            status = rename(temporary, path)
            if status != 0 && isThere { _ = rename(old, path) }
        }
        guard status == 0 else {
            throw FormatError(
                .cannotCreate, path: path,
                problem: "the folder cannot be put in place: \(String(cString: strerror(errno)))",
                remedy: "choose another place with \(option)")
        }
        if isThere { try? FileManager.default.removeItem(atPath: old) }
    }
}
