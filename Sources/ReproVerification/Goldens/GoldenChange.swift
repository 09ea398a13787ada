// What a commit changes in a folder of goldens: one that is written, or one that is taken out.

import ReproFormats
import ReproTrace

/// One golden that is to be written, and what stood in its place when somebody agreed to it.
public struct GoldenChange: Sendable {
    /// What a golden replaces.
    public enum Predecessor: Sendable {
        /// Whatever is there: nobody was asked.
        case any
        /// The golden that was shown; nil where none could be read.
        case shown(Golden?)
    }

    /// The golden as it is to stand there.
    public let golden: Golden
    let predecessor: Predecessor
    /// False where only tensors are written, beside a golden that stays as it is.
    let isGoldenWritten: Bool
    /// The bytes of the file of tensors; none where it goes, because the new ones are too large to be kept.
    package let tensorBytes: [UInt8]

    /// - Parameters:
    ///   - tensorBytes: the file of tensors; empty where they are too large to be kept.
    ///   - isGoldenWritten: false for tensors beside a golden that stays as it is.
    public init(
        _ golden: Golden, tensorBytes: [UInt8], replacing predecessor: Predecessor = .any, isGoldenWritten: Bool = true
    ) {
        self.golden = golden
        self.tensorBytes = tensorBytes
        self.predecessor = predecessor
        self.isGoldenWritten = isGoldenWritten
    }

    /// A golden with the tensors that lie beside it elsewhere.
    ///
    /// - Throws: `FormatError` where the tensors cannot be read.
    public init(copying golden: Golden, tensors: GoldenTensors?) throws(FormatError) {
        self.init(golden, tensorBytes: try tensors?.contents() ?? [])
    }
}

/// A golden that somebody took out of its folder on purpose. The manifest keeps it, so that its absence is no loss.
public struct GoldenRetirement: Sendable, Equatable, JSONRepresentable {
    /// What it was called.
    public let name: GoldenName
    /// What it vouched for: another golden of the name is not meant.
    public let root: Digest
    /// Who took it out.
    public let by: String
    /// Why, in their words.
    public let reason: String

    public init(name: GoldenName, root: Digest, by: String, reason: String) {
        self.name = name
        self.root = root
        self.by = by
        self.reason = reason
    }

    init(_ value: JSONValue) throws(StageCoding.Fault) {
        let parts = try StageCoding.members(value, "a retired golden", ["name", "root", "by", "reason"])
        guard let name = parts[0].string.flatMap({ GoldenName($0) }), let by = parts[2].string,
            let reason = parts[3].string
        else { throw StageCoding.Fault(problem: "a retired golden has a value of another kind") }
        self.init(name: name, root: try StageCoding.digest(parts[1]), by: by, reason: reason)
    }

    public var json: JSONValue { ["name": name, "root": root, "by": by, "reason": reason] }
}
