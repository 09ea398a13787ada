import Foundation

/// A TensorBoard event file, read without the code that writes it: by the format of TensorFlow's records, a table of CRC-32C, and
/// the few fields of protocol buffers that scalars need.
struct EventReader {
    struct Scalar: Equatable {
        let step: Int
        let tag: String
        let value: Float
    }

    private(set) var scalars: [Scalar] = []
    private(set) var version: String?
    private(set) var times: [Double] = []

    struct Damage: Error { let offset: Int, what: String }

    private static let table = (0..<UInt32(256)).map { byte in
        (0..<8).reduce(byte) { crc, _ in crc & 1 == 1 ? crc >> 1 ^ 0x82f6_3b78 : crc >> 1 }
    }

    private static func masked(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        let crc = ~bytes.reduce(UInt32.max) { table[Int(($0 ^ UInt32($1)) & 0xff)] ^ $0 >> 8 }
        return (crc >> 15 | crc << 17) &+ 0xa282_ead8
    }

    init(_ bytes: [UInt8]) throws {
        func little<Number: FixedWidthInteger>(_ offset: Int, _: Number.Type) throws -> Number {
            let end = offset + Number.bitWidth / 8
            guard end <= bytes.count else { throw Damage(offset: offset, what: "cut off") }
            return bytes[offset..<end].reversed().reduce(0) { $0 << 8 | Number($1) }
        }
        var offset = 0
        while offset < bytes.count {
            let length = Int(try little(offset, UInt64.self))
            guard try little(offset + 8, UInt32.self) == Self.masked(bytes[offset..<(offset + 8)]) else {
                throw Damage(offset: offset, what: "the length's check sum")
            }
            let start = offset + 12
            let sum = try little(start + length, UInt32.self)
            guard sum == Self.masked(bytes[start..<(start + length)]) else {
                throw Damage(offset: offset, what: "the record's check sum")
            }
            try read(bytes[start..<(start + length)], at: offset)
            offset = start + length + 4
        }
    }

    private mutating func read(_ event: ArraySlice<UInt8>, at offset: Int) throws {
        var step = 0
        for field in try Self.fields(event) {
            switch field.number {
            case 1: times.append(Double(bitPattern: field.value))
            case 2: step = Int(field.value)
            case 3: version = String(decoding: field.bytes, as: UTF8.self)
            case 5:
                for value in try Self.fields(field.bytes) {
                    let parts = try Self.fields(value.bytes)
                    guard value.number == 1, parts.map(\.number) == [1, 2] else {
                        throw Damage(offset: offset, what: "no scalar")
                    }
                    let tag = String(decoding: parts[0].bytes, as: UTF8.self)
                    scalars.append(
                        Scalar(step: step, tag: tag, value: Float(bitPattern: UInt32(parts[1].value))))
                }
            default: throw Damage(offset: offset, what: "field \(field.number)")
            }
        }
    }

    private static func fields(
        _ message: ArraySlice<UInt8>
    ) throws -> [(number: Int, value: UInt64, bytes: ArraySlice<UInt8>)] {
        var rest = message
        func variable() throws -> UInt64 {
            var (value, shift) = (UInt64(0), UInt64(0))
            while let byte = rest.popFirst() {
                value |= UInt64(byte & 0x7f) << shift
                if byte < 0x80 { return value }
                shift += 7
            }
            throw Damage(offset: rest.startIndex, what: "a number without end")
        }
        func fixed(_ count: Int) -> UInt64 {
            defer { rest = rest.dropFirst(count) }
            return rest.prefix(count).reversed().reduce(0) { $0 << 8 | UInt64($1) }
        }
        var found: [(Int, UInt64, ArraySlice<UInt8>)] = []
        while !rest.isEmpty {
            let key = try variable()
            switch key & 7 {
            case 0: found.append((Int(key >> 3), try variable(), []))
            case 1: found.append((Int(key >> 3), fixed(8), []))
            case 5: found.append((Int(key >> 3), fixed(4), []))
            default:
                let count = Int(try variable())
                found.append((Int(key >> 3), 0, rest.prefix(count)))
                rest = rest.dropFirst(count)
            }
        }
        return found
    }
}
