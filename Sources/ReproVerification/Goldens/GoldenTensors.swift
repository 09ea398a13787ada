import ReproFormats
import ReproTrace

/// The tensors of a golden's leaves, in `NAME.safetensors` beside `NAME.json`, each under `STAGE/TENSOR`.
///
/// They tell by how much a run drifted, never whether it did. The golden's own digests vouch for every one of them, so the
/// index need not name the file, and a golden without it is none the worse.
public struct GoldenTensors: Sendable {
    /// Tensors that take more bytes than this together are not kept: files of this size can live in a repository.
    public static let greatestByteCount = 4 << 20
    /// Tensors that take no more than this together are kept without being asked for.
    public static let smallByteCount = 256 << 10

    private let file: ArrayFile

    /// Opens a file and holds all of it against the golden: no tensor more, none less, and each hashes to its leaf.
    ///
    /// - Throws: ``GoldenTensorsFault``.
    init(path: String, golden: Golden) throws(GoldenTensorsFault) {
        let problem: String?
        do {
            file = try ArrayFile(path: path)
            problem = try file.firstForeign(among: GoldenTensors.leaves(of: golden.stages))
        } catch {
            if error.isMissingFile { throw GoldenTensorsFault(kind: .missing, path: path, golden: golden.name.text) }
            throw GoldenTensorsFault(kind: .unreadable(error.problem), path: path, golden: golden.name.text)
        }
        if let problem { throw GoldenTensorsFault(kind: .foreign(problem), path: path, golden: golden.name.text) }
    }

    /// How a tensor of a run differs from the golden's. Nil where the golden keeps none of its name, or they are equal.
    func difference(from found: KeptTensor) throws(FormatError) -> TensorDifference? {
        guard let entry = file.entry(named: found.name) else { return nil }
        return try TensorDifference(entry, of: file, ArrayFile(found))
    }

    /// The file's bytes.
    func contents() throws(FormatError) -> [UInt8] { try file.file.read(at: 0, count: file.file.byteCount) }

    /// Reads all tensors.
    ///
    /// - Throws: `FormatError`, `.inputOutput`.
    public func all(of golden: Golden) throws(FormatError) -> [KeptTensor] {
        var tensors: [KeptTensor] = []
        for (stage, leaf) in GoldenTensors.leaves(of: golden.stages) {
            guard let entry = file.entry(named: KeptTensor.name(stage, leaf)) else { continue }
            let bytes = try file.file.read(at: entry.byteRange.lowerBound, count: entry.byteRange.count)
            tensors.append(KeptTensor(stage: stage, leaf: leaf, bytes: bytes))
        }
        return tensors
    }

    /// The leaves whose tensors are kept: all that a golden lists but the bytes of data files, which lie in the repository
    /// themselves.
    private static func leaves(of stages: [Stage]) -> [(stage: StageID, leaf: Leaf)] {
        stages.flatMap { stage in (stage.leaves ?? []).filter(isKept).map { (stage.id, $0) } }
    }

    /// Whether a leaf's tensor is one that is kept where all together are small enough.
    public static func isKept(_ leaf: Leaf) -> Bool { leaf.elementType != .byte }

    /// Whether the tensors of a golden's stages take at most so many bytes: by default, no more than can be kept.
    public static func areSmall(_ stages: [Stage], limit: Int = greatestByteCount) -> Bool {
        var rest = limit
        for (_, leaf) in leaves(of: stages) {
            let byteCount = leaf.shape.reduce(leaf.elementType.byteCount) { count, size in
                let (product, overflow) = count.multipliedReportingOverflow(by: size)
                return overflow ? .max : product
            }
            guard byteCount <= rest else { return false }
            rest -= byteCount
        }
        return true
    }
}

/// Why the file beside a golden explains nothing. No reason to judge otherwise.
public struct GoldenTensorsFault: Error, Equatable, CustomStringConvertible {
    /// Why the tensors are not used.
    public enum Kind: Sendable, Equatable {
        case missing
        case unreadable(String)
        /// Its tensors are not the golden's; the text names the first.
        case foreign(String)
    }

    /// Why they are not.
    public let kind: Kind
    /// The path of the file.
    public let path: String
    /// The name of the golden that they should explain.
    public let golden: String

    public var description: String {
        let remedy = "`repro bless --tensors \(golden)\(GoldenFolder(path: Paths.folder(of: path)).option)`"
        switch kind {
        case .missing: return "\(path): missing, so no element of a drift can be shown; \(remedy) writes it"
        case .unreadable(let problem):
            return "\(path): not used: \(problem); restore it, or let \(remedy) write it again"
        case .foreign(let problem):
            return "\(path): does not belong to the golden, and is not used: \(problem); "
                + "restore it, or let \(remedy) write it again"
        }
    }
}

extension ArrayFile {
    /// What the file has that the leaves do not vouch for, or lacks of them; nil where they agree.
    fileprivate func firstForeign(among leaves: [(stage: StageID, leaf: Leaf)]) throws(FormatError) -> String? {
        let hashing = Hashing()
        for (stage, leaf) in leaves {
            let name = KeptTensor.name(stage, leaf)
            guard let entry = entry(named: name) else { return "it lacks '\(name)'" }
            guard entry.elementType == leaf.elementType, entry.shape == leaf.shape else {
                return
                    "'\(name)' is \(entry.dtype) \(entry.shape), and the golden's \(leaf.elementType.rawValue) \(leaf.shape)"
            }
            let bytes = try file.read(at: entry.byteRange.lowerBound, count: entry.byteRange.count)
            let digest = hashing.tensor(
                name: leaf.name, elementType: leaf.elementType, shape: leaf.shape, bytes: bytes)
            guard digest == leaf.digest else { return "'\(name)' does not hash to the golden's digest" }
        }
        let names = leaves.map { KeptTensor.name($0.stage, $0.leaf) }
        return entries.first { entry in !names.contains { Text.areSame($0, entry.name) } }
            .map { "the golden has no '\($0.name)'" }
    }
}
