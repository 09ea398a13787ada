import ReproFormats
import ReproRandom

/// Tensors in three npy files per split: inputs, lengths and targets.
public struct NPYSource: TrainingSource, FeatureSource {
    static let format = "npy"
    package static let fileCount = 3
    static let tasks = [Experiment.Task.classification, .tagging, .regression]

    /// The files of each split.
    public var files: TensorFiles

    var options: JSONValue {
        files.json { .object(zip(TensorFiles.names, $0).map { .init($0, $1.json) }) }
    }
    public var paths: [String] { files.splits.flatMap(\.paths) }

    public func mappingPaths(_ transform: (String) -> String) -> NPYSource {
        NPYSource(files: files.mappingPaths(transform))
    }

    func dataset(_ request: DataRequest) throws -> Dataset {
        try files.dataset(request, arrays: arrays)
    }

    package func arrays(_ files: [ByteFile]) throws -> [ArrayValue] { try files.map { try NPYFile($0).read() } }
}

extension NPYSource {
    init(_ options: inout OptionReader, task: Experiment.Task) throws(FormatError) {
        files = try TensorFiles(&options, task: task) { split, options throws(FormatError) in
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
