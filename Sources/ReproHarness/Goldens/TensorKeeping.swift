import Foundation
import ReproFormats
import ReproNumerics
import ReproTrace
import ReproTraining
import ReproVerification

/// Gives goldens that stand as they are the tensors that explain a drift.
public struct TensorKeeping: Sendable {
    public let folder: GoldenFolder
    public let engine: Engine

    public init(folder: GoldenFolder, engine: Engine) {
        self.folder = folder
        self.engine = engine
    }

    /// A golden, and the tensors of a run that reproduced it; nil where they are too large to be kept.
    ///
    /// - Throws: ``GoldenFault``, ``NotReproduced``, and what a run throws.
    public func tensors(
        of name: String, onProgress: @escaping (RunProgress) -> Void = { _ in }
    ) throws -> (golden: Golden, tensors: [KeptTensor]?) {
        let golden = try folder.golden(named: name)
        let experiment = try Experiment.decode(golden.experiment, path: folder.path(of: name)).experiment
        let options = RunOptions(
            resolve: { [folder] in Paths.resolve($0, against: folder.path) }, onProgress: onProgress)
        let run = try Repetition(
            of: golden.stages, moved: nil, options: options
        ) { try experiment.run(seed: golden.seed, engine: engine, options: $0).trace }
        guard run.trace.root == golden.root else { throw NotReproduced(name: name) }
        return (golden, run.goldenTensors)
    }

    /// This build does not give the golden, so that its tensors are not the golden's.
    public struct NotReproduced: Error, CustomStringConvertible {
        public let name: String

        public var description: String {
            "'\(name)' is not reproduced by this build, so its tensors are not the golden's and nothing was written; "
                + "`repro check \(name)` shows where it drifts"
        }
    }
}

extension GoldenFolder {
    /// Writes the tensors beside a golden, or takes away those of an earlier one where the new are too large. No byte depends on
    /// who does it, or when.
    ///
    /// - Throws: `FormatError`, `.cannotCreate`, where another's file has the name.
    public func write(_ tensors: [KeptTensor]?, of golden: Golden) throws(FormatError) {
        let path = tensorPath(of: golden.name)
        if let present = try? SafetensorsFile(path: path), !present.metadata.contains(where: { $0.key == "golden" }) {
            throw FormatError(
                .cannotCreate, path: path, problem: "holds tensors that are not a golden's",
                remedy: "move it elsewhere: beside '\(golden.name).json' this name is the golden's")
        }
        guard let tensors else {
            try? FileManager.default.removeItem(atPath: path)
            return
        }
        try Safetensors.write(
            tensors.map { NamedArray($0.name, $0.values) },
            metadata: [
                ("contract", String(Golden.contract)), ("digest", golden.root.hexadecimal), ("golden", golden.name),
            ], to: path)
    }
}

extension KeptTensor {
    /// - Precondition: no bytes of a data file.
    fileprivate var values: ArrayValue {
        bytes.withUnsafeBytes { bytes in
            leaf.elementType == .float32
                ? .float(Tensor(shape: leaf.shape, elements: Array(bytes.bindMemory(to: Float.self))))
                : .int(shape: leaf.shape, elements: Array(bytes.bindMemory(to: Int64.self)))
        }
    }
}
