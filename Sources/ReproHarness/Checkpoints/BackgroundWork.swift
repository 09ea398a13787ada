import Dispatch
import Synchronization

/// Work on a thread beside the one that asks for it, one piece at a time. It is over before the value goes.
final class BackgroundWork {
    /// What a piece threw, until somebody is told of it.
    private final class Outcome: Sendable {
        private let error = Mutex<(any Error)?>(nil)

        func note(_ error: any Error) { self.error.withLock { $0 = error } }

        func rethrow() throws {
            let error = error.withLock { error in
                defer { error = nil }
                return error
            }
            if let error { throw error }
        }
    }

    private let queue = DispatchQueue(label: "repro.background")
    private let outcome = Outcome()

    deinit { queue.sync {} }

    /// Begins a piece once the one before is over.
    ///
    /// - Throws: what that one threw; the new one is then not begun.
    func begin(_ body: @escaping @Sendable () throws -> Void) throws {
        try finish()
        queue.async { [outcome] in
            do { try body() } catch { outcome.note(error) }
        }
    }

    /// Throws what a piece that is over threw, without waiting for one that goes on.
    func rethrow() throws { try outcome.rethrow() }

    /// Waits until nothing is going on.
    ///
    /// - Throws: what the last piece threw.
    func finish() throws {
        queue.sync {}
        try rethrow()
    }
}
