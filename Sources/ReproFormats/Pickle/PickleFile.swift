/// A pickle in a file of its own, read as data: numbers, strings, bytes, collections of them, and NumPy's arrays.
public struct PickleFile: Sendable {
    /// What it holds, in the order of names.
    public let leaves: [PickleLeaf]

    /// Whether bytes begin like a pickle of protocol 2 to 5; older ones have no mark.
    package static func isOne(_ start: [UInt8]) -> Bool {
        start.count >= 3 && start[0] == 0x80 && (2...5).contains(start[1]) && start[2] >= 0x20
    }

    /// - Throws: `FormatError`: `.badData` where it asks for anything that is no plain data, breaks the format, exceeds a limit,
    ///   or something follows it; what reading throws.
    public init(_ file: ByteFile, limits: ReadingLimits = ReadingLimits()) throws(FormatError) {
        let bytes = try file.read(at: 0, count: file.byteCount)
        let (objects, root, end) = try PickleReader.read(bytes, path: file.path, isTorch: false, limits: limits)
        guard end == bytes.count else {
            throw FormatError(
                .badData, path: file.path, byteOffset: end, problem: "something follows the pickle's end",
                remedy: "write one pickle to a file")
        }
        leaves = try PickleWalk.leaves(objects, root: root, path: file.path, limits: limits)
    }
}
