import ReproTrace
import ReproTraining
import ReproVerification

/// A second run, which shows whether this build repeats itself. It is also the one that hands over tensors, so that a check
/// that reproduces at once holds none.
struct Repetition {
    let trace: Trace
    /// Those that a golden of the run keeps, where they are small enough, and the one that moved.
    let tensors: [KeptTensor]
    /// Those to keep beside a golden of the run; nil where they are too large.
    let goldenTensors: [KeptTensor]?

    /// - Parameter moved: the tensor that the first run was found to have moved.
    init(
        of stages: [Stage], moved: TensorComparison?, options: RunOptions, run: (RunOptions) throws -> Trace
    ) rethrows {
        let stages = Golden.abridged(stages)
        let areSmall = GoldenTensors.areSmall(stages)
        let listed = areSmall ? stages.filter { $0.leaves != nil }.map(\.id) : []
        func isListed(_ stage: StageID, _ leaf: Leaf) -> Bool { GoldenTensors.isKept(leaf) && listed.contains(stage) }
        var kept: [KeptTensor] = []
        var options = options
        options.onTensor = { stage, leaf, bytes in
            guard isListed(stage, leaf) || moved.map({ $0.stage == stage && $0.name == leaf.name }) == true
            else { return }
            kept.append(KeptTensor(stage: stage, leaf: leaf, bytes: bytes.array()))
        }
        trace = try run(options)
        tensors = kept
        goldenTensors = areSmall ? kept.filter { isListed($0.stage, $0.leaf) } : nil
    }
}
