/// The reference's optimisers, element by element: SGD, Adam and AdamW, and the sum that clips gradients.
extension ReferenceKernels {
    public func sgd(_ p: VectorView, gradient: VectorView, velocity: VectorView?, coefficients w: SGDCoefficients) {
        for k in 0..<p.count {
            var g = gradient[k]
            if w.scale != 1 { g = g * w.scale }
            if w.decay != 0 { g = g + w.decay * p[k] }
            if w.momentum != 0, let velocity {
                velocity[k] = w.isFirst ? g : w.momentum * velocity[k] + g
                g = velocity[k]
            }
            p[k] = p[k] - w.rate * g
        }
    }

    public func adam(
        _ p: VectorView, gradient: VectorView, m: VectorView, v: VectorView, coefficients w: AdamCoefficients
    ) {
        for k in 0..<p.count {
            var g = gradient[k]
            if w.scale != 1 { g = g * w.scale }
            if w.shrink != 1 { p[k] = p[k] * w.shrink }
            if w.decay != 0 { g = g + w.decay * p[k] }
            m[k] = m[k] + w.w1 * (g - m[k])
            v[k] = w.beta2 * v[k] + w.w2 * (g * g)
            p[k] = p[k] - w.rate * (m[k] / (v[k].squareRoot() / w.root + w.epsilon))
        }
    }

    public func sumOfSquares(_ x: VectorView, into sum: inout Double) {
        for lane in 0..<64 {
            var squares = 0.0
            for k in stride(from: lane, to: x.count, by: 64) { squares += Double(x[k]) * Double(x[k]) }
            sum += squares
        }
    }
}
