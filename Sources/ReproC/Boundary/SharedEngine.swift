import CRepro
import ReproNumerics

/// An engine behind a handle: one call at a time, and none in a process that did not make it.
final class SharedEngine: Sendable {
    /// The kernels that it computes with.
    let path: KernelPath
    private let engine: Engine
    private let forks: Int
    private let lock = Lock()

    init(path: KernelPath, threads: Int, forks: Int) throws {
        engine = try Engine(path: path, threads: threads)
        self.path = path
        self.forks = forks
    }

    /// The engine of a handle.
    ///
    /// - Throws: ``Refusal`` where there is none, or where a fork has left its threads behind.
    static func of(_ handle: repro_handle) throws -> SharedEngine {
        let (engine, forks): (SharedEngine, Int) = try HandleTable.shared.object(handle, "engine")
        guard engine.forks == forks else {
            throw Refusal(
                status: REPRO_FORKED,
                message: "engine \(handle) belongs to the process that forked this one, and its threads stayed there; "
                    + "create an engine in this process")
        }
        return engine
    }

    /// Computes while no other call does.
    func compute<Result>(_ body: (Engine) throws -> Result) rethrows -> Result {
        try lock.whileLocked { try body(engine) }
    }

    /// Whether the threads are this process's, so that somebody can end them.
    func isOf(forks: Int) -> Bool { self.forks == forks }
}
