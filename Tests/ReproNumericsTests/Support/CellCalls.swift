import ReproNumerics

// Steps of cells by value, for tests; the engine passes its own in place.

extension Kernels {
    func forward(_ cell: CellKind, _ step: CellStep) {
        var step = step
        forward(cell, &step)
    }

    func backward(_ cell: CellKind, _ step: CellGradientStep) {
        var step = step
        backward(cell, &step)
    }
}
