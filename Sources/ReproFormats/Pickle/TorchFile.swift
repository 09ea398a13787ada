/// What `torch.save` wrote, read as data and without running anything: tensors with the names of their places, and the plain
/// values beside them.
///
/// Both formats are read: the zip archive of PyTorch 1.6 and later (`data.pkl`, and a file for each storage), and the older
/// chain of pickles with the storages behind it. A whole module, or any other object, is refused by its class's name.
/// Source: PyTorch 2.13, `torch/serialization.py`.
public struct TorchFile: Sendable {
    /// What it holds, in the order of names.
    public let leaves: [PickleLeaf]
    fileprivate let file: ByteFile
    private let storages: Storages
    fileprivate let isBigEndian: Bool
    fileprivate let limits: ReadingLimits

    private enum Storages: Sendable {
        /// An archive, and the folder in it that holds all entries.
        case archive(ZipArchive, folder: String)
        /// Where each key's bytes stand in the file.
        case old([(key: String, range: Range<Int>)])
    }

    /// Whether an archive holds what `torch.save` writes.
    package static func isOne(_ archive: ZipArchive) -> Bool { pickle(in: archive) != nil }

    /// Whether bytes begin like the older format.
    package static func isOld(_ start: [UInt8]) -> Bool { TorchPreamble.isOne(start) }

    /// - Throws: `FormatError`: `.badData` where it asks for anything that is no plain data, breaks the format or exceeds a
    ///   limit; what reading throws.
    public init(_ file: ByteFile, limits: ReadingLimits = ReadingLimits()) throws(FormatError) {
        let start = try file.read(at: 0, count: min(4, file.byteCount))
        if ZipArchive.isOne(start) {
            try self.init(try ZipArchive(file, limits: limits), file)
            return
        }
        let old = try TorchPreamble(file, limits: limits)
        self.init(
            leaves: try PickleWalk.leaves(old.objects, root: old.root, path: file.path, limits: limits), file,
            .old(old.storages), isBigEndian: old.isBigEndian, limits)
    }

    private init(
        leaves: [PickleLeaf], _ file: ByteFile, _ storages: Storages, isBigEndian: Bool, _ limits: ReadingLimits
    ) {
        (self.leaves, self.file, self.storages) = (leaves, file, storages)
        (self.isBigEndian, self.limits) = (isBigEndian, limits)
    }

    init(_ archive: ZipArchive, _ file: ByteFile) throws(FormatError) {
        guard let entry = TorchFile.pickle(in: archive) else {
            throw TorchFile.broken(file.path, "this zip archive holds no data.pkl, as torch.save writes one")
        }
        let folder = String(decoding: entry.name.utf8.dropLast("data.pkl".utf8.count), as: UTF8.self)
        let order = try archive.entry(named: folder + "byteorder").map { entry throws(FormatError) in
            try archive.read(entry)
        }
        let isLittle = order.map { $0.elementsEqual("little".utf8) } ?? true
        guard isLittle || order!.elementsEqual("big".utf8) else {
            throw TorchFile.broken(file.path, "its byte order is neither little nor big")
        }
        let (objects, root, _) = try PickleReader.read(
            try archive.read(entry), path: file.path + "/" + entry.name, isTorch: true, limits: archive.limits)
        self.init(
            leaves: try PickleWalk.leaves(objects, root: root, path: file.path, limits: archive.limits), file,
            .archive(archive, folder: folder), isBigEndian: !isLittle, archive.limits)
    }

    /// The entry at the top, or in the one folder at the top.
    private static func pickle(in archive: ZipArchive) -> ZipArchive.Entry? {
        archive.entries.first { entry in
            Text.areSame(entry.name, "data.pkl")
                || entry.name.utf8.suffix(9).elementsEqual("/data.pkl".utf8)
                    && entry.name.utf8.dropLast(9).allSatisfy { $0 != UInt8(ascii: "/") }
        }
    }

    static func broken(_ path: String, _ problem: String, key: String? = nil) -> FormatError {
        FormatError(
            .badData, path: path, key: key, problem: problem,
            remedy: "check that torch.save wrote it and that it was copied whole")
    }

    /// The path as it was given.
    public var path: String { file.path }

    /// The bytes of all that the file holds, decompressed.
    fileprivate var heldByteCount: Int {
        guard case .archive(let archive, _) = storages else { return file.byteCount }
        return archive.entries.reduce(0) { $0 + $1.byteCount }
    }

