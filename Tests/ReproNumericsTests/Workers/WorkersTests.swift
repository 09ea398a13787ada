import Testing

import ReproNumerics
import ReproTestSupport

struct WorkersTests {
    @Test(arguments: [1, 2, 3, 8])
    func everyWorkerRunsOnceARun(count: Int) throws {
        let workers = try Workers(count: count)
        var calls = [Int](repeating: 0, count: count)
        calls.withUnsafeMutableBufferPointer { calls in
            for _ in 0..<2_000 { workers.run { calls[$0] += 1 } }
        }
        #expect(calls == [Int](repeating: 2_000, count: count))
    }

    /// Runs of any size in any order: exactly the members run, each once.
    @Test(arguments: [1, 2, 5, 40])
    func aRunOfSomeWorkersRunsTheseAndNoOthers(count: Int) throws {
        let workers = try Workers(count: count)
        var stream = SplitMix64(seed: UInt64(count))
        var calls = [Int](repeating: 0, count: count), expected = calls
        calls.withUnsafeMutableBufferPointer { calls in
            for run in 0..<2_000 {
                let members = 1 + stream.below(run < 1_000 ? min(3, count) : count)
                workers.run(workers: members) { calls[$0] += 1 }
                for worker in 0..<members { expected[worker] += 1 }
            }
        }
        #expect(calls == expected, "seed \(count)")
    }

    /// Each step reads what another worker wrote in the step before: a barrier that let one through would show.
    @Test(arguments: [(2, 2), (3, 3), (7, 7), (7, 3), (30, 2), (2, 1)])
    func noWorkerPassesABarrierBeforeAllHaveArrived(count: Int, members: Int) throws {
        let workers = try Workers(count: count), steps = 1_000
        var seen = [Int](repeating: 0, count: members), wrong = [Int](repeating: 0, count: members)
        seen.withUnsafeMutableBufferPointer { seen in
            wrong.withUnsafeMutableBufferPointer { wrong in
                workers.run(workers: members) { worker in
                    for step in 1...steps {
                        seen[worker] = step
                        workers.barrier()
                        if seen[(worker + 1) % members] != step { wrong[worker] += 1 }
                        workers.barrier()
                    }
                }
            }
        }
        #expect(wrong == [Int](repeating: 0, count: members))
        #expect(seen == [Int](repeating: steps, count: members))
    }

    @Test func crewsComeAndGo() throws {
        for round in 0..<100 {
            let workers = try Workers(count: 1 + round % 4)
            var sums = [Int](repeating: 0, count: 4)
            if round % 3 != 0 {
                sums.withUnsafeMutableBufferPointer { sums in workers.run { sums[$0] = round } }
                #expect(sums.reduce(0, +) == round * workers.count)
            }
        }
    }

    /// As many as there are shares worth waking a worker for, and processors; up to four workers are one or all.
    @Test func workersAreNoMoreThanThereIsWork() throws {
        let kernels = try KernelPath.portable.kernels()
        let few = Engine(kernels: kernels, workers: try Workers(count: 4))
        let many = Engine(kernels: kernels, workers: try Workers(count: 100))
        let threshold = Engine.defaultParallelThreshold
        #expect(few.workerCount(operations: threshold - 1) == 1)
        #expect(few.workerCount(operations: threshold) == 4)
        #expect(many.workerCount(operations: threshold - 1) == 1)
        #expect(many.workerCount(operations: threshold) == 4)
        #expect(many.workerCount(operations: 2 * threshold) == 8)
        #expect(many.workerCount(operations: 25 * threshold) == 100)
        #expect(many.workerCount(operations: 1_000 * threshold) == 100)
        #expect(few.workerCount(operations: 1_000 * threshold) == 4)
        let eager = Engine(kernels: kernels, workers: few.workers, parallelThreshold: 0)
        #expect(eager.workerCount(operations: 0) == 4)
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
        var stream = SplitMix64(seed: 3)
        let a = Operand(rows, depth, from: &stream, .wholeRange),
            b = Operand(depth, columns, from: &stream, .wholeRange)
        let zeros = Operand([Float](repeating: 0, count: columns))
        let results = try (1...5).map { count in
            let workers = try Workers(count: count)
            let c = Operand(untouched: rows, columns)
            workers.run { worker in
                let share = Workers.share(of: columns, worker: worker, workers: count, granule: 16)
                let packed = Operand(untouched: 1, kernels.packedCount(depth: depth, columns: share.count))
                kernels.pack(StridedView(b.view.columns(share)), into: packed.row)
                kernels.multiply(a.view, packed: packed.row, start: zeros.row[share], into: c.view.columns(share))
            }
            return c.elements
        }
        for result in results { #expect(firstDifference(result, results[0]) == nil) }
    }
}
