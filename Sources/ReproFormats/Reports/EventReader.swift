/// A value that a TensorBoard event file holds under a tag.
public struct EventPoint: Sendable, Equatable {
    /// What was written.
    public enum Value: Sendable, Equatable {
        /// The bits of a binary32 number.
        case scalar(UInt32)
        /// What is no scalar, such as a histogram or an image, as it was encoded.
        case bytes([UInt8])
    }

    /// The tag, such as `loss/train`.
    public let tag: String
    /// The step that it belongs to.
    public let step: Int64
    /// When it was written, in seconds since 1970.
    public let time: Double
    /// What was written.
    public let value: Value
}

extension EventFile {
    /// Whether a file is one, by what TensorBoard requires of its name.
    package static func isOne(named path: String) -> Bool {
        let (name, mark) = (Array(path.utf8), Array("tfevents".utf8))
        let start = (name.lastIndex(of: UInt8(ascii: "/")) ?? -1) + 1
        return name.indices.contains { $0 >= start && name[$0...].starts(with: mark) }
    }

    /// Reads the values of an event file, in its order; what is no summary, such as the file's version, is passed over.
    ///
    /// - Throws: `FormatError`, `.badData`: a record that is cut off, a check sum that is not its record's, a message that is
    ///   none, more values than the limit.
    public static func points(
        _ file: ByteFile, limits: ReadingLimits = ReadingLimits()
    ) throws(FormatError) -> [EventPoint] {
        let bytes = try file.read(at: 0, count: file.byteCount)
        var points: [EventPoint] = []
        var position = 0
        func broken(_ problem: String) -> FormatError {
            FormatError(
                .badData, path: file.path, byteOffset: position, problem: problem,
                remedy: "check that it is a TensorBoard event file and was copied whole")
        }
        while position < bytes.count {
            guard bytes.count - position >= 16 else { throw broken("the file ends in a record") }
            let count = Int(exactly: bytes.littleEndian(at: position, byteCount: 8))
            guard checksum(bytes[position..<position + 8]) == bytes.littleEndian(at: position + 8, byteCount: 4) else {
                throw broken("the check sum of a record's length is another")
            }
            guard let count, count <= bytes.count - position - 16 else { throw broken("the file ends in a record") }
            let record = bytes[position + 12..<position + 12 + count]
            guard checksum(record) == bytes.littleEndian(at: record.endIndex, byteCount: 4) else {
                throw broken("a record's check sum is another")
            }
            guard let values = event(record) else { throw broken("a record is no event") }
            points += values
            guard points.count <= limits.leafCount else {
                throw broken("more than \(limits.leafCount) values, the limit")
            }
            position = record.endIndex + 4
        }
        return points
    }

    private static func checksum(_ bytes: some Sequence<UInt8>) -> UInt64 {
        let sum = Checksum.crc32c(bytes)
        return UInt64((sum >> 15 | sum << 17) &+ 0xa282_ead8)
    }

    /// The values of an `Event`; nil where it is none.
    private static func event(_ bytes: ArraySlice<UInt8>) -> [EventPoint]? {
        var (time, step, summaries) = (0.0, Int64(0), [ArraySlice<UInt8>]())
        var fields = MessageFields(bytes)
        while let (number, field) = fields.next() {
            switch (number, field) {
            case (1, .eight(let bits)): time = Double(bitPattern: bits)
            case (2, .variable(let value)): step = Int64(bitPattern: value)
            case (5, .bytes(let summary)): summaries.append(summary)
            default: break
            }
        }
        if fields.isBroken { return nil }
        var points: [EventPoint] = []
        for summary in summaries {
            var values = MessageFields(summary)
            while let (number, field) = values.next() {
                guard number == 1, case .bytes(let value) = field else { continue }
                guard let point = point(value, step, time) else { return nil }
                points.append(point)
            }
            if values.isBroken { return nil }
        }
        return points
    }

    private static func point(_ bytes: ArraySlice<UInt8>, _ step: Int64, _ time: Double) -> EventPoint? {
        var (tag, scalar, rest) = ("", UInt32?.none, [UInt8]())
        var fields = MessageFields(bytes)
        while let (number, field) = fields.next() {
            switch (number, field) {
            case (1, .bytes(let name)):
                guard firstIllFormedUTF8(in: name) == nil else { return nil }
                tag = String(decoding: name, as: UTF8.self)
            case (2, .four(let bits)): scalar = bits
            case (8, .bytes(let tensor)):
                scalar = self.scalar(tensor) ?? scalar
                rest += tensor
            case (9, _): break  // What a plug-in says about how to show it.
            case (_, .bytes(let other)): rest += other
            default: break
            }
        }
        if fields.isBroken { return nil }
        return EventPoint(tag: tag, step: step, time: time, value: scalar.map { .scalar($0) } ?? .bytes(rest))
    }

    /// The number of a `TensorProto` of type float that holds one.
    private static func scalar(_ bytes: ArraySlice<UInt8>) -> UInt32? {
        var (isFloat, numbers) = (false, [UInt8]())
        var fields = MessageFields(bytes)
        while let (number, field) = fields.next() {
            switch (number, field) {
            case (1, .variable(let type)): isFloat = type == 1
            case (4, .bytes(let content)), (5, .bytes(let content)): numbers += content
            case (5, .four(let bits)): numbers += (0..<4).map { UInt8(truncatingIfNeeded: bits >> (8 * $0)) }
            default: break
            }
        }
        guard isFloat, !fields.isBroken, numbers.count == 4 else { return nil }
        return UInt32(numbers.littleEndian(at: 0, byteCount: 4))
    }
}

/// The fields of a message as protocol buffers encode it, one after another.
private struct MessageFields {
    enum Field {
        case variable(UInt64)
        case eight(UInt64)
        case four(UInt32)
        case bytes(ArraySlice<UInt8>)
    }

    private var rest: ArraySlice<UInt8>
    private(set) var isBroken = false

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    /// The next field with its number; nil at the end, and where the message breaks off.
    mutating func next() -> (number: UInt64, Field)? {
        if rest.isEmpty || isBroken { return nil }
        isBroken = true
        guard let key = variable() else { return nil }
        let field: Field
        switch key & 7 {
        case 0:
            guard let value = variable() else { return nil }
            field = .variable(value)
        case 1:
            guard let bytes = take(8) else { return nil }
            field = .eight(bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) })
        case 2:
            guard let count = variable(), let bytes = take(count) else { return nil }
            field = .bytes(bytes)
        case 5:
            guard let bytes = take(4) else { return nil }
            field = .four(bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) })
        default: return nil
        }
        isBroken = false
        return (key >> 3, field)
    }

    private mutating func variable() -> UInt64? {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 7) {
            guard let byte = rest.popFirst() else { return nil }
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return value }
        }
        return nil
    }

    private mutating func take(_ count: UInt64) -> ArraySlice<UInt8>? {
        guard count <= UInt64(rest.count) else { return nil }
        defer { rest = rest.dropFirst(Int(count)) }
        return rest.prefix(Int(count))
    }
}
