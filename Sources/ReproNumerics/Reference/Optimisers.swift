extension ReferenceKernels {
    public func sgd(
        count: Int, p: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>,
        velocity: UnsafeMutablePointer<Float>?, scale: Float, rate: Float, momentum: Float, decay: Float, first: Bool
    ) {
        for k in 0..<count {
            var g = gradient[k]
            if scale != 1 { g = g * scale }
            if decay != 0 { g = g + decay * p[k] }
            if momentum != 0, let velocity {
                velocity[k] = first ? g : momentum * velocity[k] + g
                g = velocity[k]
            }
            p[k] = p[k] - rate * g
        }
    }

    public func adam(
        count: Int, p: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>, m: UnsafeMutablePointer<Float>,
        v: UnsafeMutablePointer<Float>, coefficients w: AdamCoefficients
    ) {
        for k in 0..<count {
            var g = gradient[k]
            if w.scale != 1 { g = g * w.scale }
            if w.shrink != 1 { p[k] = p[k] * w.shrink }
            if w.decay != 0 { g = g + w.decay * p[k] }
            m[k] = m[k] + w.w1 * (g - m[k])
            v[k] = w.beta2 * v[k] + w.w2 * (g * g)
            p[k] = p[k] - w.rate * (m[k] / (v[k].squareRoot() / w.root + w.epsilon))
        }
    }
}
