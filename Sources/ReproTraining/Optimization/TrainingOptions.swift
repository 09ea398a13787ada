import ReproFormats
import ReproNN
import ReproNumerics

/// How a model is trained.
public struct TrainingOptions: Sendable, Equatable {
    /// The optimisers that there are.
    public enum OptimizerName: String, Sendable, CaseIterable {
        case sgd
        case adam
        case adamw
    }

    /// Which optimiser changes the parameters.
    public var optimizer: OptimizerName
    /// The learning rate at the start.
    public var learningRate: Double
    /// The momentum of SGD.
    public var momentum: Double
    /// Adam's decay of the first moment.
    public var beta1: Double
    /// Adam's decay of the second moment.
    public var beta2: Double
    /// What Adam adds to the root of the second moment.
    public var epsilon: Double
    /// The weight decay: of SGD and Adam added to the gradient, of AdamW taken from the parameter.
    public var weightDecay: Double
    /// The largest global gradient norm; nil for no clipping.
    public var clipNorm: Double?
    /// How many sequences a step takes.
    public var batchSize: Int
    /// How often training goes through the data.
    public var epochs: Int
    /// Logical shards of a batch, whose gradients are chains of their own.
    public var shards: Int
    /// The most sequences that pass through the model together; nil for all of a shard. It changes memory and time, no bit.
    public var microBatch: Int?
    /// How the learning rate changes from epoch to epoch; nil where it stays.
    public var schedule: Schedule?
    /// What is set beside these; an experiment that sets none of it reads as it always did.
    public var additions = Additions()

    /// Options that came later, each without effect unless it is set.
    public struct Additions: Sendable, Equatable {
        /// The largest magnitude of a gradient's element; nil for no clipping.
        public var clipValue: Double?
        /// Over how many steps the rate rises to the schedule's; 0 for none.
        public var warmup = 0
        /// The share of a target that every class gets an equal part of.
        public var labelSmoothing = 0.0
        /// How much each class counts in the loss; nil for all the same.
        public var classWeights: ClassWeights?
        /// How many batches' sequences are sorted by length together; nil for batches as they were drawn.
        public var lengthBuckets: Int?
        /// Whether the validation split is evaluated after each epoch.
        public var validatesEachEpoch = false
        /// When training ends before its last epoch; nil for never.
        public var earlyStopping: EarlyStopping?

        public init() {}
    }

    public init(
        optimizer: OptimizerName, learningRate: Double, momentum: Double = 0, beta1: Double = 0.9,
        beta2: Double = 0.999, epsilon: Double = 1e-8, weightDecay: Double = 0, clipNorm: Double? = nil,
        batchSize: Int, epochs: Int, shards: Int = 1, microBatch: Int? = nil, schedule: Schedule? = nil
    ) {
        self.optimizer = optimizer
        self.learningRate = learningRate
        self.momentum = momentum
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon
        self.weightDecay = weightDecay
        self.clipNorm = clipNorm
        self.batchSize = batchSize
        self.epochs = epochs
        self.shards = shards
        self.microBatch = microBatch
        self.schedule = schedule
    }

    /// The learning rate of a step of an epoch, both counted from 0, the step through the whole run.
    ///
    /// In the `n` steps of the warm-up it is `rate × ((step + 1) ÷ n)` of what the schedule gives.
    public func learningRate(epoch: Int, step: Int) throws(FloatingPointFault) -> Double {
        let rate = try schedule?.rate(learningRate, epoch: epoch) ?? learningRate
        return step < additions.warmup ? rate * (Double(step + 1) / Double(additions.warmup)) : rate
    }
}

extension TrainingOptions {
    init(
        _ options: inout OptionReader, task: Experiment.Task, head: SequenceModelConfiguration.Head
    ) throws(FormatError) {
        let fraction = 0.0...(1.0).nextDown
        let positive = Double.leastNormalMagnitude...1e30
        self.init(
            optimizer: try options.choice("optimizer"),
            learningRate: try options.number("learningRate", in: positive),
            momentum: try options.number("momentum", default: 0, in: fraction),
            beta1: try options.number("beta1", default: 0.9, in: fraction),
            beta2: try options.number("beta2", default: 0.999, in: fraction),
            epsilon: try options.number("epsilon", default: 1e-8, in: positive),
            weightDecay: try options.number("weightDecay", default: 0, in: 0...1e30),
            batchSize: try options.integer("batchSize", in: 1...1_000_000_000),
            epochs: try options.integer("epochs", in: 1...100_000),
            shards: try options.integer("shards", default: 1, in: 1...1_000_000))
        if options.isSet("clipNorm") {
            clipNorm = try options.number("clipNorm", in: positive)
        }
        if options.isSet("microBatch") {
            microBatch = try options.integer("microBatch", in: 1...1_000_000_000)
        }
        if options.isSet("schedule") {
            var scheduleOptions = try options.object("schedule")
            schedule = try Schedule(&scheduleOptions)
            try scheduleOptions.finish()
        }
        additions = try Additions(&options, task: task)
        for (key, isSet) in [
            ("labelSmoothing", additions.labelSmoothing > 0), ("classWeights", additions.classWeights != nil),
        ] where isSet && head != .softmax {
            throw options.error(key, "a \(head.rawValue) head has none", remedy: "use model.head \"softmax\"")
        }
        if clipNorm != nil && additions.clipValue != nil {
            throw options.error("clipValue", "clipNorm clips already", remedy: "keep one of the two")
        }
    }

    /// Holds options that were built in Swift to what is asked of those that are read.
    ///
    /// - Precondition: every option is within the range that its JSON has.
    func requireRanges(task: Experiment.Task, head: SequenceModelConfiguration.Head) {
        do {
            var options = try OptionReader(json, path: "training options")
            _ = try TrainingOptions(&options, task: task, head: head)
        } catch { fatalError("\(error)") }
    }

    /// Micro-batches and a schedule are named where there are any, so that experiments without them read as they always did.
    var json: JSONValue {
        var json: JSONValue = [
            "optimizer": optimizer.rawValue, "learningRate": learningRate, "momentum": momentum, "beta1": beta1,
            "beta2": beta2, "epsilon": epsilon, "weightDecay": weightDecay, "clipNorm": clipNorm,
            "batchSize": batchSize, "epochs": epochs, "shards": shards,
        ]
        json.add("microBatch", ifPresent: microBatch)
        json.add("schedule", ifPresent: schedule?.json)
        return json.adding(additions.json)
    }
}
