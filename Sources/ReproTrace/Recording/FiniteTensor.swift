import ReproNumerics

// Finds the NaN and the infinities in a tensor.

extension Tensor {
    /// The offset of the first NaN or infinity, nil where every element is finite. An engine's workers look together.
    package func firstNotFinite(engine: Engine? = nil) -> Int? {
        let workers = engine?.workerCount(moving: count) ?? 1
        guard let engine, workers > 1 else {
            return Tensor.areFinite(view) ? nil : elements.firstIndex { !$0.isFinite }
        }
        let found = Matrix(rows: workers, columns: 1)
        engine.run(workers: workers) { worker in
            let share = Workers.share(of: count, worker: worker, workers: workers)
            found[worker][0] = Tensor.areFinite(view[share]) ? 0 : 1
        }
        return (0..<workers).contains { found[$0][0] != 0 } ? elements.firstIndex { !$0.isFinite } : nil
    }

    /// One pass without branches is many times faster than a search, and almost always finds nothing: the difference from
    /// the greatest finite magnitude's bits is negative for an infinity or a NaN alone.
    private static func areFinite(_ elements: VectorView) -> Bool {
        var signs: Int32 = 0
        for index in 0..<elements.count {
            signs |= 0x7f7f_ffff &- Int32(bitPattern: elements[index].bitPattern & 0x7fff_ffff)
        }
        return signs >= 0
    }
}
