// Divides a step of an optimiser over an engine's workers.

extension Engine {
    /// ``Kernels/adam(_:gradient:m:v:coefficients:)`` on as many workers as the size is worth: each element is a computation
    /// of its own.
    public func adam(
        _ p: VectorView, gradient: VectorView, m: VectorView, v: VectorView, coefficients: AdamCoefficients
    ) {
        let count = gradient.count
        // A division and a root cost about as much as these operations.
        let workers = workerCount(operations: 32 * count)
        run(workers: workers) { worker in
            let own = Workers.share(of: count, worker: worker, workers: workers, granule: 16)
            kernels.adam(p[own], gradient: gradient[own], m: m[own], v: v[own], coefficients: coefficients)
        }
    }
}
