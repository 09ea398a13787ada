import ReproFormats
import ReproNN
import ReproTrace

/// What a run gave.
public struct RunResult: Sendable {
    public let experiment: Experiment
    public let seed: UInt64
    public let trace: Trace
    /// For people, in order of interest; in no digest.
    public let metrics: [(name: String, value: Double)]
    public let losses: [StepLoss]
    public let parameters: [Parameter]
    public let optimizerState: [NamedTensor]
    /// Logits of the evaluated splits, or what an inspection looked at.
    public let outputs: [NamedTensor]
    /// What an inspection found, nil for training.
    public let inspection: Inspection?
    /// The fault that was planted, and the stage that the run was to end after; nil in a whole and clean run.
    public internal(set) var perturbation: Perturbation?
    public internal(set) var lastStage: StageID?

    public func metric(_ name: String) -> Double? { metrics.first { $0.name == name }?.value }
}
