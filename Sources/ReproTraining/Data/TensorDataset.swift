import ReproFormats
import ReproNN
import ReproNumerics

extension Dataset {
    /// The tensors of a split, by the names that a safetensors file gives them, in the order of npy files.
    static let tensorNames = ["inputs", "lengths", "targets"]

    /// Reads splits of tensors: `inputs` `[N, T, I]`, `lengths` `[N]`, and `targets` `[N]` or, tagging, `[N, T]`. Steps past a
    /// length are not read.
    init(tensors files: DataSource.TensorFiles, tagging: Bool, resolve: (String) -> String) throws {
        var splits: [(split: Split, sequences: SequenceSet)] = []
        var contents: [(split: Split, contents: [[UInt8]])] = []
        var features = 0
        for (split, paths) in files.splits {
            let paths = paths.map(resolve)
            // Read once: what is digested is what is trained on.
            let bytes = try paths.map { try ByteFile.contents(of: $0) }
            let arrays = try Dataset.arrays(files.format, zip(paths, bytes).map { ByteFile(bytes: $1, path: $0) })
            let batch = try Dataset.batch(arrays, paths: paths, tagging: tagging, classes: files.classes)
            guard case .features(let inputs) = batch.inputs else { preconditionFailure("tensors are features") }
            if features != 0 && inputs.shape[1] != features {
                throw Dataset.malformed(
                    paths[0], "inputs", "\(inputs.shape[1]) features where the training split has \(features)")
            }
            features = inputs.shape[1]
            splits.append((split, SequenceSet(batch, tagging: tagging)))
            contents.append((split, bytes))
        }
        self.init(
            input: .features(features), classes: files.classes, labels: [], vocabulary: nil, splits: splits,
            files: contents)
    }

    private static func arrays(_ format: DataSource.TensorFiles.Format, _ files: [ByteFile]) throws -> [ArrayValue] {
        switch format {
        case .npy: return try files.map { try NPYFile($0).read() }
        case .safetensors:
            let file = try SafetensorsFile(files[0])
            return try tensorNames.map { try file.value(named: $0) }
        }
    }

    private static func batch(
        _ arrays: [ArrayValue], paths: [String], tagging: Bool, classes: Int
    ) throws -> SequenceBatch {
        let path = { (index: Int) in paths[min(index, paths.count - 1)] }
        guard let inputs = arrays[0].tensor, inputs.rank == 3, inputs.count > 0 else {
            throw malformed(path(0), "inputs", "not a tensor of floats [sequences, steps, features]")
        }
        let (count, steps, features) = (inputs.shape[0], inputs.shape[1], inputs.shape[2])
        guard let lengths = arrays[1].integers, lengths.count == count else {
            throw malformed(path(1), "lengths", "not \(count) integers, one a sequence")
        }
        for (index, length) in lengths.enumerated() where length < 1 || length > Int64(steps) {
            throw malformed(path(1), "lengths", "length \(length) at \(index) is outside 1…\(steps)")
        }
        let expected = tagging ? [count, steps] : [count]
        guard let targets = arrays[2].integers, arrays[2].shape == expected else {
            throw malformed(path(2), "targets", "not integers of shape \(expected)")
        }
        var elements: [Float] = []
        var valid: [Int] = []
        for sequence in 0..<count {
            let length = Int(lengths[sequence])
            let first = sequence * steps * features
            elements += inputs.elements[first..<(first + length * features)]
            valid +=
                tagging
                ? targets[(sequence * steps)..<(sequence * steps + length)].map(Int.init) : [Int(targets[sequence])]
        }
        for target in valid where target < 0 || target >= classes {
            throw malformed(path(2), "targets", "class \(target) is outside 0…\(classes - 1)")
        }
        if let element = elements.firstIndex(where: { !$0.isFinite }) {
            throw malformed(path(0), "inputs", "element \(element) of the valid steps is not finite")
        }
        return SequenceBatch(
            inputs: .features(Tensor(shape: [elements.count / features, features], elements: elements)),
            lengths: lengths.map(Int.init), targets: valid)
    }

    private static func malformed(_ path: String, _ key: String, _ problem: String) -> FormatError {
        FormatError(
            .badData, path: path, key: key, problem: problem,
            remedy: "write inputs [N, T, I] F32, lengths [N] I64 and targets [N] or [N, T] I64")
    }
}
