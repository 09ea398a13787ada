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
        let input = try SingleArray.floats(path)
        let place = try InputPlace(input.shape, path, configuration)
        let lengths = try lengthsPath.map { try place.lengths($0) }
        if let (position, element) = place.firstNotFinite(in: input, lengths: lengths) {
            throw NotFiniteError(stage: path, tensor: "input", element: position, bits: element.bitPattern)
        }
        self.input = input
        self.lengths = lengths
        hidden = try hiddenPath.map { try place.state($0, "h_0", width: configuration.stateSize) }
        cell = try cellPath.map { try place.state($0, "c_0", width: configuration.hiddenSize) }
    }
}

/// How an input's axes lie.
private struct InputPlace {
    let configuration: RecurrentConfiguration
    let steps: Int
    let batch: Int
    let isBatchless: Bool

    init(_ shape: [Int], _ path: String, _ configuration: RecurrentConfiguration) throws(FormatError) {
        let features = configuration.inputSize
        let layout = configuration.batchFirst ? "[B, T, \(features)]" : "[T, B, \(features)]"
        guard shape.count == 2 || shape.count == 3, shape.last == features else {
            throw FormatError(
                .badData, path: path, key: "input",
                problem: "shape \(shape), and the weights read \(features) features a step",
                remedy: "give \(layout), or [T, \(features)] for one sequence")
        }
        guard shape.allSatisfy({ $0 > 0 }) else {
            throw FormatError(
                .badData, path: path, key: "input", problem: "shape \(shape) has no element",
                remedy: "give at least one sequence of at least one step")
        }
        self.configuration = configuration
        isBatchless = shape.count == 2
        let timeAxis = configuration.batchFirst && !isBatchless ? 1 : 0
        steps = shape[timeAxis]
        batch = isBatchless ? 1 : shape[1 - timeAxis]
    }

    func lengths(_ path: String) throws(FormatError) -> [Int] {
        let (shape, elements) = try SingleArray.integers(path)
        guard shape == [batch] else {
            throw FormatError(
                .badData, path: path, key: "lengths", problem: "shape \(shape) for \(batch) sequences",
                remedy: "give one length a sequence; --batch-first says that the input is [B, T, I]")
        }
        for (index, length) in elements.enumerated() where length < 1 || length > Int64(steps) {
            throw FormatError(
                .badData, path: path, key: "lengths",
                problem: "length \(length) of sequence \(index) is outside 1…\(steps)",
                remedy: length == 0 ? "leave empty sequences out, as PyTorch's packing does" : "correct it")
        }
        return elements.map(Int.init)
    }

    func state(_ path: String, _ name: String, width: Int) throws -> Tensor {
        let state = try SingleArray.floats(path)
        let count = configuration.layers * configuration.directions
        let expected = isBatchless ? [count, width] : [count, batch, width]
        guard state.shape == expected else {
            throw FormatError(
                .badData, path: path, key: name, problem: "shape \(state.shape), and the module needs \(expected)",
                remedy: "give one state a layer and direction; batch first does not concern it")
        }
        try state.verifyFinite(name, in: path)
        return state
    }

    /// The first valid element that is none: what stands past a length is never read.
    func firstNotFinite(in input: Tensor, lengths: [Int]?) -> (Int, Float)? {
        // The usual answer, in one quick pass.
        guard input.firstNotFinite() != nil else { return nil }
        let features = configuration.inputSize
        return input.elements.enumerated().first { offset, element in
            guard !element.isFinite else { return false }
            guard let lengths else { return true }
            let row = offset / features
            let (step, sequence) =
                configuration.batchFirst && !isBatchless ? (row % steps, row / steps) : (row / batch, row % batch)
            return step < lengths[sequence]
        }
    }
}

/// What a recurrent module gave: `output`, `h_n` and, of an LSTM, `c_n`, in PyTorch's layouts, each with the digest of the
/// contract's leaf of that name.
public struct Inference: Sendable {
    public struct Result: Sendable {
        public let name: String
        public let value: Tensor
        public let digest: Digest
    }

    public let results: [Result]

    /// Runs a module over an input that was read for its configuration.
    ///
    /// - Throws: `NotFiniteError` where a result is a NaN or an infinity, `FloatingPointFault`.
    public init(_ module: Recurrent, _ input: InferenceInput, engine: Engine) throws {
        try FloatingPointEnvironment.verify()
        let output = try Recurrent.forward(
            input.input, lengths: input.lengths, initial: (input.hidden, input.cell),
            weights: module.weights(for: engine),
            engine: engine)
        let tensors = [("output", output.output), ("h_n", output.hidden)] + (output.cell.map { [("c_n", $0)] } ?? [])
        let hashing = Hashing(kernels: engine.kernels)
        results = try tensors.map { name, value in
            try value.verifyFinite(name, in: "results")
            let digest = value.elements.withUnsafeBytes {
                hashing.tensor(name: name, elementType: .float32, shape: value.shape, bytes: $0)
            }
            return Result(name: name, value: value, digest: digest)
        }
    }

    /// Writes the results as safetensors.
    ///
    /// - Throws: `FormatError`: cannot create, input-output.
    public func write(to path: String) throws(FormatError) {
        try Safetensors.write(results.map { NamedArray($0.name, .float($0.value)) }, to: path)
    }
}

extension Tensor {
    /// - Throws: `NotFiniteError` with the first element that is a NaN or an infinity.
    func verifyFinite(_ name: String, in stage: String) throws(NotFiniteError) {
        guard let element = firstNotFinite() else { return }
        throw NotFiniteError(stage: stage, tensor: name, element: element, bits: self[offset: element].bitPattern)
    }
}
