import Foundation
import ReproFormats
import ReproTraining

/// The folder that a run leaves: `run.json`, `model.safetensors`, `outputs.safetensors`, `metrics.csv`.
public struct RunDirectory: Sendable {
    public let path: String

    public init(path: String) { self.path = path }

    /// Whether something may stand there afterwards: nothing is there, or it may be replaced.
    ///
    /// - Parameter replacing: whether a run directory that is there may go. Anything that is no run directory stays, whatever
    ///   this says.
    /// - Throws: `FormatError`, `.cannotCreate`.
    public func verifyPlace(replacing: Bool) throws(FormatError) {
        let manager = FileManager.default
        var isFolder: ObjCBool = false
        guard manager.fileExists(atPath: path, isDirectory: &isFolder) else { return }
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
        guard contents.isEmpty || contents.contains("run.json") else {
            throw FormatError(
                .cannotCreate, path: path, problem: "is no run directory and not empty",
                remedy: "name another folder; this one is left alone")
        }
    }

    /// Writes the run beside its place and renames it: a kill leaves the old folder or the new one.
    ///
    /// - Throws: `FormatError`: cannot create, input-output.
    public func write(
        _ result: RunResult, environment: RunEnvironment, leaves: Bool, replacing: Bool
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
            result.json(environment: environment, leaves: leaves).encoded(.pretty), to: temporary + "/run.json")
        try result.export(to: temporary + "/model.safetensors")
        try Safetensors.write(
            result.outputs.map { NamedArray($0.name, .float($0.value)) }, metadata: result.metadata,
            to: temporary + "/outputs.safetensors")
        try AtomicFile.write(Array(result.csv.utf8), to: temporary + "/metrics.csv")
        try replace(with: temporary)
    }

    private func replace(with temporary: String) throws(FormatError) {
        let manager = FileManager.default
        let old = temporary + ".old"
        do {
            let exists = manager.fileExists(atPath: path)
            if exists { try manager.moveItem(atPath: path, toPath: old) }
            do {
                try manager.moveItem(atPath: temporary, toPath: path)
            } catch {
                if exists { try? manager.moveItem(atPath: old, toPath: path) }
                throw error
            }
            if exists { try? manager.removeItem(atPath: old) }
        } catch {
            throw FormatError(
                .cannotCreate, path: path, problem: "the folder cannot be put in place",
                remedy: "choose another place with --output")
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
