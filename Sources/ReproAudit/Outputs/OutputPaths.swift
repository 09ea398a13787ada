import Foundation
import ReproFormats

/// Finds the files that `--output` names: those of a directory whose relative path is of a pattern, and all below a folder that is.
public enum OutputPaths {
    /// The paths, sorted by their bytes, links not followed.
    ///
    /// - Parameter patterns: as for ``NamePattern``, relative to the directory.
    /// - Throws: `FormatError`, `.badData`, where there are more than the limit.
    public static func matching(_ patterns: [String], in directory: String, limit: Int) throws(FormatError) -> [String]
    {
        let wanted = patterns.map { NamePattern(relative($0)) }
        var found: [String] = []
        // The folders that are still to be looked into, each with whether all in it is wanted.
        var folders: [(path: String, isWanted: Bool)] = [("", false)]
        var visited = 0
        while let (folder, isFolderWanted) = folders.popLast() {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: directory + "/" + folder)) ?? []
            for name in names {
                let path = folder.isEmpty ? name : folder + "/" + name
                let isWanted = isFolderWanted || wanted.contains { $0.matches(path) }
                visited += 1
                guard visited <= 1_000_000, found.count <= limit else {
                    throw FormatError(
                        .badData, path: directory, problem: "more than \(limit) files are of the patterns",
                        remedy: "name fewer with --output")
                }
                var status = stat()
                guard lstat(directory + "/" + path, &status) == 0 else { continue }
                switch status.st_mode & S_IFMT {
                case S_IFDIR: folders.append((path, isWanted))
                case S_IFREG, S_IFLNK: if isWanted { found.append(path) }
                default: break
                }
            }
        }
        return found.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
    }

    /// Without `./` at its beginning and slashes at its end.
    private static func relative(_ pattern: String) -> String {
        var pattern = Paths.trimmed(pattern)
        while pattern.hasPrefix("./") { pattern.removeFirst(2) }
        return pattern
    }
}
