import CReproKernels

/// The kernels compiled from C for one instruction set.
public struct NativeKernels: Kernels {
    public let path: KernelPath
    /// A constant table of the C target.
    nonisolated(unsafe) private let table: UnsafePointer<repro_kernels>

    /// - Precondition: this processor supports the path; ``KernelPath/kernels()`` checks it.
    init(path: KernelPath, table: UnsafePointer<repro_kernels>) {
        self.path = path
        self.table = table
    }

    public func packedCount(depth: Int, columns: Int) -> Int { table.pointee.packed_count(depth, columns) }

    public func pack(
        depth: Int, columns: Int, from b: UnsafePointer<Float>, rowStride: Int, columnStride: Int,
        into packed: UnsafeMutablePointer<Float>
    ) {
        table.pointee.pack(depth, columns, b, rowStride, columnStride, packed)
    }

    public func multiply(
        rows: Int, columns: Int, depth: Int, a: UnsafePointer<Float>, aStride: Int, packed: UnsafePointer<Float>,
        start: UnsafePointer<Float>?, c: UnsafeMutablePointer<Float>, cStride: Int
    ) {
        table.pointee.multiply(rows, columns, depth, a, aStride, packed, start, c, cStride)
    }

    public func outer(
        rows: Int, columns: Int, depth: Int, aRows: UnsafePointer<UnsafePointer<Float>?>,
        bRows: UnsafePointer<UnsafePointer<Float>?>, accumulate: Bool, c: UnsafeMutablePointer<Float>, cStride: Int
    ) {
        let scratch = table.pointee.outer_scratch(rows, columns, depth) * MemoryLayout<Float>.stride
        withUnsafeTemporaryAllocation(byteCount: scratch, alignment: 64) { scratch in
            table.pointee.outer(
                rows, columns, depth, aRows, bRows, accumulate ? 1 : 0, c, cStride,
                scratch.baseAddress?.assumingMemoryBound(to: Float.self))
        }
    }

    public func sumRows(
        columns: Int, depth: Int, rows: UnsafePointer<UnsafePointer<Float>?>, accumulate: Bool,
        out: UnsafeMutablePointer<Float>
    ) {
        table.pointee.sum_rows(columns, depth, rows, accumulate ? 1 : 0, out)
    }

    public func exp(count: Int, _ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>) {
        table.pointee.exp(count, input, output)
    }

    public func log(count: Int, _ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>) {
        table.pointee.log(count, input, output)
    }

    public func log1p(count: Int, _ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>) {
        table.pointee.log1p(count, input, output)
    }

    public func tanh(count: Int, _ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>) {
        table.pointee.tanh(count, input, output)
    }

    public func sigmoid(count: Int, _ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>) {
        table.pointee.sigmoid(count, input, output)
    }

    public func lstmForward(
        rows: Int, hidden: Int, units: Int, gates: UnsafeMutablePointer<Float>, gatesStride: Int,
        cell: UnsafePointer<Float>, cellStride: Int, cellOut: UnsafeMutablePointer<Float>, cellOutStride: Int,
        tanhCell: UnsafeMutablePointer<Float>?, tanhStride: Int, h: UnsafeMutablePointer<Float>, hStride: Int
    ) {
        table.pointee.lstm_forward(
            rows, hidden, units, gates, gatesStride, cell, cellStride, cellOut, cellOutStride, tanhCell, tanhStride, h,
            hStride)
    }

    public func lstmBackward(
        rows: Int, hidden: Int, units: Int, gates: UnsafeMutablePointer<Float>, gatesStride: Int,
        cell: UnsafePointer<Float>, cellStride: Int, tanhCell: UnsafePointer<Float>, tanhStride: Int,
        dh: UnsafePointer<Float>, dhStride: Int, dCell: UnsafeMutablePointer<Float>, dCellStride: Int
    ) {
        table.pointee.lstm_backward(
            rows, hidden, units, gates, gatesStride, cell, cellStride, tanhCell, tanhStride, dh, dhStride, dCell,
            dCellStride)
    }

    public func gruForward(
        rows: Int, hidden: Int, units: Int, gates: UnsafeMutablePointer<Float>, gatesStride: Int,
        gh: UnsafePointer<Float>, ghStride: Int, h: UnsafePointer<Float>, hStride: Int,
        hOut: UnsafeMutablePointer<Float>, hOutStride: Int
    ) {
        table.pointee.gru_forward(rows, hidden, units, gates, gatesStride, gh, ghStride, h, hStride, hOut, hOutStride)
    }

    public func gruBackward(
        rows: Int, hidden: Int, units: Int, gates: UnsafeMutablePointer<Float>, gatesStride: Int,
        gh: UnsafeMutablePointer<Float>, ghStride: Int, h: UnsafePointer<Float>, hStride: Int,
        dh: UnsafePointer<Float>, dhStride: Int, dhBefore: UnsafeMutablePointer<Float>,
        dhBeforeStride: Int
    ) {
        table.pointee.gru_backward(
            rows, hidden, units, gates, gatesStride, gh, ghStride, h, hStride, dh, dhStride, dhBefore,
            dhBeforeStride)
    }

    public func rnnForward(
        rows: Int, units: Int, relu: Bool, pre: UnsafePointer<Float>, preStride: Int, h: UnsafeMutablePointer<Float>,
        hStride: Int
    ) {
        table.pointee.rnn_forward(rows, units, relu ? 1 : 0, pre, preStride, h, hStride)
    }

    public func rnnBackward(
        rows: Int, units: Int, relu: Bool, h: UnsafePointer<Float>, hStride: Int, dh: UnsafePointer<Float>,
        dhStride: Int, delta: UnsafeMutablePointer<Float>, deltaStride: Int
    ) {
        table.pointee.rnn_backward(rows, units, relu ? 1 : 0, h, hStride, dh, dhStride, delta, deltaStride)
    }

    public func sgd(
        count: Int, p: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>,
        velocity: UnsafeMutablePointer<Float>?, scale: Float, rate: Float, momentum: Float, decay: Float, first: Bool
    ) {
        table.pointee.sgd(count, p, gradient, velocity, scale, rate, momentum, decay, first ? 1 : 0)
    }

    public func adam(
        count: Int, p: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>, m: UnsafeMutablePointer<Float>,
        v: UnsafeMutablePointer<Float>, coefficients w: AdamCoefficients
    ) {
        table.pointee.adam(
            count, p, gradient, m, v, w.scale, w.shrink, w.decay, w.w1, w.beta2, w.w2, w.rate, w.root, w.epsilon)
    }

    public func sumOfSquares(count: Int, _ x: UnsafePointer<Float>, into sum: inout Double) {
        table.pointee.sum_of_squares(count, x, &sum)
    }

    public func sha256(state: UnsafeMutablePointer<UInt32>, data: UnsafePointer<UInt8>, blocks: Int) {
        table.pointee.sha256(state, data, blocks)
    }

    public func sha256Pieces(_ data: UnsafeRawBufferPointer, pieceSize: Int, digests: UnsafeMutablePointer<UInt8>) {
        guard let bytes = data.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
        table.pointee.sha256_pieces(bytes, data.count, pieceSize, digests)
    }
}
