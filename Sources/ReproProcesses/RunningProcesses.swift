import CReproKernels
import Foundation
import ReproFormats
import Synchronization

/// Owns what an interruption has to end and to remove: processes, each at the head of a group of its own, and scratch folders.
/// Whoever takes the signals makes one and hands it to everything that starts a process.
public final class RunningProcesses: Sendable {
    private let state = Mutex((processes: [Int32](), folders: [String](), adopts: false))
    /// Held while a process is started.
    private let starting = NSLock()

    public init() {}

    /// Starts a process, so that an interruption either comes before it or ends it; one at a time.
    ///
    /// - Parameter body: gives the process's identifier, and what leads to it.
    func start<Ends>(
        _ body: () throws(ChildProcess.Failure) -> (process: Int32, ends: Ends)
    ) throws(ChildProcess.Failure) -> (process: Int32, ends: Ends) {
        starting.lock()
        defer { starting.unlock() }
        let started = try body()
        state.withLock { $0.processes.append(started.process) }
        return started
    }

    /// How a process ended, as `waitpid` tells it; nil while it runs. Once it is told, its identifier may be another's.
    func status(of process: Int32) -> Int32? {
        state.withLock { state in
            var status: Int32 = 0
            let found = waitpid(process, &status, WNOHANG)
            if found == 0 || (found < 0 && errno == EINTR) { return nil }
            state.processes.removeAll { $0 == process }
            return status
        }
    }

    /// Ends a process that was started here, and all of its group.
    func end(_ process: Int32) {
        state.withLock { state in
            if state.processes.contains(process) { RunningProcesses.end(process) }
        }
    }

    private static func end(_ process: Int32) {
        kill(-process, SIGKILL)
        kill(process, SIGKILL)
    }

    fileprivate func uses(_ folder: String) { state.withLock { $0.folders.append(folder) } }
    fileprivate func removed(_ folder: String) { state.withLock { $0.folders.removeAll { $0 == folder } } }

    /// Ends every process that runs and removes every scratch folder; for a process that is about to end.
    public func end() {
        endProcesses()
        state.withLock { state in
            for folder in state.folders { try? FileManager.default.removeItem(atPath: folder) }
        }
    }

    /// Ends every process that runs. Nothing is started any more.
    public func endProcesses() {
        // A process that is just being started is waited for.
        _ = starting.lock(before: Date(timeIntervalSinceNow: 1))
        state.withLock { state in
            for process in state.processes { RunningProcesses.end(process) }
        }
        for _ in 0..<100 {
            let left = orphans()
            if left.isEmpty { break }
            for process in left { kill(process, SIGKILL) }
            usleep(1_000)
        }
    }

    /// From now on each process below this one that loses its parent becomes a child of this one, and ends with it. For a process
    /// all of whose children are started here.
    public func adoptOrphans() { state.withLock { $0.adopts = repro_adopt_orphans() == 0 } }

    /// The processes that were adopted and still live. Those that have ended are laid to rest.
    func orphans() -> [Int32] {
        state.withLock { state in
            guard state.adopts else { return [] }
            let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
            return names.compactMap { Int32($0) }.filter { process in
                // `PID (NAME) STATE PARENT …`, where the name may hold anything.
                guard !state.processes.contains(process),
                    let text = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
                    let end = text.lastIndex(of: ")")
                else { return false }
                let words = text[end...].split(separator: " ")
                guard words.count > 2, Int32(words[2]) == getpid() else { return false }
                var status: Int32 = 0
                return waitpid(process, &status, WNOHANG) == 0
            }
        }
    }
}

/// A folder for what is not kept; gone with the value. Its name is short, since programs bind sockets in folders below it, and a
/// socket's path has 107 bytes at most.
public final class ScratchFolder {
    private let url: URL
    private let owner: RunningProcesses

    /// - Parameter owner: removes the folder where the process is interrupted.
    public init(of owner: RunningProcesses) throws(FormatError) {
        self.owner = owner
        let parent = FileManager.default.temporaryDirectory
        var made: URL?
        // A name that is taken is no reason to fail; a folder that cannot be written to is.
        for _ in 0..<8 where made == nil {
            let candidate = parent.appendingPathComponent("repro-\(UUID().uuidString.prefix(8).lowercased())")
            if (try? FileManager.default.createDirectory(at: candidate, withIntermediateDirectories: false)) != nil {
                made = candidate
            }
        }
        guard let made else {
            throw FormatError(
                .cannotCreate, path: parent.path, problem: "no folder can be created in it",
                remedy: "set TMPDIR to a folder that can be written to")
        }
        url = made
        owner.uses(url.path)
    }

    deinit {
        try? FileManager.default.removeItem(at: url)
        owner.removed(url.path)
    }

    /// Its own path.
    public var folder: String { url.path }

    /// The path of a file or folder in it.
    public func path(_ name: String) -> String { url.appendingPathComponent(name).path }
}
