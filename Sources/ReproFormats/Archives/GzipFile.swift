/// A gzip file (RFC 1952): one or more members, each compressed bytes with their checksum and length.
public struct GzipFile: Sendable {
    /// What the members hold, one after another.
    public let contents: [UInt8]

    package static func isOne(_ start: [UInt8]) -> Bool { start.starts(with: [0x1f, 0x8b]) }

    /// Decompresses the whole file.
    ///
    /// Names, comments and times in the headers are passed over.
    ///
    /// - Throws: `FormatError`: `.badData` where a member breaks the format, its checksum or length is another, something else
    ///   follows the last one, or the contents exceed `limits.expandedByteCount`; what reading throws.
    public init(_ file: ByteFile, limits: ReadingLimits = ReadingLimits()) throws(FormatError) {
        func broken(_ offset: Int, _ problem: String) -> FormatError {
            FormatError(
                .badData, path: file.path, byteOffset: offset, problem: problem,
                remedy: "check that it is a gzip file and was copied whole: gzip -t")
        }
        guard file.byteCount > 0 else { throw broken(0, "the file is empty") }
        let bytes = try file.read(at: 0, count: file.byteCount)
        var (position, contents) = (0, [UInt8]())
        while position < bytes.count {
            let start: Int
            do throws(GzipHeader.Fault) { start = try GzipHeader.end(in: bytes, from: position) } catch {
                throw broken(position, error.problem)
            }
            let part: (bytes: [UInt8], end: Int)
            do throws(Inflate.Fault) {
                part = try Inflate.inflated(
                    bytes, start..<bytes.count, limit: limits.expandedByteCount - contents.count)
            } catch {
                if error.isLimit { throw ZipArchive.tooLarge(file.path, nil, limits) }
                throw broken(error.offset, error.problem)
            }
            guard bytes.count - part.end >= 8 else { throw broken(part.end, "the file ends before its checksum") }
            guard UInt32(bytes.littleEndian(at: part.end, byteCount: 4)) == Checksum.crc32(part.bytes) else {
                throw broken(part.end, "the checksum is not that of the contents")
            }
            guard bytes.littleEndian(at: part.end + 4, byteCount: 4) == UInt64(part.bytes.count) & 0xffff_ffff else {
                throw broken(part.end + 4, "the length is not that of the contents")
            }
            contents = contents.isEmpty ? part.bytes : contents + part.bytes
            position = part.end + 8
        }
        self.contents = contents
    }
}

/// The header of a member (section 2.3).
private enum GzipHeader {
    struct Fault: Error {
        let problem: String
    }

    /// Where the compressed bytes begin.
    static func end(in bytes: [UInt8], from start: Int) throws(Fault) -> Int {
        guard bytes.count - start >= 18, bytes[start] == 0x1f, bytes[start + 1] == 0x8b else {
            throw Fault(problem: "no member of gzip begins here")
        }
        let flags = bytes[start + 3]
        guard bytes[start + 2] == 8, flags & 0xe0 == 0 else {
            throw Fault(problem: "a method or flag that there is not")
        }
        var position = start + 10
        if flags & 4 != 0 {
            let count = Int(bytes.littleEndian(at: position, byteCount: 2))
            guard count <= bytes.count - position - 2 else { throw Fault(problem: "the header ends too early") }
            position += 2 + count
        }
        // The name and the comment, each up to a NUL.
        for flag in [8, 16] as [UInt8] where flags & flag != 0 {
            guard let end = bytes[position...].firstIndex(of: 0) else { throw Fault(problem: "the header has no end") }
            position = end + 1
        }
        if flags & 2 != 0 {
            guard bytes.count - position >= 2,
                UInt32(bytes.littleEndian(at: position, byteCount: 2))
                    == Checksum.crc32(bytes[start..<position]) & 0xffff
            else { throw Fault(problem: "the header's checksum is another") }
            position += 2
        }
        return position
    }
}
