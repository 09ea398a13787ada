import Foundation
import ReproFormats
import ReproProcesses
import Synchronization

/// The folder that the program runs in. It keeps aside what the user had there under the outputs' names, takes what each run
/// leaves, so that no stale file is judged, and gives the user's files back.
final class WorkingDirectory: Sendable {
    let path: String
    private let patterns: [String]
    /// Where the user's files wait.
    private let aside: String
    /// The folders that were there before the audit.
    private let folders: Set<String>
    /// Files that no pattern names, before the audit.
    private let others: Set<String>
    private let identity: [UInt64]
    /// The user's files that are aside, and whether they were given back.
    private let state = Mutex((paths: [String](), isOver: false))

    /// At most so many bytes are copied where a run is to take place elsewhere.
    static let greatestCopy = 1 << 26

    /// - Throws: `FormatError` where the folder cannot be read, or too many files are of the patterns.
    init(_ path: String, patterns: [String], scratch: ScratchFolder) throws(FormatError) {
        self.path = path
        self.patterns = patterns
        aside = scratch.path("aside")
        identity = WorkingDirectory.identity(path)
        let tree = WorkingDirectory.tree(path)
        folders = tree.folders
        let outputs = try OutputPaths.matching(patterns, in: path, limit: 10_000)
        others = tree.files.subtracting(outputs)
        state.withLock { $0.paths = outputs }
        for output in outputs { try WorkingDirectory.move(path + "/" + output, to: aside + "/" + output) }
    }

    /// Whether it is still the folder that it was.
    var isThere: Bool { !identity.isEmpty && WorkingDirectory.identity(path) == identity }

    /// Takes what a run left under the outputs' names out of the folder, or out of the copy in which it ran.
    ///
    /// - Throws: `FormatError` where there are too many files, or one cannot be moved.
    func collect(from directory: String, into folder: String) throws(FormatError) {
        let isOver = state.withLock { $0.isOver }
        guard !isOver else { return }
        let outputs = try OutputPaths.matching(patterns, in: directory, limit: 10_000)
        for output in outputs { try WorkingDirectory.move(directory + "/" + output, to: folder + "/" + output) }
        guard directory == path else { return }
        // Folders that the program made for them go too, so that the next run finds none.
        for output in outputs {
            var parent = Paths.folder(of: output)
            while parent != ".", parent != "/", !folders.contains(parent) {
                rmdir(path + "/" + parent)
                parent = Paths.folder(of: parent)
            }
        }
    }

    /// Files that the program left although no pattern names them; another run may read them.
    func strays() -> [String] {
        WorkingDirectory.tree(path).files.subtracting(others).filter { !$0.contains("__pycache__/") }
            .sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
    }

    /// Gives the user's files back. Nothing is collected any more.
    func restore() {
        state.withLock { state in
            state.isOver = true
            for output in state.paths {
                try? WorkingDirectory.move(aside + "/" + output, to: path + "/" + output)
            }
            state.paths = []
        }
    }

    /// A copy of the folder, times and permissions kept.
    func copy(to folder: String, running: RunningProcesses) -> Bool {
        let answer = try? ChildProcess("/usr/bin/env", ["env", "cp", "-a", path, folder]).run(within: 60, of: running)
        return answer?.ending == .exited(0)
    }

    /// How many bytes a folder holds; more than are copied where it has more than 20,000 files.
    static func size(_ folder: String) -> Int {
        guard let files = FileManager.default.enumerator(atPath: folder) else { return .max }
        var (bytes, count) = (0, 0)
        while files.nextObject() != nil {
            count += 1
            bytes += (files.fileAttributes?[.size] as? Int) ?? 0
            if count > 20_000 || bytes > greatestCopy { return .max }
        }
        return bytes
    }

    /// Its device and number; empty where nothing is there.
    private static func identity(_ path: String) -> [UInt64] {
        var status = stat()
        guard stat(path, &status) == 0 else { return [] }
        return [UInt64(truncatingIfNeeded: status.st_dev), UInt64(truncatingIfNeeded: status.st_ino)]
    }

    /// What lies below a folder, relative to it; nothing of a very large one.
    private static func tree(_ path: String) -> (folders: Set<String>, files: Set<String>) {
        var (folders, files) = (Set<String>(), Set<String>())
        guard let names = FileManager.default.enumerator(atPath: path) else { return (folders, files) }
        while let name = names.nextObject() as? String {
            if names.fileAttributes?[.type] as? FileAttributeType == .typeDirectory {
                folders.insert(name)
            } else {
                files.insert(name)
            }
            if folders.count + files.count > 100_000 { break }
        }
        return (folders, files)
    }

    /// Moves a file; of a link, what it leads to.
    private static func move(_ source: String, to target: String) throws(FormatError) {
        do {
            let folder = Paths.folder(of: target)
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            var status = stat()
            guard lstat(source, &status) == 0 else { return }
            if status.st_mode & S_IFMT != S_IFLNK, rename(source, target) == 0 { return }
            let real = URL(fileURLWithPath: source).resolvingSymlinksInPath().path
            try FileManager.default.copyItem(atPath: real, toPath: target)
            try FileManager.default.removeItem(atPath: source)
        } catch {
            throw FormatError(
                .inputOutput, path: source, problem: "the file cannot be moved: \(error.localizedDescription)",
                remedy: "see whether its folder can be written to")
        }
    }
}
