extension ReferenceKernels {
    public func lstmForward(
        rows: Int, hidden: Int, units: Int, gates: UnsafeMutablePointer<Float>, gatesStride: Int,
        cell: UnsafePointer<Float>, cellStride: Int, cellOut: UnsafeMutablePointer<Float>, cellOutStride: Int,
        tanhCell: UnsafeMutablePointer<Float>?, tanhStride: Int, h: UnsafeMutablePointer<Float>, hStride: Int
    ) {
        for row in 0..<rows {
            for j in 0..<units {
                let at = row * gatesStride + j
                let i = ReferenceElementary.sigmoid(gates[at])
                let f = ReferenceElementary.sigmoid(gates[at + hidden])
                let g = ReferenceElementary.tanh(gates[at + 2 * hidden])
                let o = ReferenceElementary.sigmoid(gates[at + 3 * hidden])
                let c = Self.fma(f, cell[row * cellStride + j], i * g)
                let t = ReferenceElementary.tanh(c)
                gates[at] = i
                gates[at + hidden] = f
                gates[at + 2 * hidden] = g
                gates[at + 3 * hidden] = o
                cellOut[row * cellOutStride + j] = c
                tanhCell?[row * tanhStride + j] = t
                h[row * hStride + j] = o * t
            }
        }
    }

    public func lstmBackward(
        rows: Int, hidden: Int, units: Int, gates: UnsafeMutablePointer<Float>, gatesStride: Int,
        cell: UnsafePointer<Float>, cellStride: Int, tanhCell: UnsafePointer<Float>, tanhStride: Int,
        dh: UnsafePointer<Float>, dhStride: Int, dCell: UnsafeMutablePointer<Float>, dCellStride: Int
    ) {
        for row in 0..<rows {
            for j in 0..<units {
                let at = row * gatesStride + j
                let i = gates[at], f = gates[at + hidden], g = gates[at + 2 * hidden], o = gates[at + 3 * hidden]
                let c = cell[row * cellStride + j], t = tanhCell[row * tanhStride + j], dh = dh[row * dhStride + j]
                let dc = Self.fma(dh * o, Self.fma(-t, t, 1), dCell[row * dCellStride + j])
                gates[at] = dc * g * i * (1 - i)
                gates[at + hidden] = dc * c * f * (1 - f)
                gates[at + 2 * hidden] = dc * i * Self.fma(-g, g, 1)
                gates[at + 3 * hidden] = dh * t * o * (1 - o)
                dCell[row * dCellStride + j] = dc * f
            }
        }
    }
}
