import ReproNN

/// Everything that fixes a run but its seed: every option, none implied.
public struct Experiment: Sendable, Equatable {
    public enum Task: String, Sendable, CaseIterable {
        /// A class a sequence, from the final states.
        case classification
        /// A class a position.
        case tagging
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

    public var name: String
    public var task: Task
    public var data: DataSource
    public var model: ModelOptions
    /// Nil where nothing is trained.
    public var training: TrainingOptions?
    public var digest: DigestDetail

    public init(
        name: String, task: Task, data: DataSource, model: ModelOptions, training: TrainingOptions?,
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

/// Where an experiment's data comes from.
public enum DataSource: Sendable, Equatable {
    case tsv(TextFiles)
    case conllu(TextFiles)
    /// Roman numerals, a letter a position, added or subtracted.
    case roman
    /// Words of letters, labelled by their first and last.
    case ends(GeneratedSequences, classes: Int, letters: Int)
    /// Sequences of numbers, labelled by the sign of their first feature's sum.
    case balance(GeneratedSequences, features: Int)
    /// Numbers written in the experiment, `[B][T][I]`.
    case values([[[Double]]], lengths: [[Int]])
    /// U(0, 1), `[B, T, I]`.
    case uniform(batch: Int, steps: Int, features: Int, lengths: [[Int]])
    /// Tensors `inputs` `[N, T, I]` F32, `lengths` `[N]` and `targets` `[N]` or `[N, T]`, in safetensors files or in three
    /// npy files each.
    case tensors(TensorFiles)

    /// The paths of text files, a split each.
    public struct TextFiles: Sendable, Equatable {
        public var train: String
        public var validation: String?
        public var test: String?
        public var lowercase: Bool

        public init(train: String, validation: String? = nil, test: String? = nil, lowercase: Bool = false) {
            self.train = train
            self.validation = validation
            self.test = test
            self.lowercase = lowercase
        }

        public var splits: [(split: Split, path: String)] {
            [(.train, train)]
                + [(Split.validation, validation), (.test, test)].compactMap { split, path in
                    path.map { (split, $0) }
                }
        }
    }

    /// The paths of tensor files, a split each: one safetensors file, or npy files of inputs, lengths and targets.
    public struct TensorFiles: Sendable, Equatable {
        public enum Format: String, Sendable { case npy, safetensors }

        public var format: Format
        public var train: [String]
        public var validation: [String]?
        public var test: [String]?
        public var classes: Int

        public init(format: Format, train: [String], validation: [String]? = nil, test: [String]? = nil, classes: Int) {
            self.format = format
            self.train = train
            self.validation = validation
            self.test = test
            self.classes = classes
        }

        public var splits: [(split: Split, paths: [String])] {
            [(.train, train)]
                + [(Split.validation, validation), (.test, test)].compactMap { split, paths in
                    paths.map { (split, $0) }
                }
        }
    }

    /// How many sequences to generate, of which lengths.
    public struct GeneratedSequences: Sendable, Equatable {
        public var minimumLength: Int
        public var maximumLength: Int
        public var train: Int
        public var test: Int

        public init(minimumLength: Int, maximumLength: Int, train: Int, test: Int) {
            self.minimumLength = minimumLength
            self.maximumLength = maximumLength
            self.train = train
            self.test = test
        }
    }
}

/// A part of the data.
public enum Split: String, Sendable, CaseIterable {
    case train
    case validation
    case test
}

/// What a model is made of, up to what the data decides.
public struct ModelOptions: Sendable, Equatable {
    /// One cell; an inspection may look at several modules in turn.
    public var cells: [Cell]
    public var bidirectional: Bool
    public var layers: Int
    /// Features of the embedding; 0 where the data has features of its own.
    public var embedding: Int
    public var hidden: Int
    public var projection: Int
    public var bias: Bool
    public var nonlinearity: Nonlinearity
    public var dropout: Double
    public var pooling: Merging
    public var head: SequenceModelConfiguration.Head
    public var initialization: InitialNumbers

    /// Where parameters come from.
    public enum InitialNumbers: String, Sendable, CaseIterable {
        /// A stream a parameter.
        case repro
        /// PyTorch's one generator, in the order in which PyTorch makes the modules.
        case torch
    }

    public init(
        cells: [Cell] = [.lstm], bidirectional: Bool = true, layers: Int = 1, embedding: Int = 0, hidden: Int,
        projection: Int = 0, bias: Bool = true, nonlinearity: Nonlinearity = .tanh, dropout: Double = 0,
        pooling: Merging = .concat, head: SequenceModelConfiguration.Head = .softmax,
        initialization: InitialNumbers = .repro
    ) {
        self.cells = cells
        self.bidirectional = bidirectional
        self.layers = layers
        self.embedding = embedding
        self.hidden = hidden
        self.projection = projection
        self.bias = bias
        self.nonlinearity = nonlinearity
        self.dropout = dropout
        self.pooling = pooling
        self.head = head
        self.initialization = initialization
    }

    public func recurrent(_ cell: Cell, inputSize: Int) -> RecurrentConfiguration {
        RecurrentConfiguration(
            cell: cell, inputSize: inputSize, hiddenSize: hidden, layers: layers, bias: bias, batchFirst: true,
            dropout: dropout, bidirectional: bidirectional, projectionSize: projection, nonlinearity: nonlinearity)
    }
}

/// How a model is trained.
public struct TrainingOptions: Sendable, Equatable {
    public enum OptimizerName: String, Sendable, CaseIterable {
        case sgd
        case adam
        case adamw
    }

    public var optimizer: OptimizerName
    public var learningRate: Double
    public var momentum: Double
    public var beta1: Double
    public var beta2: Double
    public var epsilon: Double
    public var weightDecay: Double
    /// The largest global gradient norm; nil for no clipping.
    public var clipNorm: Double?
    public var batchSize: Int
    public var epochs: Int
    /// Logical shards of a batch, whose gradients are chains of their own.
    public var shards: Int
    /// The most sequences that pass through the model together; nil for all of a shard. It changes memory and time, no bit.
    public var microBatch: Int?
    /// How the learning rate changes from epoch to epoch; nil where it stays.
    public var schedule: Schedule?

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

    /// The learning rate of an epoch, counted from 0.
    public func learningRate(epoch: Int) -> Double { schedule?.rate(learningRate, epoch: epoch) ?? learningRate }
}
