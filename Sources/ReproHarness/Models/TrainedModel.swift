import ReproFormats
import ReproNN
import ReproNumerics
import ReproTrace
import ReproTraining
import ReproVerification

/// The model that a run left in its directory: experiment, weights, vocabulary and labels.
///
///     let model = try TrainedModel(contentsOf: ".repro/trec")
///     let prediction = try model.predict("How far is it from Denver to Aspen ?")
///     print(prediction?.label ?? "", prediction?.probability ?? 0)
///
/// A text's prediction has the same bits alone, in any batch and in any order, on every number of threads and every kernel.
public struct TrainedModel {
    /// What was trained.
    public let experiment: Experiment
    /// The digest of the run.
    public let digest: Digest
    /// How text becomes the numbers that the model reads; nil where it reads features.
    public let encoding: TextEncoding?
    /// The classes' labels, class by class; their numbers where the data has no labels. None of a model that gives numbers.
    public let labels: [String]
    let model: SequenceModel
    let engine: Engine
    private let weights: RecurrentWeights

    /// How many sequences pass through the model together. No bit depends on it.
    static let batchSize = 256

    /// Reads `run.json`, `encoding.json` and `model.safetensors`.
    ///
    /// - Parameter engine: what computes; nil for one thread on the processor's best kernels.
    /// - Throws: `FormatError` where a file is missing or is not what the run wrote; `FloatingPointFault`.
    public init(contentsOf directory: String, engine: Engine? = nil) throws {
        let place = RunDirectory(path: directory)
        guard let run = try place.finishedRun() else {
            throw FormatError(
                .badData, path: place.path, problem: "holds no run that has finished",
                remedy: "name the directory of a run that trained to its end")
        }
        digest = run.root
        experiment = try Experiment.decode(.object(run.options), path: run.path).experiment
        guard experiment.training != nil, run.lastStage == nil, run.perturbation == nil else {
            throw FormatError(
                .badData, path: place.path, problem: "the run of '\(run.experiment)' left no trained model",
                remedy: "name a run that trained to its end, without a planted fault")
        }
        let encodingPath = place.path + "/" + RunDirectory.encodingName
        let path = place.path + "/" + RunDirectory.modelName
        let file = try SafetensorsFile(path: path)
        let dataset: Dataset
        if FileOperations.kind(at: encodingPath) != nil {
            let encoding = try TextEncoding(try JSONValue.read(path: encodingPath), path: encodingPath)
            self.encoding = encoding
            labels = encoding.labels.map { String(decoding: $0, as: UTF8.self) }
            dataset = Dataset(encodedBy: encoding)
        } else {
            encoding = nil
            dataset = try TrainedModel.features(experiment, file, missing: encodingPath)
            labels = experiment.task == .regression ? [] : (0..<dataset.classes).map(String.init)
        }
        let configuration = experiment.modelConfiguration(for: dataset)
        var parameters: [Parameter] = []
        for (name, shape) in configuration.parameterShapes {
            guard let tensor = try file.value(named: name).tensor, tensor.shape == shape else {
                throw TrainedModel.foreign(path, name, "is no F32 tensor of shape \(shape)")
            }
            parameters.append(Parameter(name: name, value: tensor))
        }
        try TrainedModel.verify(parameters, against: run, path: path)
        self.engine = try engine ?? Engine(threads: 1)
        model = SequenceModel(configuration, parameters: parameters)
        weights = try model.weights(for: self.engine, backward: false)
    }

    /// What a model of features was trained on, by the shapes of its weights.
    private static func features(
        _ experiment: Experiment, _ file: SafetensorsFile, missing: String
    ) throws(FormatError) -> Dataset {
        guard let source = experiment.data as? any FeatureSource else {
            throw FormatError(
                .noInput, path: missing, problem: "no such file, and without it no text can be read",
                remedy: "run the experiment again")
        }
        let name = experiment.model.cells[0].rawValue + ".weight_ih_l0"
        let shape = file.entry(named: name)?.shape ?? []
        guard shape.count == 2 else { throw foreign(file.path, name, "is no matrix") }
        return Dataset(features: shape[1], classes: source.files.classes)
    }

    /// Holds the weights to the digests that the run recorded of them.
    private static func verify(_ parameters: [Parameter], against run: RecordedRun, path: String) throws(FormatError) {
        let hashing = Hashing()
        guard let final = run.stages.last(where: { $0.id == .final }), let leaves = final.leaves else {
            throw FormatError(
                .badData, path: run.path, problem: "lists no digest of the weights",
                remedy: "name a run directory that `repro run` wrote")
        }
        for parameter in parameters {
            let digest = hashing.tensor(name: parameter.name, parameter.value)
            guard leaves.contains(where: { Text.areSame($0.name, parameter.name) && $0.digest == digest }) else {
                throw foreign(path, parameter.name, "is not what the run trained: its digest is another")
            }
        }
    }

