import ReproFormats
import ReproNN
import ReproNumerics
import ReproTrace

/// What a recurrent module gave: `output`, `h_n` and, of an LSTM, `c_n`, in PyTorch's layouts, each with the digest of the
/// contract's leaf of that name.
public struct Inference: Sendable {
    /// One of the layer's results.
    public struct Result: Sendable {
        /// `output`, `h_n` or `c_n`.
        public let name: String
        /// The result itself.
        public let value: Tensor
        /// What the result hashes to, under its name.
        public let digest: Digest
    }

    /// The results: `output`, `h_n` and, of an LSTM, `c_n`.
    public let results: [Result]

    /// Runs a module over an input that was read for its configuration.
    ///
    /// - Throws: `NotFiniteError` where a result is a NaN or an infinity, `FloatingPointFault`.
    public init(_ module: Recurrent, _ input: InferenceInput, engine: Engine) throws {
        let output = try module.forward(
            input.input, lengths: input.lengths, initial: InitialStates(hidden: input.hidden, cell: input.cell),
            weights: module.weights(for: engine),
            engine: engine)
        let tensors = [("output", output.output), ("h_n", output.hidden)] + (output.cell.map { [("c_n", $0)] } ?? [])
        let hashing = Hashing(kernels: engine.kernels)
        results = try tensors.map { name, value in
            try value.verifyFinite(name, in: .results)
            return Result(name: name, value: value, digest: hashing.tensor(name: name, value))
        }
    }

    /// Writes the results as safetensors.
    ///
    /// - Throws: `FormatError`: cannot create, input-output.
    public func write(to path: String) throws(FormatError) {
        try Safetensors.write(results.map { NamedArray($0.name, .float($0.value)) }, to: path)
    }
}
