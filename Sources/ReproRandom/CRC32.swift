/// The CRC-32 of zlib, gzip and PNG: polynomial 0x04c11db7 reflected, start and end complemented.
///
/// Source: RFC 1952, section 8. Bit by bit, since it reads names and nothing longer.
public enum CRC32 {
    /// The checksum of a sequence of bytes.
    public static func checksum(_ bytes: some Sequence<UInt8>) -> UInt32 {
        var register: UInt32 = 0xffff_ffff
        for byte in bytes {
            register ^= UInt32(byte)
            for _ in 0..<8 {
                register = register & 1 == 1 ? register >> 1 ^ 0xedb8_8320 : register >> 1
            }
        }
        return ~register
    }

    /// The checksum of a name's UTF-8 bytes.
    public static func checksum(_ name: String) -> UInt32 { checksum(name.utf8) }
}
