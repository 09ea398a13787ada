import ReproFormats
import ReproNN
import ReproNumerics

/// A source that reads tensors of features.
package protocol FeatureSource {
    /// The files of each split.
    var files: TensorFiles { get }
    /// How many files a split has.
    static var fileCount: Int { get }
    /// The tensors of one split's files, in the order of ``TensorFiles/names``.
    func arrays(_ files: [ByteFile]) throws -> [ArrayValue]
}

extension FeatureSource {
    /// Sequences to evaluate a trained model on.
    ///
    /// - Parameters:
    ///   - paths: the files of one split.
    ///   - features: how many features the model reads.
    /// - Throws: `FormatError` where they are not what `TensorFiles` describes.
    package func sequences(paths: [String], tagging: Bool, features: Int) throws -> SequenceSet {
        let batch = try TensorFiles.batch(
            try arrays(try paths.map { try ByteFile(path: $0) }), paths: paths, tagging: tagging,
            classes: files.classes)
        if case .features(let inputs) = batch.inputs, inputs.shape[1] != features {
            throw TensorFiles.malformed(
                paths[0], "inputs", "\(inputs.shape[1]) features where the model reads \(features)")
        }
        return SequenceSet(batch, tagging: tagging)
    }
}

/// The paths of tensor files, one list per split, and the number of classes: what npy and safetensors sources share.
///
/// A split is `inputs` `[N, T, I]`, `lengths` `[N]`, and `targets` `[N]` or, tagging, `[N, T]`: integers, but floats in
/// regression. Steps past a length are not read.
public struct TensorFiles: Sendable, Equatable {
    /// The tensors of a split, by the names that a safetensors file gives them, in the order of npy files.
    static let names = ["inputs", "lengths", "targets"]

    /// The files of the training split.
    public var train: [String]
    /// The files of the validation split; nil for none.
    public var validation: [String]?
    /// The files of the test split; nil for none.
    public var test: [String]?
    /// How many classes there are; nil in regression.
    public var classes: Int?

    public init(train: [String], validation: [String]? = nil, test: [String]? = nil, classes: Int?) {
        self.train = train
        self.validation = validation
        self.test = test
        self.classes = classes
    }

    /// The splits that there are, with their files.
    public var splits: [(split: Split, paths: [String])] {
        [(.train, train)]
            + [(Split.validation, validation), (.test, test)].compactMap { split, paths in
                paths.map { (split, $0) }
            }
    }

    func mappingPaths(_ transform: (String) -> String) -> TensorFiles {
        TensorFiles(
            train: train.map(transform), validation: validation?.map(transform), test: test?.map(transform),
            classes: classes)
    }
}

extension TensorFiles {
    /// - Parameter paths: reads the paths of one split.
    init(
        _ options: inout OptionReader, task: Experiment.Task,
        paths: (String, inout OptionReader) throws(FormatError) -> [String]
    ) throws(FormatError) {
        self.init(
            train: try paths("train", &options),
            validation: options.has("validation") ? try paths("validation", &options) : nil,
            test: options.has("test") ? try paths("test", &options) : nil,
            classes: task == .regression ? nil : try options.integer("classes", in: 2...1_000_000))
    }

    /// - Parameter paths: writes the paths of one split.
    func json(paths: ([String]) -> JSONValue) -> JSONValue {
        var json = JSONValue.object(splits.map { .init($0.split.rawValue, paths($0.paths)) })
        json.add("classes", ifPresent: classes)
        return json
    }

