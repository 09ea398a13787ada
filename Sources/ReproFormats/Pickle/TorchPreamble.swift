/// What `torch.save` wrote before PyTorch 1.6, and since then when asked to: a magic number, the format's version, a description
/// of the machine, the object and a list of storages, each a pickle, and then each storage's count and bytes.
struct TorchPreamble {
    let objects: [PickleObject]
    let root: Int
    let isBigEndian: Bool
    let storages: [(key: String, range: Range<Int>)]

    /// `0x1950a86a20f9469cfc6c`, lowest byte first.
    private static let magic: [UInt8] = [0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19]

    /// Whether bytes begin with the pickled magic number.
    package static func isOne(_ start: [UInt8]) -> Bool {
        start.count >= 14 && start[0] == 0x80 && start.dropFirst(2).starts(with: [0x8a, 10] + magic)
    }

    init(_ file: ByteFile, limits: ReadingLimits) throws(FormatError) {
        let bytes = try file.read(at: 0, count: file.byteCount)
        guard TorchPreamble.isOne(bytes) else {
            throw TorchFile.broken(file.path, "this is neither format of torch.save")
        }
        var position = 0
        func next() throws(FormatError) -> (objects: [PickleObject], root: Int) {
            let read = try PickleReader.read(bytes, at: position, path: file.path, isTorch: true, limits: limits)
            position = read.end
            return (read.objects, read.root)
        }
        _ = try next()
        let version = try next()
        guard case .integer(let number) = version.objects[version.root], number == .small(1001) else {
            throw TorchFile.broken(file.path, "it is of another version of the format than 1001")
        }
        isBigEndian = try TorchPreamble.isBigEndian(try next(), file.path)
        let (objects, root) = try next()
        (self.objects, self.root) = (objects, root)
        let list = try next()
        guard case .list(let keys) = list.objects[list.root] else {
            throw TorchFile.broken(file.path, "the list of its storages is none")
        }
        // The types stand where the object refers to its storages.
        var storages: [(key: String, range: Range<Int>)] = []
        for place in keys {
            guard case .string(let key) = list.objects[place] else {
                throw TorchFile.broken(file.path, "a storage's name is no string")
            }
            guard storages.count < limits.entryCount, bytes.count - position >= 8 else {
                throw TorchFile.broken(file.path, "the file ends before its storages do", key: key)
            }
            let count = Int(exactly: bytes.littleEndian(at: position, byteCount: 8))
            position += 8
            let width = TorchPreamble.width(of: key, objects)
            let product = count?.multipliedReportingOverflow(by: width)
            guard let product, !product.overflow, product.partialValue <= bytes.count - position else {
                throw TorchFile.broken(file.path, "the file ends in a storage", key: key)
            }
            storages.append((key, position..<position + product.partialValue))
            position += product.partialValue
        }
        guard position == bytes.count else {
            throw TorchFile.broken(file.path, "something follows its last storage")
        }
        self.storages = storages
    }

    /// The bytes of an element of the storage of a key; 1 where nothing refers to it.
    private static func width(of key: String, _ objects: [PickleObject]) -> Int {
        for case .storage(let storage) in objects where Text.areSame(storage.key, key) {
            return storage.dtype?.byteCount ?? 1
        }
        return 1
    }

    private static func isBigEndian(
        _ machine: (objects: [PickleObject], root: Int), _ path: String
    ) throws(FormatError) -> Bool {
        guard case .dictionary(let items) = machine.objects[machine.root] else {
            throw TorchFile.broken(path, "the description of its machine is no dict")
        }
        for index in stride(from: 0, to: items.count, by: 2) {
            if case .string(let key) = machine.objects[items[index]], key == "little_endian",
                case .bool(let isLittle) = machine.objects[items[index + 1]]
            {
                return !isLittle
            }
        }
        return false
    }
}
