import ReproFormats
import ReproNN
import ReproTrace

/// What a run gave.
public struct RunResult: Sendable {
    /// What was run.
    public let experiment: Experiment
    /// The seed of all its streams.
    public let seed: UInt64
    /// The digests of everything that was recorded.
    public let trace: Trace
    /// For people, in order of interest; in no digest.
    public let metrics: [(name: String, value: Double)]
    /// The loss of each step.
    public let losses: [StepLoss]
    /// The parameters after the last step.
    public let parameters: [Parameter]
    /// The optimiser's tensors after the last step.
    public let optimizerState: [NamedTensor]
    /// Logits of the evaluated splits, or what an inspection looked at.
    public let outputs: [NamedTensor]
    /// How text becomes the numbers that the model reads; nil where it reads features.
    public let encoding: TextEncoding?
    /// What an inspection found, nil for training.
    public let inspection: Inspection?
    /// How well the evaluated splits were predicted, in their order; in no digest.
    public internal(set) var scores: [SplitScores] = []
    /// The validation split's scores after each epoch, where the experiment validates; in no digest.
    public internal(set) var validations: [EpochScores] = []
    /// The fault that was planted, and the stage that the run was to end after; nil in a whole and clean run.
    public internal(set) var perturbation: Perturbation?
    /// The stage that the run was ended after; nil for a whole run.
    public internal(set) var lastStage: StageID?

    /// The metric of a name; nil where the run has none.
    public func metric(_ name: String) -> Double? { metrics.first { $0.name == name }?.value }
}