    /// Reads every split.
    ///
    /// - Parameter arrays: the tensors of one split's files, in the order of ``names``.
    func dataset(
        _ request: DataRequest, arrays: ([ByteFile]) throws -> [ArrayValue]
    ) throws -> Dataset {
        var read: [(split: Split, sequences: SequenceSet)] = []
        var contents: [(split: Split, files: [FileDigest])] = []
        var features = 0
        for (split, paths) in splits {
            // Read once: what is digested is what is trained on.
            let bytes = try paths.map { try request.reader.contents(of: $0) }
            let paths = paths.map(request.reader.resolve)
            let batch = try TensorFiles.batch(
                try arrays(zip(paths, bytes).map { ByteFile(bytes: $1, path: $0) }), paths: paths,
                tagging: request.tagging, classes: classes)
            guard case .features(let inputs) = batch.inputs else { fatalError("tensors are features") }
            if features != 0 && inputs.shape[1] != features {
                throw TensorFiles.malformed(
                    paths[0], "inputs", "\(inputs.shape[1]) features where the training split has \(features)")
            }
            features = inputs.shape[1]
            read.append((split, SequenceSet(batch, tagging: request.tagging)))
            contents.append((split, bytes.map { FileDigest($0) }))
        }
        return Dataset(
            input: .features(features), classes: classes ?? 1, labels: [], splits: read, files: contents)
    }

    fileprivate static func batch(
        _ arrays: [ArrayValue], paths: [String], tagging: Bool, classes: Int?
    ) throws -> SequenceBatch {
        let path = { (index: Int) in paths[min(index, paths.count - 1)] }
        guard let inputs = arrays[0].tensor, inputs.rank == 3, inputs.count > 0 else {
            throw malformed(path(0), "inputs", "not a tensor of floats [sequences, steps, features]")
        }
        let (count, steps, features) = (inputs.shape[0], inputs.shape[1], inputs.shape[2])
        guard let lengths = arrays[1].integers, lengths.count == count else {
            throw malformed(path(1), "lengths", "not \(count) integers, one per sequence")
        }
        for (index, length) in lengths.enumerated() where length < 1 || length > Int64(steps) {
            throw malformed(path(1), "lengths", "length \(length) at \(index) is outside 1…\(steps)")
        }
        var elements: [Float] = []
        for sequence in 0..<count {
            let first = sequence * steps * features
            elements += inputs.elements[first..<(first + Int(lengths[sequence]) * features)]
        }
        if let element = elements.firstIndex(where: { !$0.isFinite }) {
            throw malformed(path(0), "inputs", "element \(element) of the valid steps is not finite")
        }
        return SequenceBatch(
            inputs: .features(Tensor(shape: [elements.count / features, features], elements: elements)),
            lengths: lengths.map(Int.init),
            targets: try classes.map {
                try TensorFiles.classes(
                    arrays[2], path: path(2), lengths: lengths, steps: tagging ? steps : nil, classes: $0)
            } ?? [],
            numbers: classes == nil ? try TensorFiles.numbers(arrays[2], path: path(2), count: count) : [])
    }

    /// The classes of all sequences, or, where `steps` is given, of the valid steps of all sequences.
    private static func classes(
        _ array: ArrayValue, path: String, lengths: [Int64], steps: Int?, classes: Int
    ) throws -> [Int] {
        let expected = [lengths.count] + (steps.map { [$0] } ?? [])
        guard let targets = array.integers, array.shape == expected else {
            throw malformed(path, "targets", "not integers of shape \(expected)")
        }
        let valid =
            steps.map { steps in
                lengths.enumerated().flatMap { targets[($0 * steps)..<($0 * steps + Int($1))].map(Int.init) }
            } ?? targets.map(Int.init)
        for target in valid where target < 0 || target >= classes {
            throw malformed(path, "targets", "class \(target) is outside 0…\(classes - 1)")
        }
        return valid
    }

    /// The numbers of all sequences.
    private static func numbers(_ array: ArrayValue, path: String, count: Int) throws -> [Float] {
        guard let targets = array.tensor, targets.shape == [count] else {
            throw malformed(path, "targets", "not floats of shape \([count]), as regression has them")
        }
        if let element = targets.elements.firstIndex(where: { !$0.isFinite }) {
            throw malformed(path, "targets", "element \(element) is not finite")
        }
        return Array(targets.elements)
    }

    fileprivate static func malformed(_ path: String, _ key: String, _ problem: String) -> FormatError {
        FormatError(
            .badData, path: path, key: key, problem: problem,
            remedy: "write inputs [N, T, I] F32, lengths [N] I64 and targets [N] or [N, T] I64, in regression [N] F32")
    }
}
