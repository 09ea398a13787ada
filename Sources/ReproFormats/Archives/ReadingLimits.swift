/// How much a file that somebody else wrote may ask for. What goes beyond a limit is refused with an error that names the file,
/// and before the memory is reserved.
public struct ReadingLimits: Sendable, Equatable {
    /// The most bytes that compressed data may become, over all entries of a file together.
    public var expandedByteCount: Int
    /// The most entries of an archive.
    public var entryCount: Int
    /// The most objects that a pickle may make.
    public var objectCount: Int
    /// The most named values that a file may hold, what is shared counted as often as it is reached.
    public var leafCount: Int
    /// The deepest nesting of a pickle's collections, and of archives in archives.
    public var depth: Int
    /// A tensor may be larger than its storage, where it repeats elements; up to so many bytes.
    public var repeatedByteCount: Int

    public init(
        expandedByteCount: Int = 512 << 20, entryCount: Int = 65_536, objectCount: Int = 2_000_000,
        leafCount: Int = 1_000_000, depth: Int = 64, repeatedByteCount: Int = 64 << 20
    ) {
        self.expandedByteCount = expandedByteCount
        self.entryCount = entryCount
        self.objectCount = objectCount
        self.leafCount = leafCount
        self.depth = depth
        self.repeatedByteCount = repeatedByteCount
    }
}
