/// The lines of a file one after another, for files larger than memory.
public struct LineReader {
    private let file: ByteFile
    private var offset = 0
    private var piece: ArraySlice<UInt8> = []
    private var number = 0

    private static let pieceByteCount = 1 << 18
    /// No line of ours is longer, so a file that is something else is refused before it fills the memory.
    private static let greatestLineByteCount = 1 << 16

    /// - Throws: `FormatError`: what opening a `ByteFile` throws.
    public init(path: String) throws(FormatError) {
        self.init(try ByteFile(path: path))
    }

    /// The lines of a file that is open.
    public init(_ file: ByteFile) { self.file = file }

    /// The next line without its `\n`; nil at the end.
    ///
    /// - Throws: `FormatError`: `.badData` for an over-long line and for bytes that are not UTF-8.
    public mutating func next() throws(FormatError) -> String? {
        number += 1
        while true {
            if let end = piece.firstIndex(of: UInt8(ascii: "\n")) {
                defer { piece = piece[(end + 1)...] }
                return try text(piece[..<end])
            }
            if piece.count > LineReader.greatestLineByteCount { throw malformed("the line is too long for this file") }
            let count = min(LineReader.pieceByteCount, file.byteCount - offset)
            if count == 0 {
                if piece.isEmpty { return nil }
                defer { piece = [] }
                return try text(piece)
            }
            piece = piece + (try file.read(at: offset, count: count))
            offset += count
        }
    }

    private func text(_ bytes: ArraySlice<UInt8>) throws(FormatError) -> String {
        guard firstIllFormedUTF8(in: bytes) == nil else { throw malformed("this is not UTF-8") }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func malformed(_ problem: String) -> FormatError {
        FormatError(
            .badData, path: file.path, line: number, problem: problem, remedy: "check how it was made or copied")
    }
}
