import ReproNumerics

/// Integers in runs of bytes, each access checked.
extension [UInt8] {
    /// At most eight bytes from an offset on as a little-endian integer.
    ///
    /// - Precondition: all of them lie in the array.
    package func littleEndian(at offset: Int, byteCount: Int) -> UInt64 {
        switch byteCount {
        case 4: withBytes { UInt64(UInt32(littleEndian: $0.integer(at: offset, as: UInt32.self))) }
        case 8: withBytes { UInt64(littleEndian: $0.integer(at: offset, as: UInt64.self)) }
        default: self[offset..<offset + byteCount].reversed().reduce(0) { $0 << 8 | UInt64($1) }
        }
    }
}
