import CRepro

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// Owns what handles stand for, so that a handle that was released, or never made, is refused rather than followed.
///
/// The one thing that the library keeps for its process. C has no owners: only a table of what is alive can tell a handle
/// that is not.
final class HandleTable: @unchecked Sendable {
    /// The process's table, made with the first handle.
    static let shared = HandleTable()

    private let lock = Lock()
    private var held: [repro_handle: AnyObject] = [:]
    private var next: repro_handle = 1
    /// How many forks lie between this process and the one that loaded the library.
    private var forks = 0

    private init() {
        // A lock that another thread holds while this one forks would stay locked in the child for good.
        pthread_atfork(
            { HandleTable.shared.lock.lock() }, { HandleTable.shared.lock.unlock() },
            {
                HandleTable.shared.forks += 1
                HandleTable.shared.lock.unlock()
            })
    }

    /// Keeps an object and gives it a handle.
    func add(_ make: (_ forks: Int) throws -> AnyObject) rethrows -> repro_handle {
        let object = try make(lock.whileLocked { forks })
        return lock.whileLocked {
            defer { next += 1 }
            held[next] = object
            return next
        }
    }

    /// What a handle stands for, with the number of this process's forks.
    func object<Kind: AnyObject>(_ handle: repro_handle, _ name: String) throws -> (object: Kind, forks: Int) {
        let found = lock.whileLocked { (object: held[handle], forks: forks) }
        guard let object = found.object as? Kind else { throw unknown(handle, name) }
        return (object, found.forks)
    }

    /// Takes an object out, of which nobody else can then make use.
    func remove(_ handle: repro_handle, _ name: String = "handle") throws -> (object: AnyObject, forks: Int) {
        let found = lock.whileLocked { (object: held.removeValue(forKey: handle), forks: forks) }
        guard let object = found.object else { throw unknown(handle, name) }
        return (object, found.forks)
    }

    private func unknown(_ handle: repro_handle, _ name: String) -> Refusal {
        Refusal(
            status: REPRO_INVALID_HANDLE,
            message: "\(name) \(handle) is none: never made, released, used up, or of something else")
    }
}

/// A mutex that is locked over calls.
final class Lock: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)

    init() { pthread_mutex_init(mutex, nil) }

    deinit {
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    func lock() { pthread_mutex_lock(mutex) }
    /// Locks where nobody else has; whether it did.
    func tryLock() -> Bool { pthread_mutex_trylock(mutex) == 0 }
    func unlock() { pthread_mutex_unlock(mutex) }

    func whileLocked<Result>(_ body: () throws -> Result) rethrows -> Result {
        lock()
        defer { unlock() }
        return try body()
    }
}
