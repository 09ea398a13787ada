import CReproKernels

/// What computes: one path through the kernels and the workers that share its work. Neither shows in a result.
public struct Engine: Sendable {
    public let kernels: any Kernels
    public let workers: Workers
    /// Below so many floating-point operations one worker computes alone: waking the others costs some microseconds.
    public let parallelThreshold: Int

    public static let defaultParallelThreshold = 1_500_000

    /// - Parameter parallelThreshold: 0 shares even the smallest work, so that a test reaches every division of it.
    public init(
        kernels: any Kernels, workers: Workers, parallelThreshold: Int = Engine.defaultParallelThreshold
    ) {
        self.kernels = kernels
        self.workers = workers
        self.parallelThreshold = parallelThreshold
        repro_keep_freed_memory()
    }

    /// - Throws: ``KernelUnavailable`` where this processor lacks the path, ``ThreadsUnavailable``.
    public init(path: KernelPath = .best, threads: Int) throws {
        self.init(kernels: try path.kernels(), workers: try Workers(count: threads))
    }

    /// How many workers to use for a number of floating-point operations: one or all.
    public func workerCount(operations: Int) -> Int { operations < parallelThreshold ? 1 : workers.count }

    /// The same for moving a number of elements, each of which takes memory as long as some dozens of operations.
    public func workerCount(moving elements: Int) -> Int { workerCount(operations: 32 * elements) }

    /// Executes `body` on the first `count` workers: on the calling thread alone where `count` is 1.
    ///
    /// - Precondition: `count` is 1 or all workers.
    /// - Throws: ``FloatingPointFault`` where a thread's floating-point environment is not the contract's.
    public func run(workers count: Int, _ body: (Int) -> Void) throws(FloatingPointFault) {
        if count == 1 {
            try FloatingPointEnvironment.verify()
            body(0)
        } else {
            precondition(count == workers.count, "\(count) of \(workers.count) workers")
            try workers.run(body)
        }
    }
}
