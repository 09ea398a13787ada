import Testing

import ReproNumerics

struct WorkersTests {
    @Test(arguments: [1, 2, 3, 8])
    func everyWorkerRunsOnceARun(count: Int) throws {
        let workers = try Workers(count: count)
        var calls = [Int](repeating: 0, count: count)
        try calls.withUnsafeMutableBufferPointer { calls in
            for _ in 0..<2_000 { try workers.run { calls[$0] += 1 } }
        }
        #expect(calls == [Int](repeating: 2_000, count: count))
    }

    /// Each step reads what another worker wrote in the step before: a barrier that let one through would show.
    @Test(arguments: [2, 3, 7])
    func noWorkerPassesABarrierBeforeAllHaveArrived(count: Int) throws {
        let workers = try Workers(count: count), steps = 1_000
        var seen = [Int](repeating: 0, count: count), wrong = [Int](repeating: 0, count: count)
        try seen.withUnsafeMutableBufferPointer { seen in
            try wrong.withUnsafeMutableBufferPointer { wrong in
                try workers.run { worker in
                    for step in 1...steps {
                        seen[worker] = step
                        workers.barrier()
                        if seen[(worker + 1) % count] != step { wrong[worker] += 1 }
                        workers.barrier()
                    }
                }
            }
        }
        #expect(wrong == [Int](repeating: 0, count: count))
        #expect(seen == [Int](repeating: steps, count: count))
    }

    @Test func crewsComeAndGo() throws {
        for round in 0..<100 {
            let workers = try Workers(count: 1 + round % 4)
            var sums = [Int](repeating: 0, count: 4)
            if round % 3 != 0 {
                try sums.withUnsafeMutableBufferPointer { sums in try workers.run { sums[$0] = round } }
                #expect(sums.reduce(0, +) == round * workers.count)
            }
        }
    }

    @Test func sharesAreContiguousDisjointAndWhole() {
        for count in [0, 1, 5, 16, 17, 100, 1024] {
            for workers in 1...9 {
                for granule in [1, 4, 16] {
                    var next = 0
                    for worker in 0..<workers {
                        let share = Workers.share(of: count, worker: worker, workers: workers, granule: granule)
                        #expect(share.lowerBound == next)
                        #expect(share.isEmpty || share.lowerBound % granule == 0)
                        #expect(share.count <= (count / granule / workers + 1) * granule)
                        next = share.upperBound
                    }
                    #expect(next == count)
                }
            }
        }
    }

    /// Columns divided over workers as a layer divides them: the same bits with any number of workers.
    @Test func theNumberOfWorkersNeverShows() throws {
        let kernels = try KernelPath.best.kernels()
        let rows = 9, columns = 150, depth = 40
        var stream = TestStream(seed: 3)
        let a = stream.floats(rows * depth, .wholeRange), b = stream.floats(columns * depth, .wholeRange)
        let results = try (1...5).map { count in
            let workers = try Workers(count: count)
            var c = [Float](repeating: 0, count: rows * columns)
            try c.withUnsafeMutableBufferPointer { c in
                let c = c.baseAddress!
                try b.withUnsafeBufferPointer { b in
                    let b = b.baseAddress!
                    try workers.run { worker in
                        let share = Workers.share(of: columns, worker: worker, workers: count, granule: 16)
                        let size = kernels.packedCount(depth: depth, columns: share.count)
                        var packed = [Float](repeating: 0, count: size)
                        kernels.pack(
                            depth: depth, columns: share.count, from: b + share.lowerBound, rowStride: columns,
                            columnStride: 1, into: &packed)
                        kernels.multiply(
                            rows: rows, columns: share.count, depth: depth, a: a, aStride: depth, packed: packed,
                            start: nil, c: c + share.lowerBound, cStride: columns)
                    }
                }
            }
            return c
        }
        for result in results { #expect(firstDifference(result, results[0]) == nil) }
    }
}
