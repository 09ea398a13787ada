/// The bytes of a TensorBoard event file: scalars under a tag, each with its step.
///
/// The file is a chain of records: 8 bytes of length, 4 of check sum over these, the record, 4 of check sum over it; all
/// little-endian, the check sum being CRC-32C, rotated and added to a constant. A record is an `Event` as protocol buffers write
/// one. Sources: TensorFlow's `record_writer.cc`, TensorBoard's `event.proto` and `summary.proto`.
public enum EventFile {
    /// What TensorBoard finds event files by; a run has one.
    public static let name = "events.out.tfevents.repro"

    /// The first record: which version of the format the file has.
    ///
    /// - Parameter time: seconds since 1970.
    public static func header(time: Double) -> [UInt8] {
        record(event(time: time, step: 0, content: field(3, bytes: Array("brain.Event:2".utf8))))
    }

    /// A record of one or more scalars of a step.
    ///
    /// - Parameters:
    ///   - scalars: each with its tag, for example `loss/train`; what stands before the slash is TensorBoard's group.
    ///   - step: counted from 0.
    ///   - time: seconds since 1970.
    public static func scalars(_ scalars: [(tag: String, value: Float)], step: Int, time: Double) -> [UInt8] {
        let values = scalars.flatMap { tag, value in
            field(1, bytes: field(1, bytes: Array(tag.utf8)) + [0x15] + littleEndian(value.bitPattern))
        }
        return record(event(time: time, step: step, content: field(5, bytes: values)))
    }

    /// How many bytes the first record and those of steps below a number take, up to the first record that is another's, damaged
    /// or cut off; 0 where the first is none of this format.
    ///
    /// - Parameter step: counted from 0.
    public static func byteCount(of bytes: [UInt8], before step: Int) -> Int {
        var end = 0
        while let record = record(of: bytes, at: end), (end == 0) == record.isHeader, record.step < step || end == 0 {
            end = record.end
        }
        return end
    }

    /// The whole record at a place; nil where there is none.
    private static func record(of bytes: [UInt8], at start: Int) -> (isHeader: Bool, step: Int, end: Int)? {
        func number(_ place: Int, _ count: Int) -> UInt64? {
            guard place + count <= bytes.count else { return nil }
            return bytes[place..<(place + count)].reversed().reduce(0) { $0 << 8 | UInt64($1) }
        }
        guard let length = number(start, 8).flatMap({ Int(exactly: $0) }), length < bytes.count,
            let lengthSum = number(start + 8, 4), lengthSum == UInt64(checkSum(Array(bytes[start..<(start + 8)]))),
            let sum = number(start + 12 + length, 4)
        else { return nil }
        let content = Array(bytes[(start + 12)..<(start + 12 + length)])
        guard sum == UInt64(checkSum(content)), content.count > 9, content[0] == 0x09 else { return nil }
        let isHeader = content[9] == 3 << 3 | 2
        return (isHeader, content[9] == 0x10 ? value(content[10...]) : 0, start + 16 + length)
    }

    /// The number that ``variable(_:)`` wrote.
    private static func value(_ bytes: ArraySlice<UInt8>) -> Int {
        let end: Int = bytes.firstIndex { $0 < 0x80 } ?? bytes.endIndex - 1
        return bytes[...end].prefix(9).reversed().reduce(0) { $0 << 7 | Int($1 & 0x7f) }
    }

    private static func event(time: Double, step: Int, content: [UInt8]) -> [UInt8] {
        // A field that is 0 is left out, as protocol buffers do.
        [0x09] + littleEndian(time.bitPattern) + (step == 0 ? [] : [0x10] + variable(UInt64(step))) + content
    }

    private static func record(_ bytes: [UInt8]) -> [UInt8] {
        let length = littleEndian(UInt64(bytes.count))
        return length + littleEndian(checkSum(length)) + bytes + littleEndian(checkSum(bytes))
    }

    /// A field of bytes: its number and kind, its length, the bytes.
    private static func field(_ number: UInt8, bytes: [UInt8]) -> [UInt8] {
        [number << 3 | 2] + variable(UInt64(bytes.count)) + bytes
    }

    /// Seven bits a byte, the least significant first, the highest bit set in all but the last.
    private static func variable(_ value: UInt64) -> [UInt8] {
        var (rest, bytes) = (value, [UInt8]())
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        return bytes + [UInt8(rest)]
    }

    private static func littleEndian<Integer: FixedWidthInteger>(_ value: Integer) -> [UInt8] {
        (0..<Integer.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> Integer(8 * $0)) }
    }

    private static func checkSum(_ bytes: [UInt8]) -> UInt32 {
        let crc = Checksum.crc32c(bytes)
        return (crc >> 15 | crc << 17) &+ 0xa282_ead8
    }
}
