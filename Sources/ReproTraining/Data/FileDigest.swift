import ReproFormats
import ReproTrace

/// What a run keeps of a data file's bytes: how many there are, and the digests of their pieces.
struct FileDigest: Sendable {
    let byteCount: Int
    let pieces: [UInt8]

    /// A file that was read to its end.
    init(_ file: DigestedFile) {
        (byteCount, pieces) = (file.byteCount, file.pieces)
    }

    init(_ bytes: [UInt8]) {
        (byteCount, pieces) = (bytes.count, bytes.withBytes { Hashing().pieces(of: $0) })
    }
}
