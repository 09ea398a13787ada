import Foundation
import ReproFormats
import Synchronization

/// Owns what an interruption has to end and to remove: processes, each at the head of a group of its own, and scratch folders.
/// Whoever takes the signals makes one and hands it to everything that starts a process.
public final class RunningProcesses: Sendable {
    private let state = Mutex((processes: [Int32](), folders: [String]()))
    /// Held while a process is started.
    private let starting = NSLock()

    public init() {}

    /// Starts a process, so that an interruption either comes before it or ends it; one at a time.
    ///
    /// - Parameter body: gives the process's identifier, and the pipes to it.
    func start(
        _ body: () throws(ChildProcess.Failure) -> (process: Int32, pipes: Pipes)
    ) throws(ChildProcess.Failure) -> (process: Int32, pipes: Pipes) {
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
        // A process that is just being started is waited for; nothing is started any more.
        _ = starting.lock(before: Date(timeIntervalSinceNow: 1))
        state.withLock { state in
            for process in state.processes { RunningProcesses.end(process) }
            for folder in state.folders { try? FileManager.default.removeItem(atPath: folder) }
        }
    }
}

/// A folder for what is not kept; gone with the value.
public final class ScratchFolder {
    private let url = FileManager.default.temporaryDirectory.appendingPathComponent("repro-\(UUID().uuidString)")
    private let owner: RunningProcesses

    /// - Parameter owner: removes the folder where the process is interrupted.
    public init(of owner: RunningProcesses) throws(FormatError) {
        self.owner = owner
        do {
            try FileManager.default.createDirectory(at: url, withIntermediateDirectories: false)
        } catch {
            throw FormatError(
                .cannotCreate, path: url.path, problem: "the folder cannot be created",
                remedy: "set TMPDIR to a folder that can be written to")
        }
        owner.uses(url.path)
    }

    deinit {
        try? FileManager.default.removeItem(at: url)
        owner.removed(url.path)
    }

    /// The path of a file or folder in it.
    public func path(_ name: String) -> String { url.appendingPathComponent(name).path }
}
