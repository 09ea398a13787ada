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
