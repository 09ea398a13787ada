/// The GRU cell, gates r z n.
extension ReferenceKernels {
    ///     r, z = sigmoid   n = tanh(fma(r, gh, gx))   h' = fma(z, h − n, n)
    func gruForward(_ step: CellStep) {
        let candidate = step.candidate, hidden = step.hidden
        for row in 0..<step.rows {
            for j in 0..<step.units {
                let r = ReferenceElementary.sigmoid(step.gates[row, j])
                let z = ReferenceElementary.sigmoid(step.gates[row, hidden + j])
                let n = ReferenceElementary.tanh(Self.fma(r, candidate[row, j], step.gates[row, 2 * hidden + j]))
                step.gates[row, j] = r
                step.gates[row, hidden + j] = z
                step.gates[row, 2 * hidden + j] = n
                step.output[row, j] = Self.fma(z, step.before[row, j] - n, n)
            }
        }
    }

    ///     dz = (dh × (h − n) × z) × (1 − z)   dn = (dh × (1 − z)) × fma(−n, n, 1)   dr = (dn × gh × r) × (1 − r)
    ///     gh = dn × r   update = z
    func gruBackward(_ step: CellGradientStep) {
        let candidate = step.candidate, update = step.update, hidden = step.hidden
        for row in 0..<step.rows {
            for j in 0..<step.units {
                let r = step.gates[row, j], z = step.gates[row, hidden + j], n = step.gates[row, 2 * hidden + j]
                let dh = step.gradient[row, j]
                let dn = dh * (1 - z) * Self.fma(-n, n, 1)
                step.gates[row, j] = dn * candidate[row, j] * r * (1 - r)
                step.gates[row, hidden + j] = dh * (step.before[row, j] - n) * z * (1 - z)
                step.gates[row, 2 * hidden + j] = dn
                candidate[row, j] = dn * r
                update[row, j] = z
            }
        }
    }
}
