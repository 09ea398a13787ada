/// The RNN cell with tanh or relu.
extension ReferenceKernels {
    ///     h' = tanh(a), or a > 0 ? a : +0 where `relu`
    func rnnForward(_ step: CellStep, relu: Bool) {
        for row in 0..<step.rows {
            for j in 0..<step.units {
                let a = step.gates[row, j]
                step.output[row, j] = relu ? (a > 0 ? a : 0) : ReferenceElementary.tanh(a)
            }
        }
    }

    ///     delta = dh × fma(−h', h', 1), or h' > 0 ? dh : +0 where `relu`
    func rnnBackward(_ step: CellGradientStep, relu: Bool) {
        for row in 0..<step.rows {
            for j in 0..<step.units {
                let h = step.output[row, j], dh = step.gradient[row, j]
                step.gates[row, j] = relu ? (h > 0 ? dh : 0) : dh * Self.fma(-h, h, 1)
            }
        }
    }
}
