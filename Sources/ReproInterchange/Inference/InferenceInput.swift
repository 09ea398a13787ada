import ReproFormats
import ReproNN
import ReproNumerics
import ReproTrace

/// What a recurrent module is to run over, read from files and held against the module.
public struct InferenceInput: Sendable {
    /// `[T, B, I]`, `[B, T, I]` batch first, or `[T, I]` without a batch.
    public let input: Tensor
    /// Valid steps of each sequence, nil for all of them.
    public let lengths: [Int]?
    /// h_0 `[L·D, B, S]` (`[L·D, S]` without a batch), +0 where nil.
    public let hidden: Tensor?
    /// LSTM: c_0 `[L·D, B, H]`.
    public let cell: Tensor?

    /// Reads npy files, or safetensors files of one tensor each.
    ///
    /// - Throws: `FormatError` for files that cannot be read, numbers other than binary32 (lengths: int64 or int32), shapes that
    ///   do not fit, and lengths outside 1 … T; `NotFiniteError` for a NaN or an infinity where it would be read.
    public init(
        _ path: String, lengths lengthsPath: String? = nil, hidden hiddenPath: String? = nil,
        cell cellPath: String? = nil, for configuration: RecurrentConfiguration
    ) throws {
        input = try SingleArray.floats(path)
        let shape = try configuration.shape(ofInput: input.shape, path)
        lengths = try lengthsPath.map { try shape.lengths($0) }
        hidden = try hiddenPath.map { try configuration.state($0, "h_0", width: configuration.stateSize, of: shape) }
        cell = try cellPath.map { try configuration.state($0, "c_0", width: configuration.hiddenSize, of: shape) }
        if let element = shape.firstNotFinite(in: input, lengths: lengths) {
            let bits = input[offset: element].bitPattern
            throw NotFiniteError(place: .file(path), tensor: "input", element: element, bits: bits)
        }
    }
}

extension RecurrentConfiguration {
    fileprivate func shape(ofInput shape: [Int], _ path: String) throws(FormatError) -> SequenceShape {
        do {
            return try SequenceShape(shape, batchFirst: batchFirst, features: inputSize, module: "\(cell)")
        } catch {
            guard shape.contains(0) else {
                let layout = batchFirst ? "[B, T, \(inputSize)]" : "[T, B, \(inputSize)]"
                throw FormatError(
                    .badData, path: path, key: "input",
                    problem: "shape \(shape), and the weights read \(inputSize) features per step",
                    remedy: "give \(layout), or [T, \(inputSize)] for one sequence")
            }
            throw FormatError(
                .badData, path: path, key: "input", problem: "shape \(shape) has no element",
                remedy: "give at least one sequence of at least one step")
        }
    }

    /// Reads h_0 or c_0.
    fileprivate func state(_ path: String, _ name: String, width: Int, of shape: SequenceShape) throws -> Tensor {
        let state = try SingleArray.floats(path)
        let expected = shape.states(blocks: layers * directions, width: width)
        guard state.shape == expected else {
            throw FormatError(
                .badData, path: path, key: name, problem: "shape \(state.shape), and the module needs \(expected)",
                remedy: "give one state per layer and direction; batch first does not concern it")
        }
        try state.verifyFinite(name, in: .file(path))
        return state
    }
}

extension SequenceShape {
    /// Reads the valid steps of each sequence.
    fileprivate func lengths(_ path: String) throws(FormatError) -> [Int] {
        let (shape, elements) = try SingleArray.integers(path)
        guard shape == [batch] else {
            throw FormatError(
                .badData, path: path, key: "lengths", problem: "shape \(shape) for \(batch) sequences",
                remedy: "give one length per sequence; --batch-first says that the input is [B, T, I]")
        }
        for (index, length) in elements.enumerated() where length < 1 || length > Int64(steps) {
            throw FormatError(
                .badData, path: path, key: "lengths",
                problem: "length \(length) of sequence \(index) is outside 1…\(steps)",
                remedy: length == 0 ? "leave empty sequences out, as PyTorch's packing does" : "correct it")
        }
        return elements.map(Int.init)
    }

    /// The offset of the first NaN or infinity of a valid step: what stands past a length is never read.
    fileprivate func firstNotFinite(in input: Tensor, lengths: [Int]?) -> Int? {
        // The usual answer, in one quick pass.
        let first = input.firstNotFinite()
        guard let first, let lengths else { return first }
        var isRead = [Bool](repeating: false, count: steps * batch)
        for sequence in 0..<batch {
            for step in 0..<lengths[sequence] { isRead[row(sequence: sequence, step: step)] = true }
        }
        return (first..<input.count).first { isRead[$0 / features] && !input[offset: $0].isFinite }
    }
}
