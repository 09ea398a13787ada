import CReproKernels

/// `a × b + c`, rounded once: the C target's, in hardware or exactly emulated. For chains that no kernel walks.
package func fusedMultiplyAdd(_ a: Float, _ b: Float, _ c: Float) -> Float { repro_fma(a, b, c) }
