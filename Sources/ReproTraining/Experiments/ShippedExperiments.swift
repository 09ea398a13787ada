// The six experiments that come with the package, each with every option that differs from its default.

extension Experiment {
    /// The experiments that ship, the default one first (contract, section 13).
    public static let shipped: [Experiment] = [roman, outputs, layers, lastStates, classifier, sigmoidClassifier]

    /// The experiment of a name that ships; nil where none does.
    public static func shipped(named name: String) -> Experiment? { shipped.first { $0.name == name } }

    /// What an experiment shows, in a line.
    public static func summary(of name: String) -> String {
        switch name {
        case "roman": "tags each letter of the Roman numerals 1…3999 as added or subtracted"
        case "outputs": "a Bi-LSTM's output, h_n and c_n, and where each half stands"
        case "layers": "two layers: output and states by direction and layer"
        case "last-states": "the last state five ways, with equal and unequal lengths"
        case "classifier": "embedding, Bi-LSTM, concatenated final states, log-softmax"
        case "sigmoid-classifier": "LSTM, last hidden state, sigmoid"
        default: ""
        }
    }

    static let roman = Experiment(
        name: "roman", task: .tagging, data: .roman, model: ModelOptions(embedding: 16, hidden: 32),
        training: TrainingOptions(optimizer: .adam, learningRate: 0.01, batchSize: 64, epochs: 6))

    static let outputs = Experiment(
        name: "outputs", task: .inspection,
        data: .values(
            [
                [
                    [0.1360, 0.4574, 0.4842, 0.6409, 0.1980], [0.0364, 0.4133, 0.0836, 0.2871, 0.3542],
                    [0.7796, 0.7209, 0.1754, 0.0147, 0.6572], [0.1504, 0.1003, 0.6787, 0.1602, 0.6571],
                ]
            ], lengths: [[4]]),
        model: ModelOptions(hidden: 6), training: nil)

    static let layers = Experiment(
        name: "layers", task: .inspection, data: .uniform(batch: 1, steps: 6, features: 3, lengths: [[6]]),
        model: ModelOptions(layers: 2, hidden: 4), training: nil)

    static let lastStates = Experiment(
        name: "last-states", task: .inspection,
        data: .uniform(batch: 2, steps: 3, features: 4, lengths: [[3, 3], [3, 2]]),
        model: ModelOptions(cells: [.gru, .lstm], hidden: 5), training: nil)

    static let classifier = Experiment(
        name: "classifier", task: .classification,
        data: .ends(
            GeneratedSequences(minimumLength: 3, maximumLength: 8, train: 512, test: 128), classes: 3,
            letters: 6),
        model: ModelOptions(embedding: 12, hidden: 16),
        training: TrainingOptions(optimizer: .adam, learningRate: 0.01, batchSize: 32, epochs: 12))

    static let sigmoidClassifier = Experiment(
        name: "sigmoid-classifier", task: .classification,
        data: .balance(
            GeneratedSequences(minimumLength: 4, maximumLength: 9, train: 512, test: 128), features: 2),
        model: ModelOptions(bidirectional: false, hidden: 16, head: .sigmoid),
        training: TrainingOptions(
            optimizer: .sgd, learningRate: 0.5, momentum: 0.9, clipNorm: 1, batchSize: 32, epochs: 8))
}
