/// The reference's matrix products: plain loops, one chain per element of the result.
extension ReferenceKernels {
    public func packedCount(depth: Int, columns: Int) -> Int { depth * columns }

    /// A plain copy, depth × columns.
    public func pack(_ b: StridedView, into packed: VectorView) {
        for k in 0..<b.rows {
            for n in 0..<b.columns { packed[k * b.columns + n] = b[k, n] }
        }
    }

    public func multiply(_ a: MatrixView, packed: VectorView, start: VectorView?, into c: MatrixView) {
        for m in 0..<c.rows {
            for n in 0..<c.columns {
                var chain = start?[n] ?? c[m, n]
                for k in 0..<a.columns { chain = Self.fma(a[m, k], packed[k * c.columns + n], chain) }
                c[m, n] = chain
            }
        }
    }

    public func outer(_ a: RowsView, _ b: RowsView, accumulate: Bool, into c: MatrixView) {
        for m in 0..<c.rows {
            for n in 0..<c.columns {
                var chain = accumulate ? c[m, n] : 0
                for k in 0..<a.count { chain = Self.fma(a.row(k)[m], b.row(k)[n], chain) }
                c[m, n] = chain
            }
        }
    }

    public func sumRows(_ rows: RowsView, accumulate: Bool, into out: VectorView) {
        for n in 0..<out.count {
            var sum = accumulate ? out[n] : 0
            for k in 0..<rows.count { sum += rows.row(k)[n] }
            out[n] = sum
        }
    }
}
