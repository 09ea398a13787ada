import CReproKernels
import Synchronization

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// A thread of the operating system's.
package struct SystemThread {
    private let thread: pthread_t

    /// The system's error number where it refused a thread.
    package struct Refusal: Error { let status: Int32 }

    static let processorCount = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))

    /// Starts a thread that executes `body` and ends. Kernels take what they work in from the heap, so that it needs
    /// little stack.
    package init(stackSize: Int = 1 << 20, _ body: @escaping @Sendable () -> Void) throws(Refusal) {
        let retained = Unmanaged.passRetained(Body(run: body))
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        pthread_attr_setstacksize(&attributes, stackSize)
        defer { pthread_attr_destroy(&attributes) }
        #if canImport(Darwin)
            var thread: pthread_t?
            let status = pthread_create(&thread, &attributes, { Body.main($0) }, retained.toOpaque())
        #else
            var thread: pthread_t? = pthread_t()
            let status = pthread_create(&thread!, &attributes, { Body.main($0!) }, retained.toOpaque())
        #endif
        guard status == 0, let thread else {
            retained.release()
            throw Refusal(status: status)
        }
        self.thread = thread
    }

    /// Waits until the thread has ended.
    package func join() { pthread_join(thread, nil) }

    private final class Body {
        let run: @Sendable () -> Void

        init(run: @escaping @Sendable () -> Void) { self.run = run }

        static func main(_ context: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
            Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run()
            return nil
        }
    }
}

/// Where threads wait for a counter to move on.
///
/// A waiting thread spins for a bounded time, because a time step is shorter than a trip through the kernel, then sleeps.
/// Whoever moves a counter wakes the sleepers, if any: both sides are sequentially consistent, so that either the mover
/// sees the sleeper or the sleeper sees the move.
final class WaitingPlace: @unchecked Sendable {
    private let sleepers = Atomic<Int>(0)
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    init() {
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(condition, nil)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    /// Returns when `isDone` holds, which is true of it ever after.
    @inline(__always)
    func wait(spins: Int, until isDone: () -> Bool) {
        for spin in 0..<spins {
            if isDone() { return }
            // Where other programs leave one processor for two threads, the one waited for needs it.
            if spin & 63 == 63 { sched_yield() } else { repro_spin_hint() }
        }
        pthread_mutex_lock(mutex)
        sleepers.add(1, ordering: .sequentiallyConsistent)
        while !isDone() { pthread_cond_wait(condition, mutex) }
        sleepers.subtract(1, ordering: .sequentiallyConsistent)
        pthread_mutex_unlock(mutex)
    }

    /// Lets those who sleep look again.
    @inline(__always)
    func wake() {
        if sleepers.load(ordering: .sequentiallyConsistent) == 0 { return }
        pthread_mutex_lock(mutex)
        pthread_cond_broadcast(condition)
        pthread_mutex_unlock(mutex)
    }
}
