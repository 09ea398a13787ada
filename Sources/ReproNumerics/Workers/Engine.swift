import CReproKernels

/// What computes: one path through the kernels and the workers that share its work. Neither shows in a result.
public struct Engine: Sendable {
    /// What computes.
    public let kernels: any Kernels
    /// The threads that it computes on.
    public let workers: Workers
    /// Below so many floating-point operations one worker computes alone: waking the others costs some microseconds.
    public let parallelThreshold: Int

    /// How many operations a piece of work needs before a second thread pays.
    public static let defaultParallelThreshold = 1_500_000

    /// A worker beyond this number is woken only for a further share of work: the threshold divided by this number. An engine
    /// of at most so many workers uses all of them from the threshold on.
    private static let leastShares = 4

    /// The first engine of a process makes glibc keep freed memory for its next use, up to 1 GiB, instead of returning it to the
    /// system (`mallopt`): for the whole process and for good, since passes over long sequences would otherwise have every
    /// page cleared again. No result depends on it.
    ///
    /// - Parameter parallelThreshold: 0 shares even the smallest work among all, so that a test reaches every division.
    public init(
        kernels: any Kernels, workers: Workers, parallelThreshold: Int = Engine.defaultParallelThreshold
    ) {
        self.kernels = kernels
        self.workers = workers
        self.parallelThreshold = parallelThreshold
        repro_keep_freed_memory()
    }

    /// An engine of the kernels that a path has, with workers of its own.
    ///
    /// - Throws: ``KernelUnavailable`` where this processor lacks the path, ``ThreadsUnavailable``.
    public init(path: KernelPath = .best, threads: Int) throws {
        self.init(kernels: try path.kernels(), workers: try Workers(count: threads))
    }

    /// Looks at the calling thread's floating-point environment: once at every public entry, before anything computes.
    ///
    /// Worker threads need no look, because each run gives them the contract's environment.
    ///
    /// - Throws: ``FloatingPointFault`` where the environment is not as the contract wants it.
    public func verify() throws(FloatingPointFault) { try FloatingPointEnvironment.verify() }

    /// How many workers to use for a number of floating-point operations: one below `parallelThreshold`, else all.
    ///
    /// Of more than four workers as many as there are shares worth waking a worker for, a quarter of the threshold each.
    public func workerCount(operations: Int) -> Int {
        if operations < parallelThreshold { return 1 }
        if parallelThreshold <= 0 || workers.count <= Engine.leastShares { return workers.count }
        return min(workers.count, operations / max(1, parallelThreshold / Engine.leastShares))
    }

    /// The same for moving a number of elements, each of which takes memory as long as some dozens of operations.
    public func workerCount(moving elements: Int) -> Int { workerCount(operations: 32 * elements) }

    /// Executes `body` on the first `count` workers: on the calling thread alone where `count` is 1.
    ///
    /// - Precondition: as ``Workers/run(workers:_:)``.
    public func run(workers count: Int, _ body: (Int) -> Void) { workers.run(workers: count, body) }
}
