import Foundation
import ReproFormats
import ReproTrace
import ReproTraining
import ReproVerification

/// The folder of a sweep: one run directory per case, and `plan.json`, which says what all of them have in common. A sweep
/// that was stopped goes on there: what ran already is read, not run.
public struct SweepDirectory: Sendable {
    /// Where it stands, without slashes at the end.
    public let path: String

    public init(path: String) { self.path = Paths.trimmed(path) }

    /// Where a case's run stands.
    public func path(of name: String) -> String { "\(path)/\(name)" }

    /// Makes the folder a sweep's over an experiment and its data, or verifies that it is one already.
    ///
    /// - Throws: `FormatError`, `.cannotCreate`, where it holds something else, or a sweep over other options or data.
    public func open(_ experiment: Experiment, data: [Golden.DataFile]) throws(FormatError) {
        let plan: JSONValue = [
            "schema": ReproVersion.schema, "contract": ReproVersion.contract, "experiment": experiment.json,
            "data": data.map { ["path": $0.path, "sha256": $0.digest] as JSONValue },
        ]
        let file = path + "/plan.json"
        if Paths.isFolder(file) == false {
            guard try JSONValue.read(path: file) == plan else {
                throw FormatError(
                    .cannotCreate, path: path, problem: "holds a sweep over other options, data or another contract",
                    remedy: "name another folder with --output; this one is left alone")
            }
            return
        }
        if let isFolder = Paths.isFolder(path) {
            let contents = isFolder ? try? FileManager.default.contentsOfDirectory(atPath: path) : nil
            guard contents?.isEmpty == true else {
                throw FormatError(
                    .cannotCreate, path: path, problem: "exists, and is no sweep's folder",
                    remedy: "name another folder with --output; this one is left alone")
            }
        }
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw FormatError(
                .cannotCreate, path: path, problem: "the folder cannot be created",
                remedy: "choose a place that can be written to with --output")
        }
        try AtomicFile.write(plan.encoded(.pretty), to: file)
    }

    /// The run of a case that stands there already, whole and of this very experiment; nil where there is none, or it is another.
    func finished(_ name: String, _ experiment: Experiment, seed: UInt64) -> RecordedRun? {
        guard let run = try? RecordedRun(path: path(of: name) + "/run.json"), run.seed == seed,
            JSONValue.object(run.options) == experiment.json, run.perturbation == nil, run.lastStage == nil
        else { return nil }
        return run
    }
}
