import CReproKernels
import Synchronization

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// The threads behind ``Workers`` and what they share.
///
/// Every wait is for a counter to move on. A waiting thread spins for a bounded time, because a time step is shorter
/// than a trip through the kernel, then sleeps on the condition. Whoever moves a counter wakes the sleepers, if any:
/// both sides are sequentially consistent, so either the mover sees the sleeper or the sleeper sees the move.
final class WorkerCrew: @unchecked Sendable {
    private let count: Int
    /// Spins before a thread sleeps: some tens of microseconds; next to none where threads outnumber processors.
    private let spins: Int

    /// Runs started; its change starts the workers.
    private let started = Atomic<Int>(0)
    /// Workers, without the caller, that are done with all runs so far.
    private let finished = Atomic<Int>(0)
    /// Arrivals at barriers, and barriers passed.
    private let arrivals = Atomic<Int>(0)
    private let passed = Atomic<Int>(0)
    private let sleepers = Atomic<Int>(0)
    private let busy = Atomic<Bool>(false)
    private let dismissed = Atomic<Bool>(false)

    /// The closure under way: written before `started` moves, read after.
    private var body: ((Int) -> Void)?
    /// Faults a worker found in its environment, by worker: written before `finished` moves.
    private let faults: UnsafeMutablePointer<UInt32>
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var threads: [pthread_t] = []

    init(count: Int) {
        self.count = count
        spins = count <= WorkerCrew.processorCount ? 4096 : 16
        faults = .allocate(capacity: count)
        faults.initialize(repeating: 0, count: count)
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(condition, nil)
    }

    /// Creates the threads. Where one cannot be created, those already there are to be dismissed.
    func hire() throws(ThreadsUnavailable) {
        for worker in 1..<count {
            let (status, thread) = WorkerThread.start(crew: self, worker: worker)
            guard status == 0 else { throw ThreadsUnavailable(wanted: count, created: worker, status: status) }
            threads.append(thread)
        }
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
        faults.deallocate()
    }

    /// Ends the threads. They hold the crew, so it outlives them.
    func dismiss() {
        dismissed.store(true, ordering: .sequentiallyConsistent)
        started.add(1, ordering: .sequentiallyConsistent)
        wake()
        for thread in threads { pthread_join(thread, nil) }
    }

    /// The body on all workers. Returns the fault of the first worker that found one.
    func run(_ body: @escaping (Int) -> Void) -> FloatingPointFault? {
        precondition(
            !busy.exchange(true, ordering: .acquiring), "Workers.run was called while a run was under way")
        defer { busy.store(false, ordering: .releasing) }
        self.body = body
        let goal = started.add(1, ordering: .sequentiallyConsistent).newValue * (count - 1)
        wake()
        body(0)
        wait { finished.load(ordering: .sequentiallyConsistent) == goal }
        self.body = nil
        guard let worker = (1..<count).first(where: { faults[$0] != 0 }) else { return nil }
        return FloatingPointFault(
            thread: "worker \(worker)", faults: FloatingPointEnvironment.words(for: faults[worker]))
    }

    func barrier() {
        // `passed` cannot move before this thread has arrived.
        let before = passed.load(ordering: .relaxed)
        if arrivals.add(1, ordering: .sequentiallyConsistent).newValue == count {
            arrivals.store(0, ordering: .relaxed)
            passed.store(before + 1, ordering: .sequentiallyConsistent)
            wake()
        } else {
            wait { passed.load(ordering: .sequentiallyConsistent) != before }
        }
    }

    /// What a thread does all its life.
    fileprivate func work(as worker: Int) {
        var runs = 0
        while true {
            wait { started.load(ordering: .sequentiallyConsistent) != runs }
            runs += 1
            if dismissed.load(ordering: .sequentiallyConsistent) { return }
            execute(as: worker)
            finished.add(1, ordering: .sequentiallyConsistent)
            wake()
        }
    }

    /// A function of its own, so that the closure is released before the run counts as finished.
    @inline(never)
    private func execute(as worker: Int) {
        faults[worker] = repro_floating_point_faults()
        body?(worker)
    }

    @inline(__always)
    private func wait(until isDone: () -> Bool) {
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

    @inline(__always)
    private func wake() {
        if sleepers.load(ordering: .sequentiallyConsistent) == 0 { return }
        pthread_mutex_lock(mutex)
        pthread_cond_broadcast(condition)
        pthread_mutex_unlock(mutex)
    }

    private static var processorCount: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }
}

/// One thread of a crew.
private final class WorkerThread {
    let crew: WorkerCrew
    let worker: Int

    private init(crew: WorkerCrew, worker: Int) {
        self.crew = crew
        self.worker = worker
    }

    /// Kernels pack blocks of their operands on the stack: 8 MiB leave ample room on every platform.
    private static let stackSize = 8 << 20

    static func start(crew: WorkerCrew, worker: Int) -> (status: Int32, thread: pthread_t) {
        let retained = Unmanaged.passRetained(WorkerThread(crew: crew, worker: worker))
        let context = retained.toOpaque()
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        pthread_attr_setstacksize(&attributes, stackSize)
        defer { pthread_attr_destroy(&attributes) }
        #if canImport(Darwin)
            var thread: pthread_t?
            let status = pthread_create(&thread, &attributes, { WorkerThread.main($0) }, context)
            if status != 0 { retained.release() }
            return (status, thread ?? pthread_self())
        #else
            var thread = pthread_t()
            let status = pthread_create(&thread, &attributes, { WorkerThread.main($0!) }, context)
            if status != 0 { retained.release() }
            return (status, thread)
        #endif
    }

    private static func main(_ context: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
        let thread = Unmanaged<WorkerThread>.fromOpaque(context).takeRetainedValue()
        thread.crew.work(as: thread.worker)
        return nil
    }
}
