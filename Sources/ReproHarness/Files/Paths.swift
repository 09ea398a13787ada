import Foundation
import ReproFormats

/// What the file system has to say about paths: where links lead, and whether a file may be written.
extension Paths {
    /// The path that leads from a folder to a file, with `..` where needed; neither has to exist. Links to the two folders are
    /// followed, one at the path's end is not.
    public static func relative(_ path: String, from folder: String) -> String {
        relative(name(of: path), against: Paths.folder(of: path), from: folder)
    }

    /// The path that leads from a folder to a file that is named relative to another folder, the base.
    ///
    /// Links to the two folders are followed, since `..` leaves the folder that a link leads to. Below the base the path stays as
    /// it was written: where it leads through a link, it does so too from the other folder, wherever that link leads to.
    public static func relative(_ path: String, against start: String, from folder: String) -> String {
        var target = components(canonical(path.hasPrefix("/") ? "/" : start))
        for part in path.split(separator: "/") where part != "." {
            guard part == ".." else {
                target.append(String(part))
                continue
            }
            target = components(canonical("/" + target.joined(separator: "/")))
            _ = target.popLast()
        }
        let base = components(canonical(folder))
        var shared = 0
        while shared < min(target.count - 1, base.count), target[shared] == base[shared] { shared += 1 }
        return (base.dropFirst(shared).map { _ in ".." } + target.dropFirst(shared)).joined(separator: "/")
    }

    private static func name(of path: String) -> String {
        path.split(separator: "/").last.map(String.init) ?? path
    }

    /// The path with its links followed as far as it exists.
    private static func canonical(_ path: String) -> String {
        let path = trimmed(path)
        if let resolved = realpath(path, nil) {
            defer { free(resolved) }
            return String(cString: resolved)
        }
        let above = folder(of: path)
        return above == path ? path : canonical(above) + "/" + name(of: path)
    }

    /// Whether a file may be written there: none is there, it may be replaced, or it is a device or a pipe; and its folder
    /// exists, or is `folder`, which is yet to be made.
    ///
    /// - Throws: `FormatError`, `.cannotCreate`.
    public static func verifyPlace(
        _ path: String, replacing: Bool, in folder: String? = nil
    ) throws(FormatError) {
        guard let isFolder = Paths.isFolder(path) else {
            let own = Paths.folder(of: path)
            guard Paths.isFolder(own) != nil || folder.map({ components($0) == components(own) }) == true else {
                throw FormatError(
                    .cannotCreate, path: path, problem: "there is no folder \(own)",
                    remedy: "create it first: mkdir -p \(own)")
            }
            return
        }
        if isFolder {
            throw FormatError(.cannotCreate, path: path, problem: "is a directory", remedy: "name a file in it")
        }
        if !replacing && isRegularFile(path) {
            throw FormatError(
                .cannotCreate, path: path, problem: "exists already",
                remedy: "name another file, or replace this one with --force")
        }
    }

    /// Whether a file of bytes has the path, and no device or pipe; links are followed.
    public static func isRegularFile(_ path: String) -> Bool {
        let resolved = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        let type = (try? FileManager.default.attributesOfItem(atPath: resolved))?[.type] as? FileAttributeType
        return type == .typeRegular
    }

    private static func components(_ path: String) -> [String] {
        let absolute = path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
        var parts: [String] = []
        for part in absolute.split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(String(part)) }
        }
        return parts
    }
}
