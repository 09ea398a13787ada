/// The central directory of a zip archive, held against the headers that it speaks of.
struct ZipDirectory {
    private(set) var entries: [ZipArchive.Entry] = []
    private let file: ByteFile
    /// What each entry takes of the archive, its local header included.
    private var taken: [Range<Int>] = []

    private static let (localCount, centralCount) = (30, 46)

    static func broken(_ path: String, _ offset: Int?, _ problem: String, entry: String? = nil) -> FormatError {
        FormatError(
            .badData, path: path, byteOffset: offset, key: entry, problem: problem,
            remedy: "check that it is a zip archive and was copied whole: unzip -t")
    }

    private func broken(_ offset: Int?, _ problem: String, entry: String? = nil) -> FormatError {
        ZipDirectory.broken(file.path, offset, problem, entry: entry)
    }

    init(_ file: ByteFile, limits: ReadingLimits) throws(FormatError) {
        self.file = file
        let end = try ZipEnd(file)
        guard end.count <= limits.entryCount else {
            throw broken(end.start, "\(end.count) entries are announced, and \(limits.entryCount) is the most")
        }
        guard end.count <= end.size / ZipDirectory.centralCount else {
            throw broken(end.start, "\(end.count) entries are announced in \(end.size) bytes")
        }
        let bytes = try file.read(at: end.start, count: end.size)
        var position = 0
        var expanded = 0
        for _ in 0..<end.count {
            let entry = try take(bytes, &position, origin: end.start)
            if entry.isCompressed {
                let (sum, overflow) = expanded.addingReportingOverflow(entry.byteCount)
                guard !overflow, sum <= limits.expandedByteCount else {
                    throw ZipArchive.tooLarge(file.path, entry.name, limits)
                }
                expanded = sum
            }
            entries.append(entry)
        }
        guard position == bytes.count else {
            throw broken(end.start + position, "something stands in the directory behind its last entry")
        }
        try checkOverlaps()
        if let index = firstRepeated(entries.map(\.name)) {
            throw broken(end.start, "two entries have this name", entry: entries[index].name)
        }
    }

    /// Reads an entry of the directory (section 4.3.12), and the local header that it points to.
    private mutating func take(
        _ bytes: [UInt8], _ position: inout Int, origin: Int
    ) throws(FormatError) -> ZipArchive.Entry {
        let start = position
        func number(_ offset: Int, _ count: Int) -> Int {
            Int(bytes.littleEndian(at: start + offset, byteCount: count))
        }
        guard bytes.count - start >= ZipDirectory.centralCount, number(0, 4) == 0x0201_4b50 else {
            throw broken(origin + start, "no entry of the directory stands here")
        }
        let (nameCount, extraCount, commentCount) = (number(28, 2), number(30, 2), number(32, 2))
        let count = ZipDirectory.centralCount + nameCount + extraCount + commentCount
        guard count <= bytes.count - start else { throw broken(origin + start, "the directory ends in an entry") }
        position += count
        let nameStart = start + ZipDirectory.centralCount
        let nameBytes = Array(bytes[nameStart..<nameStart + nameCount])
        let name = try checkedName(nameBytes, at: origin + start)
        guard number(34, 2) == 0 else { throw broken(origin + start, "it lies on another disk", entry: name) }
        let extra = bytes[nameStart + nameCount..<nameStart + nameCount + extraCount]
        var sizes = [number(24, 4), number(20, 4), number(42, 4)]
        try ZipDirectory.widen(&sizes, extra, broken(origin + start, "its zip64 sizes are missing", entry: name))
        return try checkedEntry(
            name, nameBytes, flags: number(8, 2), method: number(10, 2), checksum: UInt32(number(16, 4)), sizes: sizes)
    }

