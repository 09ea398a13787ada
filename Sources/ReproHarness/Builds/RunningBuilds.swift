import Foundation
import ReproFormats
import Synchronization

/// Owns what an interruption has to end and to remove: builds, which are processes of their own in groups of their own, and
/// scratch folders. Whoever takes the signals makes one and hands it to every build.
public final class RunningBuilds: Sendable {
    private let state = Mutex((processes: [Int32](), folders: [String]()))

    public init() {}

    func began(_ process: Int32) { state.withLock { $0.processes.append(process) } }
    func ended(_ process: Int32) { state.withLock { $0.processes.removeAll { $0 == process } } }
    fileprivate func uses(_ folder: String) { state.withLock { $0.folders.append(folder) } }
    fileprivate func removed(_ folder: String) { state.withLock { $0.folders.removeAll { $0 == folder } } }

    /// Ends every build that runs and removes every scratch folder; for a process that is about to end.
    public func end() {
        state.withLock { state in
            for process in state.processes { kill(process, SIGKILL) }
            for folder in state.folders { try? FileManager.default.removeItem(atPath: folder) }
        }
    }
}

/// A folder for what is not kept; gone with the value.
final class ScratchFolder {
    private let url = FileManager.default.temporaryDirectory.appendingPathComponent("repro-\(UUID().uuidString)")
    private let owner: RunningBuilds

    /// - Parameter owner: removes the folder where the process is interrupted.
    init(of owner: RunningBuilds) throws(FormatError) {
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

    func path(_ name: String) -> String { url.appendingPathComponent(name).path }
}
