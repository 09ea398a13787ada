extension ReferenceKernels {
    public func rnnForward(
        rows: Int, units: Int, relu: Bool, pre: UnsafePointer<Float>, preStride: Int, h: UnsafeMutablePointer<Float>,
        hStride: Int
    ) {
        for row in 0..<rows {
            for j in 0..<units {
                let a = pre[row * preStride + j]
                h[row * hStride + j] = relu ? (a > 0 ? a : 0) : ReferenceElementary.tanh(a)
            }
        }
    }

    public func rnnBackward(
        rows: Int, units: Int, relu: Bool, h: UnsafePointer<Float>, hStride: Int, dh: UnsafePointer<Float>,
        dhStride: Int, delta: UnsafeMutablePointer<Float>, deltaStride: Int
    ) {
        for row in 0..<rows {
            for j in 0..<units {
                let h = h[row * hStride + j], dh = dh[row * dhStride + j]
                delta[row * deltaStride + j] = relu ? (h > 0 ? dh : 0) : dh * Self.fma(-h, h, 1)
            }
        }
    }
}
