import ReproFormats
import ReproRandom

/// Lines of a label and a text, classified.
public struct TSVSource: TrainingSource {
    static let format = "tsv"
    static let tasks = [Experiment.Task.classification, .regression]

    /// The file of each split.
    public var files: TextFiles

    var options: JSONValue { files.json }
    public var paths: [String] { files.splits.map(\.path) }

    public func mappingPaths(_ transform: (String) -> String) -> TSVSource {
        TSVSource(files: files.mappingPaths(transform))
    }

    func dataset(_ request: DataRequest) throws -> Dataset {
        try files.dataset(request) { bytes, path in
            try TSV.parse(bytes, path: path).map { line in
                LabelledSequence(tokens: Text.tokens(line.text), labels: [line.label], lines: [line.line])
            }
        }
    }
}

extension TSVSource {
    init(_ options: inout OptionReader) throws(FormatError) { files = try TextFiles(&options) }
}

extension DataSource where Self == TSVSource {
    /// Data read by this source.
    public static func tsv(_ files: TextFiles) -> TSVSource { TSVSource(files: files) }
}
