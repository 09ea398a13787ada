extension ReferenceKernels {
    public func gruForward(
        rows: Int, hidden: Int, units: Int, gates: UnsafeMutablePointer<Float>, gatesStride: Int,
        gh: UnsafePointer<Float>, ghStride: Int, h: UnsafePointer<Float>, hStride: Int,
        hOut: UnsafeMutablePointer<Float>, hOutStride: Int
    ) {
        for row in 0..<rows {
            for j in 0..<units {
                let at = row * gatesStride + j
                let r = ReferenceElementary.sigmoid(gates[at])
                let z = ReferenceElementary.sigmoid(gates[at + hidden])
                let n = ReferenceElementary.tanh(Self.fma(r, gh[row * ghStride + j], gates[at + 2 * hidden]))
                gates[at] = r
                gates[at + hidden] = z
                gates[at + 2 * hidden] = n
                hOut[row * hOutStride + j] = Self.fma(z, h[row * hStride + j] - n, n)
            }
        }
    }

    public func gruBackward(
        rows: Int, hidden: Int, units: Int, gates: UnsafeMutablePointer<Float>, gatesStride: Int,
        gh: UnsafeMutablePointer<Float>, ghStride: Int, h: UnsafePointer<Float>, hStride: Int,
        dh: UnsafePointer<Float>, dhStride: Int, z: UnsafeMutablePointer<Float>, zStride: Int
    ) {
        for row in 0..<rows {
            for j in 0..<units {
                let at = row * gatesStride + j
                let r = gates[at], update = gates[at + hidden], n = gates[at + 2 * hidden]
                let dh = dh[row * dhStride + j]
                let dn = dh * (1 - update) * Self.fma(-n, n, 1)
                gates[at] = dn * gh[row * ghStride + j] * r * (1 - r)
                gates[at + hidden] = dh * (h[row * hStride + j] - n) * update * (1 - update)
                gates[at + 2 * hidden] = dn
                gh[row * ghStride + j] = dn * r
                z[row * zStride + j] = update
            }
        }
    }
}
