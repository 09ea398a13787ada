import ReproFormats
import ReproTraining
import ReproVerification

/// The folder that a run leaves: `run.json`, `model.safetensors`, `outputs.safetensors`, `metrics.csv`, of a classification or
/// tagging `confusion.csv`, and where they were asked for `trace.tsv` and `kept.safetensors`.
public struct RunDirectory: Sendable {
    private let folder: AtomicFolder

    /// What a run writes, and all that may be replaced.
    private static let fileNames = [
        "run.json", "model.safetensors", "outputs.safetensors", "metrics.csv", "confusion.csv",
        OperationLog.traceName, OperationLog.keptName,
    ]

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
    /// - Parameter replacing: whether a run directory that is there may go. Anything that is no run directory stays, whatever
    ///   this says.
    /// - Throws: `FormatError`, `.cannotCreate`.
    public func verifyPlace(replacing: Bool) throws(FormatError) {
        folder.recover()
        guard let contents = try folder.contents() else { return try folder.verifyWritable() }
        guard replacing else {
            throw FormatError(
                .cannotCreate, path: path, problem: "exists already",
                remedy: "name another folder, or replace the run in it with --force")
        }
        guard contents.allSatisfy(RunDirectory.fileNames.contains) else {
            throw FormatError(
                .cannotCreate, path: path, problem: "holds more than a run's files",
                remedy: "name another folder; this one is left alone")
        }
        try folder.verifyWritable()
    }

    /// Writes the run, whole or not at all.
    ///
    /// - Throws: `FormatError`: cannot create, input-output.
    public func write(
        _ result: RunResult, environment: RunEnvironment, operations: OperationLog? = nil, replacing: Bool
    ) throws {
        try verifyPlace(replacing: replacing)
        try folder.write { temporary in
            try AtomicFile.write(
                result.json(environment: environment).encoded(.pretty), to: temporary + "/run.json")
            try result.export(to: temporary + "/model.safetensors")
            try Safetensors.write(
                result.outputs.map { NamedArray($0.name, .float($0.value)) }, metadata: result.metadata,
                to: temporary + "/outputs.safetensors")
            try AtomicFile.write(
                Array(LossFile.text(result.losses, validations: result.validations).utf8),
                to: temporary + "/metrics.csv")
            if let confusion = ConfusionFile.text(result.scores) {
                try AtomicFile.write(Array(confusion.utf8), to: temporary + "/confusion.csv")
            }
            try operations?.write(to: temporary)
        }
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
