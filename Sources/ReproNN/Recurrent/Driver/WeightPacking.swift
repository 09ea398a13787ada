import ReproNumerics

/// A matrix packed for `multiply`, and where its columns begin in the row that it is multiplied into. Its memory is the
/// packing's.
struct PackedMatrix {
    let packed: VectorView
    let depth: Int
    let columns: Int
    let offset: Int

    /// C = start + A · B, or C += A · B where `start` is nil, in this matrix's columns of `target`.
    @inline(__always)
    func multiply(_ a: MatrixView, start: VectorView?, into target: MatrixView, _ kernels: any Kernels) {
        let own = offset..<(offset + columns)
        kernels.multiply(a, packed: packed, start: start?[own], into: target.columns(own))
    }
}

/// A part's columns of some gates, transposed: one matrix where they stand beside one another, else one per gate.
struct PackedGates {
    /// The first gate's matrix; the others follow at equal distances.
    let first: VectorView
    let count: Int
    let depth: Int
    let columns: Int
    /// Where the first matrix's columns begin, and how far apart those of two gates are.
    let offset: Int
    let gap: Int

    /// C = start + A · B, or C += A · B where `start` is nil, in all gates.
    @inline(__always)
    func multiply(_ a: MatrixView, start: VectorView?, into gates: MatrixView, _ kernels: any Kernels) {
        for index in 0..<count {
            let matrix = PackedMatrix(
                packed: VectorView(base: first.base + index * first.count, count: first.count), depth: depth,
                columns: columns, offset: offset + index * gap)
            matrix.multiply(a, start: start, into: gates, kernels)
        }
    }
}

/// Lays weights out in two steps: memory is taken for every matrix, then the engine's workers fill it.
///
/// Whoever keeps packed matrices keeps `memory`.
struct WeightPacking {
    private(set) var memory: Workspace
    private let kernels: any Kernels
    private var jobs: [(source: StridedView, target: VectorView)] = []

    /// - Parameter count: the elements that will be packed, about.
    init(kernels: any Kernels, expecting count: Int) {
        self.kernels = kernels
        memory = Workspace(expecting: count)
    }

    /// A vector of +0.
    mutating func vector(_ count: Int) -> VectorView { memory.vector(count, zeroed: true)[0] }

    /// Memory for a matrix, which ``fill(on:)`` packs: `source`, or its transpose.
    mutating func pack(_ source: MatrixView, transposed: Bool = false, offset: Int = 0) -> PackedMatrix {
        let (depth, columns) = transposed ? (source.columns, source.rows) : (source.rows, source.columns)
        let target = memory.vector(kernels.packedCount(depth: depth, columns: columns))[0]
        jobs.append((transposed ? StridedView(transposing: source) : StridedView(source), target))
        return PackedMatrix(packed: target, depth: depth, columns: columns, offset: offset)
    }

    /// The transposed rows of some gates, for the units of a part.
    ///
    /// - Parameter origin: the gate row that stands in column 0 of what is multiplied into.
    mutating func transposedGates(
        _ weight: MatrixView, gates: Range<Int>, hidden: Int, units: Range<Int>, origin: Int = 0
    ) -> PackedGates {
        let whole = units.count == hidden
        let blocks = whole ? 1 : gates.count
        let columns = whole ? gates.count * hidden : units.count
        let size = kernels.packedCount(depth: weight.columns, columns: columns)
        let packed = memory.matrix(rows: blocks, columns: (size + 15) / 16 * 16)
        let offset = gates.lowerBound * hidden + units.lowerBound
        for block in 0..<blocks {
            let first = offset + block * hidden
            jobs.append((StridedView(transposing: weight.rows(first..<(first + columns))), packed[block]))
        }
        return PackedGates(
            first: packed[0], count: blocks, depth: weight.columns, columns: columns, offset: offset - origin,
            gap: hidden)
    }

    /// Packs everything, one matrix per worker at a time.
    func fill(on engine: Engine) {
        let count = jobs.reduce(0) { $0 + $1.source.rows * $1.source.columns }
        let workers = min(engine.workerCount(moving: count), max(1, jobs.count))
        engine.run(workers: workers) { worker in
            for index in stride(from: worker, to: jobs.count, by: workers) {
                kernels.pack(jobs[index].source, into: jobs[index].target)
            }
        }
    }
}
