import ReproFormats
import ReproTraining
import ReproVerification

/// The folder that a run leaves: `run.json`, `model.safetensors`, `outputs.safetensors`, `metrics.csv`, of a classification or
/// tagging `confusion.csv`, of a model that reads text `encoding.json`, and where they were asked for `trace.tsv`, `kept.safetensors` and the folder `checkpoints`.
///
/// The run has finished once `run.json` is there.
public struct RunDirectory: Sendable {
    private let folder: AtomicFolder

    /// The file that tells of a run that has finished.
    static let recordName = "run.json"
    static let modelName = "model.safetensors"
    static let encodingName = "encoding.json"
    static let lossesName = "metrics.csv"

    /// What a run writes, and all that may be replaced.
    private static let fileNames = [
        recordName, modelName, encodingName, lossesName, "outputs.safetensors", "confusion.csv",
        OperationLog.traceName, OperationLog.keptName, CheckpointFolder.name,
    ]

    private static func isOwn(_ name: String) -> Bool { fileNames.contains(name) || AtomicFile.isTemporary(name) }

    /// - Parameter path: the folder; slashes at its end mean nothing.
    public init(path: String) {
        folder = AtomicFolder(path: path, option: "--output")
    }

    /// Where the run stands.
    public var path: String { folder.path }

    /// The folder that the run's stands in, or the first above it that exists.
    var nearestFolder: String { folder.nearestFolder }

    /// Whether the run may stand there afterwards: nothing is there, or it may be replaced; and folders can be created there,
    /// so that a long training does not end at a place that refuses its result.
    ///
    /// - Parameters:
    ///   - replacing: whether a run directory that is there may go. Anything that is no run directory stays, whatever this says,
    ///     and so does a run that goes on.
    ///   - unfinished: whether it may go where it has not finished and writes checkpoints on a schedule; nil for `replacing`.
    /// - Throws: `FormatError`, `.cannotCreate`.
    public func verifyPlace(replacing: Bool, unfinished: Bool? = nil) throws(FormatError) {
        folder.recover()
        guard let contents = try folder.contents() else { return try folder.verifyWritable() }
        guard replacing else {
            throw FormatError(
                .cannotCreate, path: path, problem: "exists already",
                remedy: "name another folder, or replace the run in it with --force")
        }
        guard contents.allSatisfy(RunDirectory.isOwn) else {
            throw FormatError(
                .cannotCreate, path: path, problem: "holds more than a run's files",
                remedy: "name another folder; this one is left alone")
        }
        if contents.contains(CheckpointFolder.name) {
            let isScheduled = try CheckpointFolder.isScheduled(in: path)
            if isScheduled && !contents.contains(RunDirectory.recordName) && !(unfinished ?? replacing) {
                throw FormatError(
                    .cannotCreate, path: path, problem: "holds a run that was stopped",
                    remedy: "go on with `repro resume`, or replace it with --force")
            }
        }
        try folder.verifyWritable()
    }

    /// What `run.json` says of the run that stands here; nil where none has finished here.
    ///
    /// - Throws: `FormatError`, `.noInput` where there is no folder, and as ``RecordedRun``.
    public func finishedRun() throws(FormatError) -> RecordedRun? {
        guard let contents = try folder.contents() else {
            throw FormatError(.noInput, path: path, problem: "no such folder", remedy: "name a run directory")
        }
        guard contents.contains(RunDirectory.recordName) else { return nil }
        return try RecordedRun(path: path + "/" + RunDirectory.recordName)
    }

    /// Takes away what an earlier run left, its record first: from then on nothing here has finished.
    func clear(_ files: FileOperations) throws(FormatError) {
        for name in RunDirectory.fileNames where name != CheckpointFolder.name { try files.remove(path + "/" + name) }
        try removeTemporaries(files)
    }

    /// Takes away what a killed process had begun to write.
    func removeTemporaries(_ files: FileOperations) throws(FormatError) {
        for name in try FileOperations.names(in: path) where AtomicFile.isTemporary(name) {
            try files.remove(path + "/" + name)
        }
    }

    /// Writes the run, whole or not at all.
    ///
    /// - Throws: `FormatError`: cannot create, input-output.
    public func write(
        _ result: RunResult, environment: RunEnvironment, operations: OperationLog? = nil, replacing: Bool
    ) throws {
        try verifyPlace(replacing: replacing)
        try folder.write { temporary in
            try RunDirectory.write(result, environment: environment, operations: operations, in: temporary)
        }
    }

    /// Writes the result of a run into the folder of its checkpoints, file by file.
    ///
    /// - Throws: `FormatError`: cannot create, input-output.
    func complete(_ result: RunResult, environment: RunEnvironment) throws {
        try RunDirectory.write(result, environment: environment, operations: nil, in: path)
    }

    private static func write(
        _ result: RunResult, environment: RunEnvironment, operations: OperationLog?, in folder: String
    ) throws {
        try result.export(to: folder + "/" + modelName)
        if let encoding = result.encoding {
            try AtomicFile.write(encoding.json.encoded(.pretty), to: folder + "/" + encodingName)
        }
        try Safetensors.write(
            result.outputs.map { NamedArray($0.name, .float($0.value)) }, metadata: result.metadata,
            to: folder + "/outputs.safetensors")
        try AtomicFile.write(
            Array(LossFile.text(result.losses, validations: result.validations).utf8), to: folder + "/" + lossesName)
        if let confusion = ConfusionFile.text(result.scores.flatMap(\.confusionEntries)) {
            try AtomicFile.write(Array(confusion.utf8), to: folder + "/confusion.csv")
        }
        try operations?.write(to: folder)
        try AtomicFile.write(
            result.json(environment: environment).encoded(.pretty), to: folder + "/" + recordName)
    }
}

extension RunResult {
    /// Writes the parameters under PyTorch's names: `load_state_dict(load_file(path), strict=True)` reads them into a module
    /// that holds the layers under the same names (`embedding`; `lstm`, `gru` or `rnn`; `linear`).
    ///
    /// - Throws: `FormatError`: cannot create, input-output.
    public func export(to path: String) throws(FormatError) {
        try Safetensors.write(
            parameters.map { NamedArray($0.name, .float($0.value)) }, metadata: metadata, to: path)
    }

    fileprivate var metadata: [(key: String, value: String)] {
        [
            ("contract", String(ReproVersion.contract)), ("digest", trace.root.hexadecimal),
            ("experiment", experiment.name), ("seed", String(seed)),
        ]
    }
}
