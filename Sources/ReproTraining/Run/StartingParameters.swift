import ReproFormats
import ReproNN
import ReproNumerics

// Parameters that files give take the place of those that were drawn (contract, section 11).

extension SequenceModel {
    /// Takes what the options name files for.
    mutating func start(
        from options: ModelAdditions, _ dataset: Dataset, _ reader: DataReader
    ) throws {
        if let path = options.weights { try take(weightsOf: try reader.file(path)) }
        if let path = options.vectors?.file {
            try take(vectorsOf: try reader.file(path), number: { dataset.number(of: $0) })
        }
    }

    /// Takes every parameter from a safetensors file of PyTorch's names.
    ///
    /// - Throws: `FormatError` for a parameter that the file lacks or has in another shape or type.
    private mutating func take(weightsOf bytes: ByteFile) throws(FormatError) {
        let (path, file) = (bytes.path, try SafetensorsFile(bytes))
        for index in parameters.indices {
            let (name, shape) = (parameters[index].name, parameters[index].value.shape)
            guard file.entry(named: name) != nil else {
                throw FormatError(
                    .badData, path: path, key: name, problem: "the file has no such parameter, which the model needs",
                    remedy: "use weights of a model with the same options, classes and vocabulary")
            }
            let value = try file.value(named: name)
            guard let tensor = value.tensor, tensor.shape == shape else {
                throw FormatError(
                    .badData, path: path, key: name,
                    problem:
                        "\(value.tensor == nil ? "integers" : "numbers") of shape \(value.shape) where the model has "
                        + "numbers of \(shape)",
                    remedy: "use weights of a model with the same options, classes and vocabulary")
            }
            parameters[index].value = tensor
        }
    }

    /// Takes rows of `embedding.weight` from a file of vectors: those of the vocabulary's tokens, each from the first line that
    /// has it. The others stay as they were drawn.
    ///
    /// - Throws: `FormatError` for lines that are no vectors of the embedding's size.
    private mutating func take(vectorsOf file: ByteFile, number: ([UInt8]) -> Int?) throws(FormatError) {
        let width = parameters[0].value.shape[1]
        var vectors = WordVectors(file, width: width)
        var isTaken = [Bool](repeating: false, count: parameters[0].value.shape[0])
        while let (token, vector) = try vectors.next(where: { number($0).map { !isTaken[$0] } ?? false }) {
            guard let row = number(token) else { continue }
            isTaken[row] = true
            for column in 0..<width { parameters[0].value[row, column] = vector[column] }
        }
    }
}
