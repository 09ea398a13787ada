/// The lines of a pipe or of a file, one after another, in a memory that a line's greatest length bounds.
public final class LineStream {
    /// The path as it was given; `-` for standard input.
    public let path: String
    /// The number of the line that was read last, from 1.
    public private(set) var number = 0
    private let descriptor: Int32
    private var buffer: [UInt8] = []
    /// Where the next line begins in the buffer.
    private var position = 0
    private var isAtEnd = false

    private static let pieceByteCount = 1 << 18
    /// No line is longer, so that a stream without line ends does not fill the memory.
    public static let greatestLineByteCount = 1 << 24

    /// - Parameter path: a file, a pipe, or `-` for standard input.
    /// - Throws: `FormatError`, `.noInput`.
    public init(path: String) throws(FormatError) {
        self.path = path
        guard path != "-" else {
            descriptor = 0
            return
        }
        do throws(Platform.Failure) { descriptor = try Platform.openStream(path) } catch {
            throw FormatError(
                .noInput, path: path, problem: error.isMissing ? "no such file" : "cannot open: \(error.message)",
                remedy: "check the path")
        }
    }

    deinit { if path != "-" { try? Platform.close(descriptor) } }

    /// Whether a line can be had without waiting for whoever writes the stream.
    public var hasLine: Bool { isAtEnd ? position < buffer.count : lineEnd(from: position) != nil }

    /// The next line in UTF-8, without its `\n` or `\r\n`; nil at the end.
    ///
    /// - Throws: `FormatError`: `.badData` for a line that is too long or not UTF-8, `.inputOutput` where reading fails.
    public func next() throws(FormatError) -> [UInt8]? {
        number += 1
        var searched = position
        while true {
            if let end = lineEnd(from: searched) {
                defer { position = end + 1 }
                return try line(buffer[position..<end])
            }
            if isAtEnd {
                guard position < buffer.count else { return nil }
                defer { position = buffer.count }
                return try line(buffer[position...])
            }
            searched = buffer.count - position
            if searched > LineStream.greatestLineByteCount {
                throw malformed("the line is longer than \(LineStream.greatestLineByteCount) bytes", at: nil)
            }
            buffer.removeFirst(position)
            position = 0
            try fill()
        }
    }

    private func lineEnd(from index: Int) -> Int? { buffer[index...].firstIndex(of: UInt8(ascii: "\n")) }

    private func fill() throws(FormatError) {
        do throws(Platform.Failure) {
            let bytes = try Platform.readOn(descriptor, count: LineStream.pieceByteCount)
            isAtEnd = bytes.isEmpty
            buffer += bytes
        } catch {
            throw FormatError(
                .inputOutput, path: path, line: number, problem: "reading failed: \(error.message)",
                remedy: "check what writes it and try again")
        }
    }

    private func line(_ bytes: ArraySlice<UInt8>) throws(FormatError) -> [UInt8] {
        if let place = firstIllFormedUTF8(in: bytes) {
            throw malformed("this is not UTF-8", at: place - bytes.startIndex)
        }
        return Array(bytes.last == UInt8(ascii: "\r") ? bytes.dropLast() : bytes)
    }

    private func malformed(_ problem: String, at column: Int?) -> FormatError {
        FormatError(
            .badData, path: path == "-" ? "standard input" : path, line: number,
            problem: problem + (column.map { ", from byte \($0) of the line on" } ?? ""),
            remedy: "write one text on each line, in UTF-8")
    }
}
