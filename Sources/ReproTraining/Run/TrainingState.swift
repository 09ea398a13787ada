import ReproFormats
import ReproNN
import ReproTrace

/// Everything that changes while an experiment trains: with the experiment, its data and its seed, enough to go on from.
///
/// A value: a copy stays what it was while training goes on, and shares its tensors until training changes them. No generator's
/// state is in it: every stream belongs to one epoch or one step, so that the position says where each begins.
public struct TrainingState: Sendable {
    /// The model's parameters as they are now.
    public var parameters: [Parameter]
    /// The optimiser's state, and how many steps were taken.
    public var optimizer: Optimizer
    /// The epoch that the next step belongs to; as many as there are once training is over.
    public var epoch = 0
    /// How many batches of that epoch were taken.
    public var batch = 0
    /// The sum over the epoch's batches of their mean loss, each times its rows, and the number of rows.
    public var lossSum = (loss: 0.0, rows: 0)
    /// The mean loss of each epoch so far.
    public var epochLosses: [Double] = []
    /// The loss of each step so far.
    public var losses: [StepLoss] = []
    /// The validation split's scores after each epoch so far, where the experiment validates. One fewer than epochs while the
    /// last of these is still to be validated.
    public var validations: [EpochScores] = []
    /// The best epoch so far, where training may stop early. Epochs without a better one are those after it.
    public var best: EarlyStopping.Best?
    /// The digest tree so far, as the recorder has it; filled in where the state leaves the run.
    public var stages: [Stage] = []

    /// The state before the first step.
    public init(parameters: [Parameter], optimizer: Optimizer) {
        self.parameters = parameters
        self.optimizer = optimizer
    }

    /// Records the parameters and the optimiser's state in the open stage.
    mutating func record(in recorder: Recorder) throws {
        for index in parameters.indices {
            try recorder.record(parameters[index].name, &parameters[index].value)
        }
        try optimizer.record(in: recorder)
    }
}

/// A state that a run cannot go on from, because the run has begun otherwise.
public struct ResumptionError: Error, Equatable, CustomStringConvertible {
    /// The stage that differs; nil where the state's parts do not fit together.
    public let stage: StageID?
    /// The tensor of the stage that differs; nil where it is none of them.
    public let tensor: String?

    public var description: String {
        switch stage {
        case nil: "the state is none that this run comes to: its position, losses and stages do not fit together"
        case .data:
            "the data has changed since the run began\(tensor.map { ": '\($0)'" } ?? ""); put it back as it was, or begin a new run"
        case .some(let stage):
            "this program begins the run otherwise than the one that was stopped: '\(stage)'\(tensor.map { ", '\($0)'" } ?? ""); use the same release, or begin a new run"
        }
    }
}

extension TrainingState {
    /// Holds a state to the run that is to go on from it.
    ///
    /// - Parameters:
    ///   - stages: what the run has recorded so far, which has to be what the state's run had recorded there.
    ///   - stepsPerEpoch: of the run.
    func verify(
        against own: TrainingState, begunWith stages: [Stage], stepsPerEpoch: Int, epochs: Int, validates: Bool
    ) throws(ResumptionError) {
        for (index, stage) in stages.enumerated() {
            let theirs = self.stages.indices.contains(index) ? self.stages[index] : nil
            guard theirs != stage else { continue }
            let leaves = zip(stage.leaves ?? [], theirs?.leaves ?? []).first { $0 != $1 }
            throw ResumptionError(stage: stage.id, tensor: leaves?.0.name)
        }
        let other = zip(parameters, own.parameters).first { $0.name != $1.name || $0.value.shape != $1.value.shape }
        if other != nil || parameters.count != own.parameters.count {
            throw ResumptionError(stage: .initialization, tensor: other?.1.name)
        }
        // A state out of a file, whatever the file holds, must not lead beyond the data.
        let isWithin = (0...epochs).contains(epoch) && (epoch < epochs ? 0..<stepsPerEpoch : 0..<1).contains(batch)
        guard isWithin, optimizer.step == epoch * stepsPerEpoch + batch, losses.count == optimizer.step,
            epochLosses.count == epoch, lossSum.rows >= 0,
            self.stages.map(\.id).filter(\.isStep) == (0..<optimizer.step).map({ .step($0) })
        else { throw ResumptionError(stage: nil, tensor: nil) }
        // The last epoch may still be to be validated, where no step was taken since.
        let isToBeValidated = batch == 0 && epoch > 0 && validations.count == epoch - 1
        let bestFits =
            best.map { best in
                validations.indices.contains(best.epoch) && best.parameters.count == parameters.count
                    && zip(best.parameters, parameters).allSatisfy {
                        $0.name == $1.name && $0.value.shape == $1.value.shape
                    }
            } ?? true
        guard bestFits, validates ? validations.count == epoch || isToBeValidated : validations.isEmpty else {
            throw ResumptionError(stage: nil, tensor: nil)
        }
    }
}
