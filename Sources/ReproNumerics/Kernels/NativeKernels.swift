import CReproKernels

/// The kernels compiled from C for one instruction set.
public final class NativeKernels: Kernels {
    /// The path that the kernels were compiled for.
    public let path: KernelPath
    /// A constant table of the C target.
    nonisolated(unsafe) private let table: UnsafePointer<repro_kernels>

    /// - Precondition: this processor supports the path; ``KernelPath/kernels()`` checks it.
    init(path: KernelPath, table: UnsafePointer<repro_kernels>) {
        self.path = path
        self.table = table
    }

    // MARK: Matrix products

    public func packedCount(depth: Int, columns: Int) -> Int { table.pointee.packed_count(depth, columns) }

    public func pack(_ b: StridedView, into packed: VectorView) {
        assert(packed.count >= packedCount(depth: b.rows, columns: b.columns), "\(packed.count) elements to pack into")
        table.pointee.pack(repro_strided(b), packed.base)
    }

    @inline(__always)
    public func multiply(_ a: MatrixView, packed: VectorView, start: VectorView?, into c: MatrixView) {
        assert(a.rows == c.rows, "A has \(a.rows) rows, C \(c.rows)")
        assert(start == nil || start!.count == c.columns, "\(start!.count) starts for \(c.columns) columns")
        let table = table
        var (a, c) = (repro_matrix(a), repro_matrix(c))
        Scratch.with(count: table.pointee.multiply_scratch(c.rows, c.columns, a.columns)) { scratch in
            table.pointee.multiply(&a, packed.base, start?.base, &c, scratch)
        }
    }

    public func outer(_ a: RowsView, _ b: RowsView, accumulate: Bool, into c: MatrixView) {
        assert(a.count == b.count, "\(a.count) rows beside \(b.count)")
        let table = table
        Scratch.with(count: table.pointee.outer_scratch(c.rows, c.columns, a.count)) { scratch in
            table.pointee.outer(repro_row_list(a), repro_row_list(b), accumulate ? 1 : 0, repro_matrix(c), scratch)
        }
    }

    public func sumRows(_ rows: RowsView, accumulate: Bool, into out: VectorView) {
        table.pointee.sum_rows(repro_row_list(rows), accumulate ? 1 : 0, out.count, out.base)
    }

    // MARK: Elementary functions

    public func exp(_ input: VectorView, into output: VectorView) { map(table.pointee.exp, input, output) }
    public func log(_ input: VectorView, into output: VectorView) { map(table.pointee.log, input, output) }
    public func log1p(_ input: VectorView, into output: VectorView) { map(table.pointee.log1p, input, output) }
    public func tanh(_ input: VectorView, into output: VectorView) { map(table.pointee.tanh, input, output) }
    public func sigmoid(_ input: VectorView, into output: VectorView) { map(table.pointee.sigmoid, input, output) }

    private typealias Map = @convention(c) (Int, UnsafePointer<Float>?, UnsafeMutablePointer<Float>?) -> Void

    private func map(_ function: Map, _ input: VectorView, _ output: VectorView) {
        assert(input.count == output.count, "\(input.count) elements into \(output.count)")
        function(input.count, input.base, output.base)
    }

    // MARK: Cells

    public func forward(_ cell: CellKind, _ step: inout CellStep) {
        table.pointee.cells[cell.index].forward(&step)
    }

    public func backward(_ cell: CellKind, _ step: inout CellGradientStep) {
        table.pointee.cells[cell.index].backward(&step)
    }

    public func completeStateGradient(
        _ gradient: MatrixView, carried: (gradient: MatrixView, update: MatrixView)?, above: MatrixView?
    ) {
        table.pointee.complete_state_gradient(
            repro_matrix(gradient), repro_rows(carried?.gradient), repro_rows(carried?.update), repro_rows(above))
    }

    // MARK: Optimisers

    public func sgd(_ p: VectorView, gradient: VectorView, velocity: VectorView?, coefficients w: SGDCoefficients) {
        assert(gradient.count == p.count, "\(gradient.count) gradients of \(p.count) parameters")
        let coefficients = repro_sgd_coefficients(
            scale: w.scale, rate: w.rate, momentum: w.momentum, decay: w.decay, first: w.isFirst ? 1 : 0)
        table.pointee.sgd(p.count, p.base, gradient.base, velocity?.base, coefficients)
    }

    public func adam(
        _ p: VectorView, gradient: VectorView, m: VectorView, v: VectorView, coefficients w: AdamCoefficients
    ) {
        assert(gradient.count == p.count, "\(gradient.count) gradients of \(p.count) parameters")
        let coefficients = repro_adam_coefficients(
            scale: w.scale, shrink: w.shrink, decay: w.decay, w1: w.w1, beta2: w.beta2, w2: w.w2, rate: w.rate,
            root: w.root, epsilon: w.epsilon)
        table.pointee.adam(p.count, p.base, gradient.base, m.base, v.base, coefficients)
    }

    // MARK: Sums in binary64, digests

    public func sumOfSquares(_ x: VectorView, into sum: inout Double) {
        table.pointee.sum_of_squares(x.count, x.base, &sum)
    }

    public func sha256(_ blocks: ByteView, state: inout [UInt32]) {
        assert(blocks.count % 64 == 0 && state.count == 8, "\(blocks.count) bytes into \(state.count) words")
        table.pointee.sha256(&state, blocks.base?.assumingMemoryBound(to: UInt8.self), blocks.count / 64)
    }

    public func sha256Pieces(_ bytes: ByteView, pieceSize: Int) -> [UInt8] {
        guard let first = bytes.base?.assumingMemoryBound(to: UInt8.self) else { return [] }
        let count = (bytes.count + pieceSize - 1) / pieceSize * 32
        return [UInt8](unsafeUninitializedCapacity: count) { digests, initialized in
            table.pointee.sha256_pieces(first, bytes.count, pieceSize, digests.baseAddress)
            initialized = count
        }
    }
}
