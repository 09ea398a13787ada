import ReproNumerics

// Engines of every kernel path that runs here, dividing even the smallest work.

/// Worker counts that divide work in every way: not at all, by direction, by direction and unit, with one left over.
package let workerCounts = [1, 2, 3, 7]

/// An engine that shares even the smallest work.
package func engine(_ path: KernelPath, workers: Int) throws -> Engine {
    Engine(kernels: try path.kernels(), workers: try Workers(count: workers), parallelThreshold: 0)
}

/// Every supported path with every number of workers.
package func forEachEngine(_ body: (Engine, String) throws -> Void) throws {
    for path in KernelPath.supported {
        for workers in workerCounts {
            try body(try engine(path, workers: workers), "\(path.rawValue), \(workers) workers")
        }
    }
}
