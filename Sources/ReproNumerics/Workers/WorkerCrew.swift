import CReproKernels
import Synchronization

/// The threads behind ``Workers`` and what they share.
///
/// Every wait is for a counter to move on. The members of a run wait for each other in one place; between runs each
/// thread waits in a place of its own for a run that it is a member of, so that a run wakes its members and nobody else.
final class WorkerCrew: @unchecked Sendable {
    private let count: Int
    /// Where each thread waits for a run, and where the members of a run wait for each other.
    private let seats: [WaitingPlace]
    private let meeting = WaitingPlace()

    /// How many runs have been started, in the high bits, and how many members the last of them has, in the low ones (see
    /// `call`). The members wait for this number to change.
    private let called = Atomic<Int>(0)
    /// How often a member has finished its part, over all runs so far; the thread that called a run is not counted.
    private let finished = Atomic<Int>(0)
    /// Arrivals at the present barrier, and barriers passed.
    private let arrivals = Atomic<Int>(0)
    private let passed = Atomic<Int>(0)
    private let busy = Atomic<Bool>(false)
    private let dismissed = Atomic<Bool>(false)

    /// What the present run executes, and how many members it has: 1 between runs. Both are written before `called`
    /// changes, and only the run's members read them, after they have seen the change.
    private var body: ((Int) -> Void)?
    private var members = 1
    /// The value of `finished` at which the present run is complete.
    private var goal = 0
    /// Spins before a member sleeps: some tens of microseconds; next to none where members outnumber processors.
    private var spins = 0

    private var threads: [SystemThread] = []

    init(count: Int) {
        self.count = count
        seats = (0..<count).map { _ in WaitingPlace() }
    }

    /// Creates the threads. Where one cannot be created, those already there are to be dismissed.
    func hire() throws(ThreadsUnavailable) {
        for worker in 1..<count {
            do throws(SystemThread.Refusal) {
                threads.append(try SystemThread { [self] in work(as: worker) })
            } catch { throw ThreadsUnavailable(wanted: count, created: worker, status: error.status) }
        }
    }

    /// Ends the threads. They hold the crew, so it outlives them.
    func dismiss() {
        dismissed.store(true, ordering: .sequentiallyConsistent)
        call(count)
        for thread in threads { thread.join() }
    }

    /// The body on the first `members` workers, of which there are at least two.
    func run(_ members: Int, _ body: @escaping (Int) -> Void) {
        require(
            !busy.exchange(true, ordering: .acquiring), "Workers.run was called while a run was under way")
        defer { busy.store(false, ordering: .releasing) }
        self.body = body
        self.members = members
        goal += members - 1
        spins = members <= SystemThread.processorCount ? 4096 : 16
        call(members)
        body(0)
        meeting.wait(spins: spins) { finished.load(ordering: .sequentiallyConsistent) == goal }
        self.members = 1
        self.body = nil
    }

    private static let membersBits = 24

    /// Starts a run of workers 1 ..< `members`.
    private func call(_ members: Int) {
        let runs = called.load(ordering: .relaxed) >> WorkerCrew.membersBits + 1
        called.store(runs << WorkerCrew.membersBits | members, ordering: .sequentiallyConsistent)
        for worker in 1..<members { seats[worker].wake() }
    }

    func barrier() {
        if members == 1 { return }
        // `passed` cannot move before this thread has arrived.
        let before = passed.load(ordering: .relaxed)
        if arrivals.add(1, ordering: .sequentiallyConsistent).newValue == members {
            arrivals.store(0, ordering: .relaxed)
            passed.store(before + 1, ordering: .sequentiallyConsistent)
            meeting.wake()
        } else {
            meeting.wait(spins: spins) { passed.load(ordering: .sequentiallyConsistent) != before }
        }
    }

    /// A thread's loop: waits for a run that it is a member of, takes part, and ends when it is dismissed.
    private func work(as worker: Int) {
        var last = 0
        // A thread that no run has needed yet sleeps at once.
        var spins = 0
        while true {
            seats[worker].wait(spins: spins) {
                let call = called.load(ordering: .sequentiallyConsistent)
                return call != last && worker < call & (1 << WorkerCrew.membersBits - 1)
            }
            if dismissed.load(ordering: .sequentiallyConsistent) { return }
            last = called.load(ordering: .sequentiallyConsistent)
            spins = self.spins
            let goal = goal
            repro_set_floating_point_environment()
            execute(as: worker)
            if finished.add(1, ordering: .sequentiallyConsistent).newValue == goal { meeting.wake() }
        }
    }

    /// A function of its own, so that the closure is released before the run counts as finished.
    @inline(never)
    private func execute(as worker: Int) { body?(worker) }
}
