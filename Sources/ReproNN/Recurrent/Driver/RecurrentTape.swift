import ReproNumerics

/// What a forward pass leaves for the backward pass, which uses it up.
public final class RecurrentTape {
    struct Layer {
        /// The layer's input after dropout, `[P × I]`.
        let input: Matrix
        /// The layer's output before dropout, `[P × D·S]`, which the directions' views stand in.
        let output: Matrix
        let directions: [DirectionState]
        /// Which elements of the layer's output were kept by the dropout above it; nil where there is none.
        let kept: [Bool]?
    }

    /// The input's axes; nil where the rows came from a model, in the order of its layout.
    let sequences: SequenceShape?
    let layout: SequenceLayout
    let weights: RecurrentWeights
    var layers: [Layer] = []
    /// What else the directions' views stand in: the pass's workspace and the initial states.
    var memory: (workspace: Workspace, initial: States)?
    /// Where the next part of the batch draws for dropout; nil where the pass drew nothing.
    public internal(set) var dropout: Dropout?
    private var isUsed = false

    init(sequences: SequenceShape?, layout: SequenceLayout, weights: RecurrentWeights) {
        self.sequences = sequences
        self.layout = layout
        self.weights = weights
    }

    /// - Precondition: the first use.
    func use() {
        require(!isUsed, "a second backward pass over one tape; run forwardForTraining again for a tape of its own")
        isUsed = true
    }
}
