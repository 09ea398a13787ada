/// A safetensors file, open for reading one tensor after another.
///
/// Opening reads and checks the header; a tensor's bytes are read when it is asked for, so a file larger than memory can be
/// walked.
public struct SafetensorsFile: Sendable {
    /// The tensors in the order of their bytes.
    public let entries: [SafetensorsEntry]
    /// The strings under `__metadata__`, in their order.
    public let metadata: [JSONValue.Member]
    /// The bytes that the tensors stand in; of what `torch.save` wrote, those in memory.
    package let file: ByteFile
    /// Indices of `entries`, by the bytes of their names.
    private let order: [Int]

    /// - Throws: `FormatError`: what opening a `ByteFile` throws, and `.badData` where the file breaks a rule of the format.
    public init(path: String) throws(FormatError) {
        try self.init(try ByteFile(path: path))
    }

    public init(_ file: ByteFile) throws(FormatError) {
        let header = try SafetensorsHeader(file)
        self.file = file
        metadata = header.metadata
        entries = header.entries
        order = header.order
    }

    /// The path as it was given.
    public var path: String { file.path }

    /// The tensor of a name, compared byte by byte.
    public func entry(named name: String) -> SafetensorsEntry? {
        var (low, high) = (0, order.count)
        while low < high {
            let middle = low + (high - low) / 2
            let entry = entries[order[middle]]
            if Text.areSame(entry.name, name) { return entry }
            if Text.precedes(entry.name.utf8, name.utf8) {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return nil
    }

    /// The numbers of the tensor of a name.
    ///
    /// - Throws: `FormatError`, `.badData`, where there is none, and as `read`.
    public func value(named name: String) throws(FormatError) -> ArrayValue {
        guard let entry = entry(named: name) else {
            let first = entries.prefix(5).map(\.name).joined(separator: ", ")
            throw FormatError(
                .badData, path: path, key: name, problem: "the file holds no tensor of this name",
                remedy: entries.isEmpty ? "it holds none at all" : "its \(entries.count) tensors begin with: \(first)")
        }
        return try read(entry)
    }

    /// A tensor's bytes as they stand in the file.
    func bytes(of entry: SafetensorsEntry) throws(FormatError) -> [UInt8] {
        try file.read(at: entry.byteRange.lowerBound, count: entry.byteRange.count)
    }

    /// The numbers of a tensor. F32 stays as it is, F64 rounds to nearest with ties to even (a NaN becomes 0x7fc00000), F16 and
    /// BF16 are exact; I32 and I64 become 64-bit integers.
    ///
    /// - Throws: `FormatError`: `.badData` for another dtype, `.inputOutput` where reading fails.
    public func read(_ entry: SafetensorsEntry) throws(FormatError) -> ArrayValue {
        guard let kind = entry.dtype.kind else {
            throw FormatError(
                .badData, path: path, key: entry.name, problem: "numbers of dtype \(entry.dtype.rawValue) are not read",
                remedy: "save the tensor as F32 or I64, in PyTorch: tensor.float() or tensor.long()")
        }
        let storage = ArrayStorage(
            kind: kind, shape: entry.shape, isBigEndian: false, isFortranOrder: false,
            offset: entry.byteRange.lowerBound)
        return try storage.read(file)
    }
}
