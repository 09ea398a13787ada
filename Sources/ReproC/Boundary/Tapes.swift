import ReproNN
import ReproNumerics

// What forward passes leave behind handles for their backward passes.

/// A recurrent layer's pass, which its backward pass uses up.
final class RecurrentPassTape {
    /// Its parameters are the caller's memory, which a backward pass does not read: the tape has the weights laid out.
    let module: Recurrent
    let tape: RecurrentTape
    let sequences: SequenceShape
    /// The kernels that the weights are laid out for.
    let path: KernelPath

    init(module: Recurrent, tape: RecurrentTape, sequences: SequenceShape, path: KernelPath) {
        (self.module, self.tape, self.sequences, self.path) = (module, tape, sequences, path)
    }
}

/// A layer norm's pass; any number of backward passes may read it.
final class LayerNormTape: Sendable {
    let layer: LayerNorm
    let tape: LayerNorm.Tape
    let shape: [Int]

    init(layer: LayerNorm, tape: LayerNorm.Tape, shape: [Int]) {
        (self.layer, self.tape, self.shape) = (layer, tape, shape)
    }
}

/// What dropout kept; any number of backward passes may read it.
final class DropoutTape: Sendable {
    let dropped: Dropout.Dropped

    init(_ dropped: Dropout.Dropped) { self.dropped = dropped }
}
