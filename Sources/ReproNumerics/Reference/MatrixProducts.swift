extension ReferenceKernels {
    public func packedCount(depth: Int, columns: Int) -> Int { depth * columns }

    /// A plain copy, depth × columns.
    public func pack(
        depth: Int, columns: Int, from b: UnsafePointer<Float>, rowStride: Int, columnStride: Int,
        into packed: UnsafeMutablePointer<Float>
    ) {
        for k in 0..<depth {
            for n in 0..<columns { packed[k * columns + n] = b[k * rowStride + n * columnStride] }
        }
    }

    public func multiply(
        rows: Int, columns: Int, depth: Int, a: UnsafePointer<Float>, aStride: Int, packed: UnsafePointer<Float>,
        start: UnsafePointer<Float>?, c: UnsafeMutablePointer<Float>, cStride: Int
    ) {
        for m in 0..<rows {
            for n in 0..<columns {
                var chain = start?[n] ?? c[m * cStride + n]
                for k in 0..<depth { chain = Self.fma(a[m * aStride + k], packed[k * columns + n], chain) }
                c[m * cStride + n] = chain
            }
        }
    }

    public func outer(
        rows: Int, columns: Int, depth: Int, aRows: UnsafePointer<UnsafePointer<Float>?>,
        bRows: UnsafePointer<UnsafePointer<Float>?>, accumulate: Bool, c: UnsafeMutablePointer<Float>, cStride: Int
    ) {
        for m in 0..<rows {
            for n in 0..<columns {
                var chain = accumulate ? c[m * cStride + n] : 0
                for k in 0..<depth { chain = Self.fma(aRows[k]![m], bRows[k]![n], chain) }
                c[m * cStride + n] = chain
            }
        }
    }

    public func sumRows(
        columns: Int, depth: Int, rows: UnsafePointer<UnsafePointer<Float>?>, accumulate: Bool,
        out: UnsafeMutablePointer<Float>
    ) {
        for n in 0..<columns {
            var sum = accumulate ? out[n] : 0
            for k in 0..<depth { sum += rows[k]![n] }
            out[n] = sum
        }
    }
}