    /// Reads the tensors one after another.
    public func reading() -> TorchReading { TorchReading(self) }

    /// Where a storage's bytes stand: in an archive's entry, or in the file itself.
    fileprivate func place(
        of storage: TorchStorage
    ) throws(FormatError) -> (entry: ZipArchive.Entry?, range: Range<Int>) {
        switch storages {
        case .archive(let archive, let folder):
            guard let entry = archive.entry(named: folder + "data/" + storage.key) else {
                throw TorchFile.broken(path, "its storage is missing", key: Text.excerpt(storage.key))
            }
            guard entry.byteCount == storage.byteCount else {
                throw TorchFile.broken(
                    path, "a storage of \(entry.byteCount) bytes is said to have \(storage.byteCount)", key: storage.key
                )
            }
            return (entry, entry.byteRange)
        case .old(let places):
            guard let place = places.first(where: { Text.areSame($0.key, storage.key) })?.range else {
                throw TorchFile.broken(path, "its storage is missing", key: Text.excerpt(storage.key))
            }
            return (nil, place)
        }
    }

    fileprivate func bytes(of entry: ZipArchive.Entry?, _ range: Range<Int>) throws(FormatError) -> [UInt8] {
        if let entry, case .archive(let archive, _) = storages { return try archive.read(entry) }
        return try file.read(at: range.lowerBound, count: range.count)
    }
}

/// Reads the tensors of a ``TorchFile``. The storage that was read last is kept, since many tensors may stand in one; what is
/// read in all is bounded by the file's size.
public struct TorchReading {
    private let file: TorchFile
    private var last: (key: String, bytes: [UInt8])?
    /// How many bytes of storages may still be read, and of tensors be made.
    private var readable, makeable: Int

    fileprivate init(_ file: TorchFile) {
        self.file = file
        let held = file.heldByteCount
        readable = 16 * held
        makeable = 2 * held + file.limits.repeatedByteCount
    }

    /// A tensor's elements.
    ///
    /// - Throws: `FormatError`: `.badData` where its storage is missing or of another size, or it repeats elements beyond the
    ///   limit; what reading throws.
    public mutating func array(_ reference: PickleLeaf.TensorReference) throws(FormatError) -> StoredArray {
        let (tensor, width) = (reference.tensor, reference.tensor.dtype.byteCount)
        let (layout, limits) = (tensor.layout, file.limits)
        if layout.count == 0 { return StoredArray(tensor.dtype, layout.shape, []) }
        // How many elements a shape asks for and how many its storage holds are two things where a stride is 0.
        let (byteCount, overflow) = layout.count.multipliedReportingOverflow(by: width)
        guard !overflow, layout.count <= layout.extent || byteCount <= limits.repeatedByteCount else {
            throw TorchFile.broken(
                file.path,
                "a tensor of \(layout.shape) repeats \(layout.extent) elements beyond the limit of "
                    + "\(limits.repeatedByteCount) bytes")
        }
        try TorchReading.count(byteCount, &makeable, file.path)
        let all = try storage(tensor.storage)
        let start = (tensor.storage.viewOffset + layout.offset) * width
        guard start + layout.extent * width <= all.count else {
            throw TorchFile.broken(file.path, "a storage of \(all.count) bytes is too short", key: tensor.storage.key)
        }
        let gathered = layout.gathered(Array(all[start..<start + layout.extent * width]), byteCount: width)
        return StoredArray(
            tensor.dtype, layout.shape, file.isBigEndian ? StoredArray.swapped(gathered, tensor.dtype) : gathered)
    }

    private mutating func storage(_ storage: TorchStorage) throws(FormatError) -> [UInt8] {
        let (entry, range) = try file.place(of: storage)
        if let last, Text.areSame(last.key, storage.key) { return last.bytes }
        try TorchReading.count(entry?.byteCount ?? range.count, &readable, file.path)
        last = nil
        let bytes = try file.bytes(of: entry, range)
        last = (storage.key, bytes)
        return bytes
    }

    private static func count(_ byteCount: Int, _ remaining: inout Int, _ path: String) throws(FormatError) {
        guard byteCount <= remaining else {
            throw TorchFile.broken(path, "its tensors ask for many times the bytes that it holds")
        }
        remaining -= byteCount
    }
}
