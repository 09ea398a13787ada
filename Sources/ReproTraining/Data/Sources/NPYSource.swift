import ReproFormats
import ReproRandom

/// Tensors in three npy files per split: inputs, lengths and targets.
public struct NPYSource: TrainingSource, FeatureSource {
    static let format = "npy"
    package static let fileCount = 3
    static let tasks = [Experiment.Task.classification, .tagging]

    /// The files of each split.
    public var files: TensorFiles

    var options: JSONValue {
        files.json { .object(zip(TensorFiles.names, $0).map { .init($0, $1.json) }) }
    }
    public var paths: [String] { files.splits.flatMap(\.paths) }

    public func mappingPaths(_ transform: (String) -> String) -> NPYSource {
        NPYSource(files: files.mappingPaths(transform))
    }

    func dataset(tagging: Bool, streams: RandomStreams, reader: DataReader) throws -> Dataset {
        try files.dataset(tagging: tagging, reader: reader, arrays: arrays)
    }

    package func arrays(_ files: [ByteFile]) throws -> [ArrayValue] { try files.map { try NPYFile($0).read() } }
}

extension NPYSource {
    init(_ options: inout OptionReader) throws(FormatError) {
        files = try TensorFiles(&options) { split, options throws(FormatError) in
            var files = try options.object(split)
            var paths: [String] = []
            for name in TensorFiles.names { paths.append(try files.string(name)) }
            try files.finish()
            return paths
        }
    }
}

extension DataSource where Self == NPYSource {
    /// Data read by this source.
    public static func npy(_ files: TensorFiles) -> NPYSource { NPYSource(files: files) }
}
