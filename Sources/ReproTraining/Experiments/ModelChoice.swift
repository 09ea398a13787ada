import ReproFormats
import ReproNN
import ReproNumerics

/// Options that do not fit the data or each other.
public struct ExperimentError: Error, Equatable, CustomStringConvertible {
    /// The experiment's name.
    public let experiment: String
    /// What does not fit together.
    public let problem: String
    /// What to change.
    public let remedy: String

    public var description: String { "experiment '\(experiment)': \(problem); \(remedy)" }
}

extension Experiment {
    /// The model that the data and the options make.
    ///
    /// - Precondition: `validate` passed.
    package func modelConfiguration(for dataset: Dataset) -> SequenceModelConfiguration {
        let input: SequenceModelConfiguration.Input
        let inputSize: Int
        let additions = model.additions
        switch dataset.input {
        case .tokens(let vocabulary):
            input = .tokens(vocabulary: vocabulary, embedding: model.embedding)
            inputSize = model.embedding + additions.affixWidth
        case .features(let features):
            input = .features(features)
            inputSize = features
        }
        let names = additions.affixes.flatMap { ["prefix\($0)", "suffix\($0)"] }
        return SequenceModelConfiguration(
            input: input,
            affixes: zip(names, dataset.affixVocabularies).map {
                .init(name: $0, vocabulary: $1, features: additions.affixEmbedding)
            },
            freezesEmbedding: additions.vectors?.isFrozen ?? false,
            recurrent: model.recurrent(model.cells[0], inputSize: inputSize),
            readout: task == .tagging ? .positions : .finalStates(model.pooling), head: model.head,
            classes: dataset.classes)
    }

    /// Holds the options against the data, which only a run knows.
    func validate(_ dataset: Dataset) throws {
        try verifySize(dataset)
        if case .tokens = dataset.input, model.embedding < 1 {
            throw ExperimentError(
                experiment: name, problem: "data of tokens needs an embedding",
                remedy: "set model.embedding to its number of features")
        }
        if case .features = dataset.input, model.embedding > 0 {
            throw ExperimentError(
                experiment: name, problem: "data of features has no tokens to embed",
                remedy: "set model.embedding to 0")
        }
        if case .tokens = dataset.input, model.initialization == .torch {
            throw ExperimentError(
                experiment: name, problem: "an embedding cannot start from PyTorch's numbers",
                remedy: "set model.init to \"repro\"")
        }
        if let training { try verify(training.additions, dataset) }
        if model.head == .sigmoid && dataset.classes != 2 {
            throw ExperimentError(
                experiment: name,
                problem: "a sigmoid head tells 2 classes apart, and the training split has \(dataset.classes)",
                remedy: "set model.head to \"softmax\"")
        }
    }

    /// Refuses what the splits and the classes do not allow.
    private func verify(
        _ additions: TrainingOptions.Additions, _ dataset: Dataset
    ) throws {
        if additions.validatesEachEpoch && dataset.sequences(.validation) == nil {
            throw ExperimentError(
                experiment: name, problem: "there is no validation split to evaluate after each epoch",
                remedy: "add data.validation, or leave training.validate out")
        }
        if additions.earlyStopping?.metric == .spanF1 && !SpanScores.areSpans(dataset.labels) {
            throw ExperimentError(
                experiment: name, problem: "the labels are not those of spans, so that there is no spanF1",
                remedy: "set training.earlyStopping.metric to \"macroF1\"")
        }
        if additions.earlyStopping?.metric == .spanF1, try dataset.sequences(.validation)!.targets().contains(-1) {
            throw ExperimentError(
                experiment: name,
                problem: "the validation split has labels that training lacks, so that there is no spanF1",
                remedy: "set data.unseenLabels to \"skip\", or training.earlyStopping.metric to \"macroF1\"")
        }
        if additions.classWeights != nil, try classWeights(for: dataset) == nil {
            throw ExperimentError(
                experiment: name,
                problem: "training.classWeights do not fit the \(dataset.classes) classes of the training split",
                remedy: "give one weight per class; \"balanced\" needs every class in the training split")
        }
    }

    /// The weights of the classes; nil where none are set, or none fit.
    func classWeights(for dataset: Dataset) throws(FormatError) -> Tensor? {
        try training?.additions.classWeights?.tensor(
            targets: dataset.sequences(.train)!.targets(), classes: dataset.classes)
    }

    /// The most elements that parameters, or a generated input, may have: 4 GiB of binary32.
    static let greatestElementCount = 1 << 30

    /// Refuses a model that no memory would hold, before anything is allocated. Every option is below 10^6, so that no
    /// product here leaves the integers.
    private func verifySize(_ dataset: Dataset) throws(ExperimentError) {
        let (inputSize, embedding) =
            switch dataset.input {
            case .tokens(let vocabulary):
                (
                    model.embedding + model.additions.affixWidth,
                    vocabulary * model.embedding + dataset.affixVocabularies.reduce(0, +)
                        * model.additions.affixEmbedding
                )
            case .features(let features): (features, 0)
            }
        try verifyParameterCount(
            embedding + parameterCount(model.cells[0], inputSize: max(1, inputSize)) + dataset.classes * 2
                * model.hidden)
    }

    func verifyParameterCount(_ count: Int) throws(ExperimentError) {
        guard count > Experiment.greatestElementCount else { return }
        throw ExperimentError(
            experiment: name,
            problem: "a model of \(count) parameters is larger than \(Experiment.greatestElementCount)",
            remedy: "make model.hidden, model.layers or model.embedding smaller")
    }

    func parameterCount(_ cell: Cell, inputSize: Int) -> Int {
        model.recurrent(cell, inputSize: inputSize).parameterShapes.map { $0.shape.reduce(1, *) }.reduce(0, +)
    }
}
