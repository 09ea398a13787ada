import Foundation
import ReproFormats
import ReproTraining

/// The folder that a run leaves: `run.json`, `model.safetensors`, `outputs.safetensors`, `metrics.csv`, and where they were
/// asked for `trace.tsv` and `kept.safetensors`.
public struct RunDirectory: Sendable {
    public let path: String

    /// What a run writes, and all that may be replaced.
    private static let fileNames = [
        "run.json", "model.safetensors", "outputs.safetensors", "metrics.csv", OperationLog.traceName,
        OperationLog.keptName,
    ]

    /// - Parameter path: the folder; slashes at its end mean nothing.
    public init(path: String) {
        var path = path[...]
        while path.utf8.count > 1, path.utf8.last == UInt8(ascii: "/") { path.removeLast() }
        self.path = String(path)
    }

    /// Whether the run may stand there afterwards: nothing is there, or it may be replaced; and folders can be created there,
    /// so that a long training does not end at a place that refuses its result.
    ///
    /// - Parameter replacing: whether a run directory that is there may go. Anything that is no run directory stays, whatever
    ///   this says.
    /// - Throws: `FormatError`, `.cannotCreate`.
    public func verifyPlace(replacing: Bool) throws(FormatError) {
        let manager = FileManager.default
        var isFolder: ObjCBool = false
        guard manager.fileExists(atPath: path, isDirectory: &isFolder) else { return try verifyWritable() }
        guard isFolder.boolValue else {
            throw FormatError(
                .cannotCreate, path: path, problem: "is a file", remedy: "name a folder that does not exist yet")
        }
        guard replacing else {
            throw FormatError(
                .cannotCreate, path: path, problem: "exists already",
                remedy: "name another folder, or replace the run in it with --force")
        }
        let contents = (try? manager.contentsOfDirectory(atPath: path)) ?? ["?"]
        guard contents.allSatisfy(RunDirectory.fileNames.contains) else {
            throw FormatError(
                .cannotCreate, path: path, problem: "holds more than a run's files",
                remedy: "name another folder; this one is left alone")
        }
        try verifyWritable()
    }

    /// The folder that the run's stands in, or the first above it that exists.
    var nearestFolder: String {
        var place = path
        repeat {
            place = Paths.folder(of: place)
        } while place != "." && place != "/"
            && !FileManager.default.fileExists(atPath: place)
        return place
    }

    /// Creates a folder beside the path, or beside the first folder above it that is missing, and removes it.
    private func verifyWritable() throws(FormatError) {
        let place = nearestFolder
        let probe = "\(place)/.repro-\(ProcessInfo.processInfo.processIdentifier).tmp"
        guard mkdir(probe, 0o777) == 0 || errno == EEXIST else {
            throw FormatError(
                .cannotCreate, path: path,
                problem: "no folder can be created in '\(place)': \(String(cString: strerror(errno)))",
                remedy: "choose a place that can be written to with --output")
        }
        rmdir(probe)
    }

    /// Writes the run beside its place and renames it: a kill leaves the old folder or the new one, both whole.
    ///
    /// - Throws: `FormatError`: cannot create, input-output.
    public func write(
        _ result: RunResult, environment: RunEnvironment, operations: OperationLog? = nil, replacing: Bool
    ) throws(FormatError) {
        try verifyPlace(replacing: replacing)
        let manager = FileManager.default
        let temporary = "\(path).\(ProcessInfo.processInfo.processIdentifier).tmp"
        do {
            try manager.createDirectory(atPath: temporary, withIntermediateDirectories: true)
        } catch {
            throw FormatError(
                .cannotCreate, path: path, problem: "the folder cannot be created",
                remedy: "choose a place that can be written to with --output")
        }
        defer { try? manager.removeItem(atPath: temporary) }
        try AtomicFile.write(
            result.json(environment: environment).encoded(.pretty), to: temporary + "/run.json")
        try result.export(to: temporary + "/model.safetensors")
        try Safetensors.write(
            result.outputs.map { NamedArray($0.name, .float($0.value)) }, metadata: result.metadata,
            to: temporary + "/outputs.safetensors")
        try AtomicFile.write(Array(result.csv.utf8), to: temporary + "/metrics.csv")
        try operations?.write(to: temporary)
        try replace(with: temporary)
    }

    /// Puts the folder in place. No system call that Swift reaches everywhere exchanges two folders, so an old one steps
    /// aside first: a kill exactly between the two renames leaves it whole beside its place, with `.old` at its end.
    private func replace(with temporary: String) throws(FormatError) {
        let old = temporary + ".old"
        let isThere = FileManager.default.fileExists(atPath: path)
        var status = isThere ? rename(path, old) : 0
        if status == 0 {
            status = rename(temporary, path)
            if status != 0 && isThere { _ = rename(old, path) }
        }
        guard status == 0 else {
            throw FormatError(
                .cannotCreate, path: path,
                problem: "the folder cannot be put in place: \(String(cString: strerror(errno)))",
                remedy: "choose another place with --output")
        }
        if isThere { try? FileManager.default.removeItem(atPath: old) }
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
