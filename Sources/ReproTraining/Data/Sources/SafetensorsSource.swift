import ReproFormats
import ReproRandom

/// Tensors in one safetensors file per split.
public struct SafetensorsSource: TrainingSource, FeatureSource {
    static let format = "safetensors"
    package static let fileCount = 1
    static let tasks = [Experiment.Task.classification, .tagging, .regression]

    /// The files of each split.
    public var files: TensorFiles

    var options: JSONValue { files.json { $0[0].json } }
    public var paths: [String] { files.splits.flatMap(\.paths) }

    public func mappingPaths(_ transform: (String) -> String) -> SafetensorsSource {
        SafetensorsSource(files: files.mappingPaths(transform))
    }

    func dataset(_ request: DataRequest) throws -> Dataset { try files.dataset(request, arrays: arrays) }

    package func arrays(_ files: [ByteFile]) throws -> [ArrayValue] {
        let file = try SafetensorsFile(files[0])
        return try TensorFiles.names.map { try file.value(named: $0) }
    }
}

extension SafetensorsSource {
    init(_ options: inout OptionReader, task: Experiment.Task) throws(FormatError) {
        files = try TensorFiles(&options, task: task) { split, options throws(FormatError) in
            [try options.string(split)]
        }
    }
}

extension DataSource where Self == SafetensorsSource {
    /// Data read by this source.
    public static func safetensors(_ files: TensorFiles) -> SafetensorsSource { SafetensorsSource(files: files) }
}
