import ReproNumerics

extension Tensor {
    /// The offset of the first NaN or infinity, nil where every element is finite. An engine's workers look together.
    package func firstNotFinite(engine: Engine? = nil) -> Int? {
        let workers = engine?.workerCount(moving: count) ?? 1
        let isFinite = elements.withUnsafeBufferPointer { elements in
            guard let engine, workers > 1 else { return Tensor.areFinite(elements) }
            return withUnsafeTemporaryAllocation(of: Bool.self, capacity: workers) { found in
                do {
                    try engine.run(workers: workers) { worker in
                        let share = Workers.share(of: elements.count, worker: worker, workers: workers)
                        found[worker] = Tensor.areFinite(UnsafeBufferPointer(rebasing: elements[share]))
                    }
                    return !found.contains(false)
                } catch {
                    // What is finite does not depend on the floating-point environment.
                    return Tensor.areFinite(elements)
                }
            }
        }
        return isFinite ? nil : elements.firstIndex { !$0.isFinite }
    }

    /// One pass without branches is many times faster than a search, and almost always finds nothing: the difference from
    /// the greatest finite magnitude's bits is negative for an infinity or a NaN alone.
    private static func areFinite(_ elements: UnsafeBufferPointer<Float>) -> Bool {
        var signs: Int32 = 0
        for element in elements { signs |= 0x7f7f_ffff &- Int32(bitPattern: element.bitPattern & 0x7fff_ffff) }
        return signs >= 0
    }
}
