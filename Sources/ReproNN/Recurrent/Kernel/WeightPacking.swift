import ReproNumerics

/// A matrix packed for `multiply`, and where its columns begin in the row that it is multiplied into.
struct PackedMatrix {
    let packed: Matrix
    let depth: Int
    let columns: Int
    let offset: Int

    /// C = start + A · B, or C += A · B where `start` is nil, in this matrix's columns of `target`.
    @inline(__always)
    func multiply(_ a: MatrixView, start: VectorView?, into target: MatrixView, _ kernels: any Kernels) {
        let own = offset..<(offset + columns)
        kernels.multiply(a, packed: packed[0], start: start?[own], into: target.columns(own))
    }
}

/// A part's columns of some gates, transposed: one matrix where they stand beside one another, else one per gate.
struct PackedGates {
    let matrices: [PackedMatrix]

    /// C = start + A · B, or C += A · B where `start` is nil, in all gates.
    @inline(__always)
    func multiply(_ a: MatrixView, start: VectorView?, into gates: MatrixView, _ kernels: any Kernels) {
        for matrix in matrices { matrix.multiply(a, start: start, into: gates, kernels) }
    }
}

/// Lays weights out in two steps: memory is taken for every matrix, then the engine's workers fill it.
struct WeightPacking {
    private let kernels: any Kernels
    private let memory: Workspace
    private var jobs: [(source: Matrix, transposed: Bool, target: Matrix)] = []

    /// - Parameter count: the elements that will be packed, about.
    init(kernels: any Kernels, expecting count: Int) {
        self.kernels = kernels
        memory = Workspace(expecting: count)
    }

    /// A vector of the workspace.
    func vector(_ count: Int) -> Matrix { memory.vector(count, zeroed: true) }

    /// Memory for a matrix, which ``fill(on:)`` packs: `source`, or its transpose.
    mutating func pack(_ source: Matrix, transposed: Bool = false, offset: Int = 0) -> PackedMatrix {
        let (depth, columns) = transposed ? (source.columns, source.rows) : (source.rows, source.columns)
        let target = memory.vector(kernels.packedCount(depth: depth, columns: columns))
        jobs.append((source, transposed, target))
        return PackedMatrix(packed: target, depth: depth, columns: columns, offset: offset)
    }

    /// The transposed rows of some gates, for the units of a part.
    ///
    /// - Parameter origin: the gate row that stands in column 0 of what is multiplied into.
    mutating func transposedGates(
        _ weight: Matrix, gates: Range<Int>, hidden: Int, units: Range<Int>, origin: Int = 0
    ) -> PackedGates {
        let whole = units.count == hidden
        let blocks = whole ? 1 : gates.count
        let rows = whole ? gates.count * hidden : units.count
        return PackedGates(
            matrices: (0..<blocks).map { block in
                let first = (gates.lowerBound + block) * hidden + units.lowerBound
                return pack(weight.rows(first..<(first + rows)), transposed: true, offset: first - origin)
            })
    }

    /// Packs everything, one matrix per worker at a time.
    func fill(on engine: Engine) {
        let count = jobs.reduce(0) { $0 + $1.source.rows * $1.source.columns }
        let workers = min(engine.workerCount(moving: count), max(1, jobs.count))
        engine.run(workers: workers) { worker in
            for index in stride(from: worker, to: jobs.count, by: workers) {
                let (source, transposed, target) = jobs[index]
                let b = transposed ? StridedView(transposing: source.view) : StridedView(source.view)
                kernels.pack(b, into: target[0])
            }
        }
    }
}
