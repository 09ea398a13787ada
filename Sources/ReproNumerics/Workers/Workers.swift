/// Threads that compute together, created once.
///
/// `run` executes one closure on some of the workers; within it, `barrier` makes those wait for each other, cheaply
/// enough for every time step of a layer. The calling thread is worker 0, so that one worker costs nothing. Which worker
/// computes what never shows in a result: chains are not divided, only outputs are.
///
/// Each run gives the threads the contract's floating-point environment; the calling thread's is the caller's duty
/// (``Engine/verify()``). A thread that no run has needed sleeps and is never woken.
public final class Workers: Sendable {
    /// The number of workers, the calling thread included.
    public let count: Int
    /// What the threads share; nil where there are none.
    private let crew: WorkerCrew?

    /// - Precondition: `count` is at least 1.
    /// - Throws: ``ThreadsUnavailable`` where the system refuses a thread.
    public init(count: Int) throws(ThreadsUnavailable) {
        require(count >= 1, "\(count) workers; at least 1 is needed")
        self.count = count
        crew = count == 1 ? nil : WorkerCrew(count: count)
        // Where a thread is refused, `deinit` dismisses those already there.
        try crew?.hire()
    }

    deinit { crew?.dismiss() }

    /// Executes `body(worker)` for every worker in 0 ..< count and returns when all are done.
    ///
    /// - Precondition: as ``run(workers:_:)``.
    public func run(_ body: (Int) -> Void) { run(workers: count, body) }

    /// Executes `body(worker)` for every worker in 0 ..< `members` and returns when all are done.
    ///
    /// The closure runs on several threads at once without being `Sendable`: it is for writing disjoint parts of memory
    /// through views, and whatever else it touches is for the caller to keep apart.
    ///
    /// - Precondition: 1 <= `members` <= `count`. No other run of these workers is under way, on any thread, and none
    ///   starts within `body`.
    public func run(workers members: Int, _ body: (Int) -> Void) {
        require(members >= 1 && members <= count, "\(members) of \(count) workers")
        guard members > 1, let crew else { return body(0) }
        withoutActuallyEscaping(body) { crew.run(members, $0) }
    }

    /// Waits until every worker of the run has called this as often as the caller has; memory written before is visible
    /// after.
    ///
    /// - Precondition: called within `run`, by every one of its workers equally often.
    @inline(__always)
    public func barrier() { crew?.barrier() }

    /// The part of 0 ..< count that falls to a worker: contiguous, beginning at multiples of `granule`, disjoint, and
    /// together the whole. Parts differ by at most one granule; some are empty where there are fewer granules than
    /// workers.
    public static func share(of count: Int, worker: Int, workers: Int, granule: Int = 1) -> Range<Int> {
        require(
            count >= 0 && granule >= 1 && worker >= 0 && worker < workers,
            "share of \(count) by \(granule) for worker \(worker) of \(workers)")
        let granules = (count + granule - 1) / granule
        let lower = min(count, granules * worker / workers * granule)
        let upper = min(count, granules * (worker + 1) / workers * granule)
        return lower..<upper
    }
}

/// The system refused a thread: memory or its limits do not allow so many.
public struct ThreadsUnavailable: Error, Equatable, CustomStringConvertible {
    /// How many threads were asked for.
    public let wanted: Int
    /// Threads that there were when it refused, the calling one included.
    public let created: Int
    /// The system's error number.
    public let status: Int32

    public var description: String {
        "\(wanted) threads cannot be created here, the system refused after \(created) (error \(status)); "
            + "use fewer with --threads"
    }
}