    /// Names that lead somewhere else than below the archive serve attacks alone.
    private func checkedName(_ bytes: [UInt8], at offset: Int) throws(FormatError) -> String {
        guard firstIllFormedUTF8(in: bytes[...]) == nil else { throw broken(offset, "an entry's name is not UTF-8") }
        let name = String(decoding: bytes, as: UTF8.self)
        let parts = bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        let isSound =
            !bytes.isEmpty && bytes[0] != UInt8(ascii: "/") && !bytes.contains { $0 < 0x20 || $0 == UInt8(ascii: "\\") }
            && !parts.contains { $0.elementsEqual("..".utf8) }
        guard isSound else { throw broken(offset, "an entry's name is no path below the archive", entry: name) }
        return name
    }

    /// Numbers that 32 bits do not hold stand in the extra field 1 (section 4.5.3), in this order, those alone.
    private static func widen(
        _ sizes: inout [Int], _ extra: ArraySlice<UInt8>, _ fault: FormatError
    ) throws(FormatError) {
        guard sizes.contains(0xffff_ffff) else { return }
        let extra = Array(extra)
        var position = 0
        while extra.count - position >= 4 {
            let count = Int(extra.littleEndian(at: position + 2, byteCount: 2))
            let isZip64 = extra.littleEndian(at: position, byteCount: 2) == 1
            position += 4
            guard count <= extra.count - position else { throw fault }
            guard isZip64 else {
                position += count
                continue
            }
            let end = position + count
            for index in sizes.indices where sizes[index] == 0xffff_ffff {
                guard end - position >= 8, let wide = Int(exactly: extra.littleEndian(at: position, byteCount: 8))
                else { throw fault }
                sizes[index] = wide
                position += 8
            }
            return
        }
        throw fault
    }

    /// - Parameter sizes: of the bytes, of the compressed bytes, and the local header's offset.
    private mutating func checkedEntry(
        _ name: String, _ nameBytes: [UInt8], flags: Int, method: Int, checksum: UInt32, sizes: [Int]
    ) throws(FormatError) -> ZipArchive.Entry {
        let (byteCount, storedCount, offset) = (sizes[0], sizes[1], sizes[2])
        guard flags & 0x2041 == 0 else { throw broken(nil, "it is encrypted", entry: name) }
        guard method == 0 || method == 8 else {
            throw broken(nil, "compressed by method \(method); 0 and 8 are read", entry: name)
        }
        guard method == 8 || byteCount == storedCount else { throw broken(nil, "its sizes disagree", entry: name) }
        // No byte of deflate makes more than 1032.
        guard storedCount <= file.byteCount, byteCount <= 1032 * storedCount + 1032 else {
            throw broken(nil, "\(storedCount) compressed bytes cannot become \(byteCount)", entry: name)
        }
        let localCount = ZipDirectory.localCount
        guard offset <= file.byteCount - localCount else { throw broken(offset, "it has no header", entry: name) }
        let local = try file.read(at: offset, count: localCount)
        func number(_ at: Int, _ count: Int) -> Int { Int(local.littleEndian(at: at, byteCount: count)) }
        let (nameCount, extraCount) = (number(26, 2), number(28, 2))
        guard number(0, 4) == 0x0403_4b50, nameCount == nameBytes.count,
            nameCount + extraCount <= file.byteCount - offset - localCount
        else { throw broken(offset, "its header is not where the directory says", entry: name) }
        let rest = try file.read(at: offset + localCount, count: nameCount + extraCount)
        guard rest[..<nameCount].elementsEqual(nameBytes), number(8, 2) == method, number(6, 2) & 0x2041 == 0 else {
            throw broken(offset, "its header contradicts the directory", entry: name)
        }
        var localSizes = [number(22, 4), number(18, 4)]
        // With bit 3, checksum and sizes follow the data, and the header may hold zeros.
        let follows = number(6, 2) & 8 != 0
        if !(follows && localSizes == [0, 0]) {
            if !follows || localSizes.contains(0xffff_ffff) {
                try ZipDirectory.widen(
                    &localSizes, rest[nameCount...], broken(offset, "its header's sizes are missing", entry: name))
            }
            let isSame = localSizes == [byteCount, storedCount] && number(14, 4) == Int(checksum)
            guard isSame || follows && localSizes == [0, 0] else {
                throw broken(offset, "its header contradicts the directory", entry: name)
            }
        }
        let start = offset + localCount + nameCount + extraCount
        guard storedCount <= file.byteCount - start else { throw broken(offset, "the archive ends in it", entry: name) }
        taken.append(offset..<start + storedCount)
        return ZipArchive.Entry(
            name: name, byteCount: byteCount, byteRange: start..<start + storedCount, isCompressed: method == 8,
            checksum: checksum)
    }

