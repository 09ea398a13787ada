/// The LSTM cell, gates i f g o.
extension ReferenceKernels {
    ///     i, f, o = sigmoid   g = tanh   c' = fma(f, c, i × g)   h' = o × tanh(c')
    func lstmForward(_ step: CellStep) {
        let cellBefore = step.cellBefore, cell = step.cell, hidden = step.hidden
        for row in 0..<step.rows {
            for j in 0..<step.units {
                let i = ReferenceElementary.sigmoid(step.gates[row, j])
                let f = ReferenceElementary.sigmoid(step.gates[row, hidden + j])
                let g = ReferenceElementary.tanh(step.gates[row, 2 * hidden + j])
                let o = ReferenceElementary.sigmoid(step.gates[row, 3 * hidden + j])
                let c = Self.fma(f, cellBefore[row, j], i * g)
                let t = ReferenceElementary.tanh(c)
                for (q, gate) in [i, f, g, o].enumerated() { step.gates[row, q * hidden + j] = gate }
                cell[row, j] = c
                if step.tanhCell.base != nil { step.tanhCell[row, j] = t }
                step.output[row, j] = o * t
            }
        }
    }

    /// With `t = tanh(c')` and products associating to the left:
    ///
    ///     dc = fma(dh × o, fma(−t, t, 1), cellGradient)
    ///     di = (dc × g × i) × (1 − i)   df = (dc × c × f) × (1 − f)   dg = (dc × i) × fma(−g, g, 1)
    ///     do = (dh × t × o) × (1 − o)   cellGradient = dc × f
    func lstmBackward(_ step: CellGradientStep) {
        let cellBefore = step.cellBefore, tanhCell = step.tanhCell, cellGradient = step.cellGradient
        let hidden = step.hidden
        for row in 0..<step.rows {
            for j in 0..<step.units {
                let i = step.gates[row, j], f = step.gates[row, hidden + j]
                let g = step.gates[row, 2 * hidden + j], o = step.gates[row, 3 * hidden + j]
                let c = cellBefore[row, j], t = tanhCell[row, j], dh = step.gradient[row, j]
                let dc = Self.fma(dh * o, Self.fma(-t, t, 1), cellGradient[row, j])
                step.gates[row, j] = dc * g * i * (1 - i)
                step.gates[row, hidden + j] = dc * c * f * (1 - f)
                step.gates[row, 2 * hidden + j] = dc * i * Self.fma(-g, g, 1)
                step.gates[row, 3 * hidden + j] = dh * t * o * (1 - o)
                cellGradient[row, j] = dc * f
            }
        }
    }
}
