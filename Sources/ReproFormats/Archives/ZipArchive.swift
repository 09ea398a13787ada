/// A zip archive, open for reading one entry after another; nothing is ever unpacked to a file.
///
/// Strict, since readers of lenient ones disagree about what an archive holds: the central directory ends where the archive
/// does, each entry's local header says the same as the directory, no two entries share a byte, no name stands twice, is
/// absolute, or leads upwards, and methods are stored and deflate alone. Zip64 is read. Source: PKWARE, APPNOTE.TXT 6.3.10.
public struct ZipArchive: Sendable {
    /// An entry as the central directory describes it.
    public struct Entry: Sendable, Equatable {
        /// The name, with `/` between folders; ends in `/` for a folder.
        public let name: String
        /// How many bytes it holds.
        public let byteCount: Int
        /// Where its bytes, compressed or not, stand in the archive.
        public let byteRange: Range<Int>
        /// Whether its bytes are compressed by deflate.
        public let isCompressed: Bool
        let checksum: UInt32
    }

    /// The entries, in the order of the central directory.
    public let entries: [Entry]
    /// The limits that hold for it.
    public let limits: ReadingLimits
    private let file: ByteFile

    package static func isOne(_ start: [UInt8]) -> Bool {
        start.starts(with: [0x50, 0x4b, 0x03, 0x04]) || start.starts(with: [0x50, 0x4b, 0x05, 0x06])
    }

    /// Reads and checks the directory and all headers; no entry's bytes are read yet.
    ///
    /// - Throws: `FormatError`, `.badData`, where the archive breaks a rule or exceeds a limit; what reading throws.
    public init(_ file: ByteFile, limits: ReadingLimits = ReadingLimits()) throws(FormatError) {
        entries = try ZipDirectory(file, limits: limits).entries
        self.limits = limits
        self.file = file
    }

    /// The path as it was given.
    public var path: String { file.path }

    /// The entry of a name, compared byte by byte.
    public func entry(named name: String) -> Entry? { entries.first { Text.areSame($0.name, name) } }

    /// An entry's bytes.
    ///
    /// - Throws: `FormatError`: `.badData` where the compressed data is broken or the checksum is another; what reading throws.
    public func read(_ entry: Entry) throws(FormatError) -> [UInt8] {
        func broken(_ problem: String) -> FormatError {
            ZipDirectory.broken(path, entry.byteRange.lowerBound, problem, entry: entry.name)
        }
        var bytes = try file.read(at: entry.byteRange.lowerBound, count: entry.byteRange.count)
        if entry.isCompressed {
            do throws(Inflate.Fault) {
                let part = try Inflate.inflated(bytes, 0..<bytes.count, limit: entry.byteCount)
                guard part.end == bytes.count, part.bytes.count == entry.byteCount else {
                    throw Inflate.Fault(problem: "its compressed data is not as long as it says", offset: 0)
                }
                bytes = part.bytes
            } catch {
                throw broken(error.problem)
            }
        }
        guard Checksum.crc32(bytes) == entry.checksum else { throw broken("its checksum is not that of its bytes") }
        return bytes
    }

    /// An entry's bytes as a file of their own, which errors call `PATH/ENTRY`.
    public func file(_ entry: Entry) throws(FormatError) -> ByteFile {
        ByteFile(bytes: try read(entry), path: path + "/" + entry.name)
    }

    static func tooLarge(_ path: String, _ key: String?, _ limits: ReadingLimits) -> FormatError {
        FormatError(
            .badData, path: path, key: key,
            problem: "it expands to more than \(limits.expandedByteCount) bytes, the limit for compressed data",
            remedy: "write it uncompressed, or in smaller files")
    }
}