    private func checkOverlaps() throws(FormatError) {
        let order = taken.indices.sorted { taken[$0].lowerBound < taken[$1].lowerBound }
        for (first, second) in zip(order, order.dropFirst())
        where taken[first].upperBound > taken[second].lowerBound {
            throw broken(taken[second].lowerBound, "its bytes overlap another entry's", entry: entries[second].name)
        }
    }
}

/// Where the central directory stands, as the end of the archive tells (sections 4.3.14 to 4.3.16).
private struct ZipEnd {
    let start: Int
    let size: Int
    let count: Int

    private static let (endCount, locatorCount, end64Count) = (22, 20, 56)

    init(_ file: ByteFile) throws(FormatError) {
        func broken(_ offset: Int?, _ problem: String) -> FormatError {
            ZipDirectory.broken(file.path, offset, problem)
        }
        // A comment of at most 65,535 bytes may follow the record.
        let tailCount = min(file.byteCount, ZipEnd.endCount + 0xffff)
        let tail = try file.read(at: file.byteCount - tailCount, count: tailCount)
        let place = tail.indices.dropLast(ZipEnd.endCount - 1).last { index in
            tail[index] == 0x50 && tail.littleEndian(at: index, byteCount: 4) == 0x0605_4b50
                && Int(tail.littleEndian(at: index + 20, byteCount: 2)) == tail.count - index - ZipEnd.endCount
        }
        guard let place else { throw broken(nil, "the archive has no end record") }
        var end = file.byteCount - tailCount + place
        func number(_ offset: Int, _ count: Int) -> Int { Int(tail.littleEndian(at: place + offset, byteCount: count)) }
        guard number(4, 2) == 0 || number(4, 2) == 0xffff, number(6, 2) == 0 || number(6, 2) == 0xffff else {
            throw broken(end, "the archive is one of several disks")
        }
        var (count, here, size, start) = (number(10, 2), number(8, 2), number(12, 4), number(16, 4))
        let isWide = [count == 0xffff, here == 0xffff, size == 0xffff_ffff, start == 0xffff_ffff]
        // PyTorch writes a zip64 end where none is needed; both then have to say the same.
        let locator = try file.read(at: max(0, end - ZipEnd.locatorCount), count: min(end, ZipEnd.locatorCount))
        if locator.count == ZipEnd.locatorCount, locator.littleEndian(at: 0, byteCount: 4) == 0x0706_4b50 {
            let record = end - ZipEnd.locatorCount - ZipEnd.end64Count
            guard record >= 0, locator.littleEndian(at: 8, byteCount: 8) == UInt64(record) else {
                throw broken(end, "the zip64 end is not where it should be")
            }
            let wide = try file.read(at: record, count: ZipEnd.end64Count)
            let numbers = [32, 24, 40, 48].compactMap { Int(exactly: wide.littleEndian(at: $0, byteCount: 8)) }
            let isSame = zip(zip([count, here, size, start], numbers), isWide).allSatisfy { $1 || $0.0 == $0.1 }
            guard wide.littleEndian(at: 0, byteCount: 4) == 0x0606_4b50, numbers.count == 4, isSame else {
                throw broken(record, "the zip64 end is broken")
            }
            end = record
            (count, here, size, start) = (numbers[0], numbers[1], numbers[2], numbers[3])
        } else if isWide.contains(true) {
            throw broken(end, "the zip64 end is missing")
        }
        guard count == here else { throw broken(end, "the archive is one of several disks") }
        guard size <= end, start == end - size else {
            throw broken(end, "the directory of \(size) bytes at \(start) does not end where the end record begins")
        }
        (self.start, self.size, self.count) = (start, size, count)
    }
}
