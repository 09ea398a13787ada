import ReproNumerics

/// A batch of sequences in the order of positions: sequence by sequence, time ascending.
public struct SequenceBatch: Sendable {
    /// What the model reads: tokens or features.
    public enum Inputs: Sendable {
        /// One token per position.
        case tokens([Int])
        /// `[P, I]`.
        case features(Tensor)
    }

    /// The tokens or features of all valid positions.
    public var inputs: Inputs
    /// How many positions each sequence has.
    public let lengths: [Int]
    /// One class per sequence or, in tagging, per position; none in regression.
    public let targets: [Int]
    /// In regression the number of each sequence, else none.
    public var numbers: [Float]
    /// For each table of affixes the affix of every position.
    public let affixes: [[Int]]

    public init(
        inputs: Inputs, lengths: [Int], targets: [Int], numbers: [Float] = [], affixes: [[Int]] = []
    ) {
        self.inputs = inputs
        self.lengths = lengths
        self.targets = targets
        self.numbers = numbers
        self.affixes = affixes
    }

    /// How many targets there are, classes or numbers.
    public var targetCount: Int { targets.count + numbers.count }

    /// How many positions the sequences have together.
    public var positions: Int { lengths.reduce(0, +) }
}

/// What a sequence model is made of.
public struct SequenceModelConfiguration: Sendable, Equatable {
    /// What the model takes: tokens of a vocabulary, or features.
    public enum Input: Sendable, Equatable {
        case tokens(vocabulary: Int, embedding: Int)
        case features(Int)
    }

    /// What the linear layer reads.
    public enum Readout: Sendable, Equatable {
        /// One row per sequence: the last layer's final states, merged.
        case finalStates(Merging)
        /// One row per position: the last layer's output.
        case positions
    }

    /// What the logits mean.
    public enum Head: String, Sendable, CaseIterable {
        case softmax
        case sigmoid
        /// One output that is the number itself, for regression.
        case linear

        /// The predicted class of each row of logits `[N, C]`: the first maximum, or with a sigmoid head whether its one
        /// logit is above 0.
        ///
        /// - Throws: `FloatingPointFault`: an environment may take a subnormal logit for 0.
        public func predictions(_ logits: Tensor) throws(FloatingPointFault) -> [Int] {
            try FloatingPointEnvironment.verify()
            require(self != .linear, "a linear head has no classes")
            let rows = logits.matrix
            return (0..<rows.rows).map { index in
                let row = rows[index]
                if self == .sigmoid { return row[0] > 0 ? 1 : 0 }
                var best = 0
                for column in 1..<max(1, row.count) where row[column] > row[best] { best = column }
                return best
            }
        }

        /// The probability of each class, `[N, C]`, from logits `[N, C]`: the exponential of the log-softmax; of the sigmoid head
        /// 1 − p and p.
        ///
        /// - Precondition: no linear head.
        /// - Throws: `FloatingPointFault`.
        public func probabilities(_ logits: Tensor, engine: Engine) throws(FloatingPointFault) -> Tensor {
            switch self {
            case .softmax:
                let logarithms = try LogSoftmax().forward(logits, engine: engine)
                let result = Matrix(rows: logits.shape[0], columns: logits.shape[1])
                engine.kernels.exp(logarithms.view, into: result.elements)
                return Tensor(result, shape: logits.shape)
            case .sigmoid:
                let result = Matrix(rows: logits.shape[0], columns: 2)
                for (row, p) in try Sigmoid().forward(logits, engine: engine).elements.enumerated() {
                    (result[row][0], result[row][1]) = (1 - p, p)
                }
                return Tensor(result, shape: [logits.shape[0], 2])
            case .linear: fatalError("a linear head has no classes")
            }
        }

        /// The mean loss of logits `[N, C]`, and its gradient.
        ///
        /// - Precondition: a target per row, each within the classes; no linear head.
        /// - Throws: ``NothingCounted`` where there is no row, `FloatingPointFault`.
        public func loss(_ logits: Tensor, targets: [Int], engine: Engine) throws -> LossValue {
            switch self {
            case .softmax: return try Loss.crossEntropy(logits, targets: targets, engine: engine)
            case .sigmoid:
                let expected = Tensor(shape: logits.shape, elements: targets.map(Float.init))
                return try Loss.binaryCrossEntropyWithLogits(logits, targets: expected, engine: engine)
            case .linear: fatalError("a linear head has no classes")
            }
        }
    }

    /// A table of embeddings of the first or last letters of words.
    public struct AffixTable: Sendable, Equatable {
        /// The module's name, such as `prefix2`.
        public let name: String
        /// How many affixes there are, padding and unknown among them.
        public let vocabulary: Int
        /// How many features each has.
        public let features: Int

        public init(name: String, vocabulary: Int, features: Int) {
            (self.name, self.vocabulary, self.features) = (name, vocabulary, features)
        }
    }

    /// What the model takes.
    public let input: Input
    /// Tables whose rows stand behind the token's own; none for features.
    public let affixes: [AffixTable]
    /// Whether `embedding.weight` stays as it begins: its gradient is +0.
    public let freezesEmbedding: Bool
    /// The recurrent layers.
    public let recurrent: RecurrentConfiguration
    /// What the linear layer reads.
    public let readout: Readout
    /// How logits become probabilities.
    public let head: Head
    /// Classes; the sigmoid head tells two apart with one logit. 1 in regression.
    public let classes: Int

    /// - Precondition: the recurrent input size is that of the embeddings together, or the features'; 2 classes with a sigmoid
    ///   head, 1 with a linear one.
    public init(
        input: Input, affixes: [AffixTable] = [], freezesEmbedding: Bool = false, recurrent: RecurrentConfiguration,
        readout: Readout, head: Head, classes: Int
    ) {
        switch input {
        case .tokens(_, let width), .features(let width):
            let width = affixes.reduce(width) { $0 + $1.features }
            require(recurrent.inputSize == width, "\(width) features into \(recurrent.inputSize)")
        }
        require(
            head == .softmax || classes == (head == .sigmoid ? 2 : 1), "a \(head.rawValue) head for \(classes) classes")
        self.input = input
        self.affixes = affixes
        self.freezesEmbedding = freezesEmbedding
        self.recurrent = recurrent
        self.readout = readout
        self.head = head
        self.classes = classes
    }

    /// How many logits the linear layer gives for each row.
    public var logitCount: Int { head == .sigmoid ? 1 : classes }

    /// The names and shapes of the model's parameters, in their order.
    package var parameterShapes: [(name: String, shape: [Int])] {
        var shapes: [(name: String, shape: [Int])] = []
        if case .tokens(let vocabulary, let width) = input { shapes.append(("embedding.weight", [vocabulary, width])) }
        shapes += affixes.map { ($0.name + ".weight", [$0.vocabulary, $0.features]) }
        shapes += recurrent.parameterShapes.map { ("\(recurrent.cell.rawValue).\($0.name)", $0.shape) }
        return shapes + [("linear.weight", [logitCount, readoutSize]), ("linear.bias", [logitCount])]
    }

    /// Features that the linear layer reads.
    public var readoutSize: Int {
        switch readout {
        case .finalStates(let merging):
            merging.width(stateSize: recurrent.stateSize, directions: recurrent.directions)
        case .positions: recurrent.outputSize
        }
    }
}
