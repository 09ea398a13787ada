import CReproKernels

/// The specification: every kernel as the plain loop that the contract describes. All other paths equal it bit for bit.
public final class ReferenceKernels: Kernels {
    public init() {}

    /// The plain loops.
    public var path: KernelPath { .reference }

    @inline(__always)
    static func fma(_ a: Float, _ b: Float, _ c: Float) -> Float { fusedMultiplyAdd(a, b, c) }

    public func forward(_ cell: CellKind, _ step: inout CellStep) {
        switch cell {
        case .lstm: lstmForward(step)
        case .gru: gruForward(step)
        case .rnnTanh, .rnnRelu: rnnForward(step, relu: cell == .rnnRelu)
        }
    }

    public func backward(_ cell: CellKind, _ step: inout CellGradientStep) {
        switch cell {
        case .lstm: lstmBackward(step)
        case .gru: gruBackward(step)
        case .rnnTanh, .rnnRelu: rnnBackward(step, relu: cell == .rnnRelu)
        }
    }

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

    public func exp(_ input: VectorView, into output: VectorView) { map(ReferenceElementary.exp, input, output) }
    public func log(_ input: VectorView, into output: VectorView) { map(ReferenceElementary.log, input, output) }
    public func log1p(_ input: VectorView, into output: VectorView) { map(ReferenceElementary.log1p, input, output) }
    public func tanh(_ input: VectorView, into output: VectorView) { map(ReferenceElementary.tanh, input, output) }
    public func sigmoid(_ input: VectorView, into output: VectorView) {
        map(ReferenceElementary.sigmoid, input, output)
    }

    private func map(_ function: (Float) -> Float, _ input: VectorView, _ output: VectorView) {
        for k in 0..<input.count { output[k] = function(input[k]) }
    }
}

/// `a × b + c`, rounded once: the C target's, in hardware or exactly emulated; never the C library's.
@inline(__always)
package func fusedMultiplyAdd(_ a: Float, _ b: Float, _ c: Float) -> Float { repro_fma(a, b, c) }
