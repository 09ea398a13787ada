/// A file that is read once from its beginning to its end, and digested piece by piece as it is read. What is read of it again
/// has to be what was read first.
package struct DigestedFile: Sendable {
    /// Bytes that are digested together.
    package static let pieceSize = 16_384
    private static let digestSize = 32

    let file: ByteFile
    /// The digests, 32 bytes each, of consecutive pieces of ``pieceSize`` bytes, of which the last may be shorter.
    private let digest: @Sendable ([UInt8]) -> [UInt8]
    /// The digests of what was read so far.
    package private(set) var pieces: [UInt8] = []
    private(set) var position = 0

    package init(_ file: ByteFile, digest: @escaping @Sendable ([UInt8]) -> [UInt8]) {
        (self.file, self.digest) = (file, digest)
    }

    /// The file's size.
    package var byteCount: Int { file.byteCount }
    var isAtEnd: Bool { position == byteCount }

    /// The next bytes, fewer at the file's end.
    ///
    /// - Precondition: the count is a multiple of ``pieceSize``.
    mutating func readOn(_ count: Int) throws(FormatError) -> [UInt8] {
        precondition(count % DigestedFile.pieceSize == 0, "\(count) bytes are no whole pieces")
        let bytes = try file.read(at: position, count: min(count, byteCount - position))
        position += bytes.count
        pieces += digest(bytes)
        return bytes
    }

    /// Whole pieces that hold a range of what was read before, from the offset of the first of them.
    ///
    /// - Parameter ahead: how many pieces to read behind the range.
    /// - Throws: `FormatError`, `.inputOutput`, where they are not the bytes that were read before.
    func readAgain(_ range: Range<Int>, ahead: Int) throws(FormatError) -> (bytes: [UInt8], offset: Int) {
        let size = DigestedFile.pieceSize
        let first = range.lowerBound / size
        let end = min(position, ((range.upperBound + size - 1) / size + ahead) * size)
        let bytes = try file.read(at: first * size, count: end - first * size)
        let found = digest(bytes)
        let expected = pieces[(first * DigestedFile.digestSize)...].prefix(found.count)
        guard found.elementsEqual(expected) else {
            let piece = zip(found, expected).enumerated().first { $1.0 != $1.1 }?.offset ?? 0
            throw FormatError(
                .inputOutput, path: file.path, byteOffset: (first + piece / DigestedFile.digestSize) * size,
                problem: "the file was changed while the run read it",
                remedy: "let its writer finish, and start the run again")
        }
        return (bytes, first * size)
    }
}
