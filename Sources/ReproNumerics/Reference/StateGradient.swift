/// The reference for completing the gradient of a state.
extension ReferenceKernels {
    public func completeStateGradient(
        _ gradient: MatrixView, carried: (gradient: MatrixView, update: MatrixView)?, above: MatrixView?
    ) {
        for row in 0..<gradient.rows {
            for j in 0..<gradient.columns {
                var r = gradient[row, j]
                if let carried { r = Self.fma(carried.gradient[row, j], carried.update[row, j], r) }
                if let above { r = above[row, j] + r }
                gradient[row, j] = r
            }
        }
    }
}
