/// Everything that fixes a run but its seed: every option, none implied.
public struct Experiment: Sendable {
    /// What an experiment's model is for.
    public enum Task: String, Sendable, CaseIterable {
        /// One class per sequence, from the final states.
        case classification
        /// One class per position.
        case tagging
        /// One number per sequence, from the final states.
        case regression
        /// A forward pass whose output and states are looked at; nothing is trained.
        case inspection
    }

    /// What the digest of an optimiser's step covers.
    public enum DigestDetail: String, Sendable, CaseIterable {
        /// Batch, logits, loss, every gradient and every parameter.
        case step
        /// Batch, logits and loss; parameters at the end of each epoch.
        case epoch
    }

    /// The name, which its golden and run directory have too.
    public var name: String
    /// What the model is for.
    public var task: Task
    /// Where the data come from.
    public var data: any DataSource
    /// The model's options.
    public var model: ModelOptions
    /// Nil where nothing is trained.
    public var training: TrainingOptions?
    /// What of each step the digest covers.
    public var digest: DigestDetail

    public init(
        name: String, task: Task, data: any DataSource, model: ModelOptions, training: TrainingOptions?,
        digest: DigestDetail = .step
    ) {
        self.name = name
        self.task = task
        self.data = data
        self.model = model
        self.training = training
        self.digest = digest
    }
}

extension Experiment {
    /// The paths of all its files: the data's, in the order of the splits, then the model's.
    public var paths: [String] { data.paths + model.additions.paths }

    /// The same experiment with every path changed.
    public func mappingPaths(_ transform: (String) -> String) -> Experiment {
        var mapped = self
        mapped.data = data.mappingPaths(transform)
        mapped.model.additions = model.additions.mappingPaths(transform)
        return mapped
    }
}

extension Experiment: Equatable {
    public static func == (a: Experiment, b: Experiment) -> Bool {
        a.name == b.name && a.task == b.task && a.data.isEqual(to: b.data) && a.model == b.model
            && a.training == b.training && a.digest == b.digest
    }
}
