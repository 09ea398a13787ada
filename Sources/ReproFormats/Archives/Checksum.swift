/// A cyclic redundancy check of 32 bits, as archives and event files carry one beside their bytes; start and end complemented.
struct Checksum: Sendable {
    /// The remainder that each byte leaves.
    private let table: [UInt32]

    /// The polynomial of zip, gzip and zlib (RFC 1952, section 8).
    static let crc32 = Checksum(polynomial: 0xedb8_8320)
    /// Castagnoli's polynomial, of TensorBoard's event files.
    static let crc32c = Checksum(polynomial: 0x82f6_3b78)

    /// - Parameter polynomial: its bits in reversed order, without the highest.
    private init(polynomial: UInt32) {
        table = (0..<256).map { byte in
            (0..<8).reduce(UInt32(byte)) { rest, _ in rest >> 1 ^ (rest & 1 == 1 ? polynomial : 0) }
        }
    }

    /// The checksum of bytes.
    func callAsFunction(_ bytes: some Sequence<UInt8>) -> UInt32 {
        var register = UInt32.max
        for byte in bytes { register = register >> 8 ^ table[Int(UInt8(truncatingIfNeeded: register) ^ byte)] }
        return ~register
    }
}
