import CReproKernels

/// The specification: every kernel as the plain loop that the contract describes. All other paths equal it bit for bit.
public final class ReferenceKernels: Kernels {
    public init() {}

    public var path: KernelPath { .reference }

    @inline(__always)
    static func fma(_ a: Float, _ b: Float, _ c: Float) -> Float { fusedMultiplyAdd(a, b, c) }

    public func forward(_ cell: CellKind, _ step: CellStep) {
        switch cell {
        case .lstm: lstmForward(step)
        case .gru: gruForward(step)
        case .rnnTanh, .rnnRelu: rnnForward(step, relu: cell == .rnnRelu)
        }
    }

    public func backward(_ cell: CellKind, _ step: CellGradientStep) {
        switch cell {
        case .lstm: lstmBackward(step)
        case .gru: gruBackward(step)
        case .rnnTanh, .rnnRelu: rnnBackward(step, relu: cell == .rnnRelu)
        }
    }
}

/// `a × b + c`, rounded once: the C target's, in hardware or exactly emulated; never the C library's.
@inline(__always)
package func fusedMultiplyAdd(_ a: Float, _ b: Float, _ c: Float) -> Float { repro_fma(a, b, c) }
