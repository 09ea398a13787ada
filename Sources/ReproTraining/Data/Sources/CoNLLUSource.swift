import ReproFormats
import ReproRandom

/// Sentences whose words are tagged.
public struct CoNLLUSource: TrainingSource {
    static let format = "conllu"
    static let tasks = [Experiment.Task.tagging]

    /// The file of each split.
    public var files: TextFiles

    var options: JSONValue { files.json }
    public var paths: [String] { files.splits.map(\.path) }

    public func mappingPaths(_ transform: (String) -> String) -> CoNLLUSource {
        CoNLLUSource(files: files.mappingPaths(transform))
    }

    func dataset(_ request: DataRequest) throws -> Dataset {
        try files.dataset(request) { bytes, path in
            try CoNLLU.parse(bytes, path: path).map { sentence in
                LabelledSequence(tokens: sentence.forms, labels: sentence.tags, lines: sentence.lines)
            }
        }
    }
}

extension CoNLLUSource {
    init(_ options: inout OptionReader) throws(FormatError) { files = try TextFiles(&options) }
}

extension DataSource where Self == CoNLLUSource {
    /// Data read by this source.
    public static func conllu(_ files: TextFiles) -> CoNLLUSource { CoNLLUSource(files: files) }
}
