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
        guard let isFolder = Paths.isFolder(path) else { return nil }
        guard isFolder else {
            throw FormatError(
                .cannotCreate, path: path, problem: "is a file", remedy: "name a folder that does not exist yet")
        }
        return (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? ["?"]
    }

    /// The folder that this one stands in, or the first above it that exists.
    var nearestFolder: String {
        var place = path
        repeat { place = Paths.folder(of: place) } while place != "." && place != "/" && Paths.isFolder(place) == nil
        return place
    }

    /// Creates a folder in the nearest one that exists, and removes it.
    func verifyWritable() throws(FormatError) {
        let place = nearestFolder
        let probe = "\(place)/.repro-\(ProcessInfo.processInfo.processIdentifier).tmp"
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
        // A number that a killed process of the same identifier left behind is passed over.
        let base = "\(path).\(ProcessInfo.processInfo.processIdentifier)"
        var number = 0
        while manager.fileExists(atPath: "\(base).\(number).tmp")
            || manager.fileExists(atPath: "\(base).\(number).tmp.old")
        {
            number += 1
        }
        let temporary = "\(base).\(number).tmp"
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
    /// aside first: a kill exactly between the two renames leaves it whole beside its place, with `.old` at its end.
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