    private static func foreign(_ path: String, _ key: String, _ problem: String) -> FormatError {
        FormatError(.badData, path: path, key: key, problem: problem, remedy: "take the weights that the run wrote")
    }

    /// Whether the model labels each token, and not the whole sequence.
    public var isTagger: Bool { experiment.task == .tagging }

    /// Predicts the label of a text, or its number.
    ///
    /// - Returns: nil where the text holds no token.
    /// - Precondition: the model is a classifier of text.
    /// - Throws: `FloatingPointFault`.
    public func predict(_ text: String) throws -> Prediction? { try predict([text])[0] }

    /// Predicts the label of each text, or its number; nil for one that holds no token.
    ///
    /// - Precondition: the model reads text and is no tagger.
    /// - Throws: `FloatingPointFault`.
    public func predict(_ texts: [String]) throws -> [Prediction?] {
        guard let encoding, !isTagger else { preconditionFailure("'\(experiment.name)' does not read whole texts") }
        return try predictions(texts.map { encoding.tokenization.tokens(of: Array($0.utf8)) }).map { $0.first }
    }

    /// Predicts the label of each word of some sentences.
    ///
    /// - Precondition: the model is a tagger of text.
    /// - Throws: `FloatingPointFault`.
    public func tag(_ sentences: [[String]]) throws -> [[Prediction]] {
        guard let encoding, isTagger else { preconditionFailure("'\(experiment.name)' is no tagger of text") }
        return try predictions(sentences.map { encoding.tokenization.tokens(of: $0.map { Array($0.utf8) }) })
    }

    /// The predictions of each text's tokens: one, or of a tagger one per token; none for a text without any.
    ///
    /// - Precondition: the model reads text.
    /// - Throws: `FloatingPointFault`.
    public func predictions(_ sequences: [Tokens]) throws -> [[Prediction]] {
        var results = [[Prediction]](repeating: [], count: sequences.count)
        let filled = sequences.indices.filter { !sequences[$0].isEmpty }
        for first in stride(from: 0, to: filled.count, by: TrainedModel.batchSize) {
            let places = filled[first..<min(first + TrainedModel.batchSize, filled.count)]
            var rows = try predictions(of: logits(batch(places.map { sequences[$0] })))[...]
            for place in places {
                let count = isTagger ? sequences[place].count : 1
                results[place] = Array(rows.prefix(count))
                rows = rows.dropFirst(count)
            }
        }
        return results
    }

    /// The prediction of each row of logits.
    ///
    /// - Throws: `FloatingPointFault`.
    func predictions(of logits: Tensor) throws -> [Prediction] {
        let head = model.configuration.head
        guard head != .linear else {
            return logits.elements.map { Prediction(label: "\($0)", class: 0, probabilities: [], number: $0) }
        }
        let probabilities = try head.probabilities(logits, engine: engine).elements
        return try head.predictions(logits).enumerated().map { row, number in
            let own = Array(probabilities[(row * labels.count)..<((row + 1) * labels.count)])
            return Prediction(label: labels[number], class: number, probabilities: own, number: nil)
        }
    }

    /// The rows of logits of some sequences, none of them empty.
    ///
    /// - Throws: `FloatingPointFault`.
    func logits(_ batch: SequenceBatch) throws -> Tensor {
        try model.logits(batch, weights: weights, engine: engine)
    }

    /// The tokens of texts as the model takes them.
    ///
    /// - Precondition: the model reads text.
    func batch(_ sequences: [Tokens]) -> SequenceBatch {
        guard let encoding else { preconditionFailure("'\(experiment.name)' reads no text") }
        return SequenceBatch(
            inputs: .tokens(sequences.flatMap { encoding.numbers($0) }), lengths: sequences.map(\.count), targets: [],
            affixes: encoding.affixes.columns(of: sequences.joined()))
    }
}

/// What a model says of a text, or of a word.
public struct Prediction: Sendable, Equatable {
    /// The label of the most probable class, the first where several are; in regression the number as text.
    public let label: String
    /// The class's number; 0 in regression.
    public let `class`: Int
    /// The probability of each class, in the order of ``TrainedModel/labels``; none in regression.
    public let probabilities: [Float]
    /// In regression the number itself, else nil.
    public let number: Float?

    /// The label's own probability; nil in regression.
    public var probability: Float? { number == nil ? probabilities[`class`] : nil }
}
