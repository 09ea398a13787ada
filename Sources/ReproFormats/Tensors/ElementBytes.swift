/// Integers in runs of bytes, each access checked: the one place where elements are taken from bytes and put into them.
extension [UInt8] {
    /// The integer whose bytes begin at an offset, in the processor's byte order.
    ///
    /// - Precondition: all of its bytes lie in the array.
    func integer<Bits: FixedWidthInteger>(at offset: Int, as type: Bits.Type) -> Bits {
        let byteCount = MemoryLayout<Bits>.size
        precondition(offset >= 0 && offset <= count - byteCount, "\(byteCount) bytes at \(offset) of \(count)")
        return withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: type) }
    }

    /// At most eight bytes from an offset on as a little-endian integer.
    ///
    /// - Precondition: all of them lie in the array.
    package func littleEndian(at offset: Int, byteCount: Int) -> UInt64 {
        switch byteCount {
        case 4: UInt64(UInt32(littleEndian: integer(at: offset, as: UInt32.self)))
        case 8: UInt64(littleEndian: integer(at: offset, as: UInt64.self))
        default: self[offset..<offset + byteCount].reversed().reduce(0) { $0 << 8 | UInt64($1) }
        }
    }

    /// The bytes of integers one after another, in the processor's byte order.
    init<Bits: FixedWidthInteger>(of integers: some Collection<Bits>) {
        let byteCount = integers.count * MemoryLayout<Bits>.size
        self.init(unsafeUninitializedCapacity: byteCount) { buffer, initialized in
            for integer in integers {
                UnsafeMutableRawBufferPointer(buffer)
                    .storeBytes(of: integer, toByteOffset: initialized, as: Bits.self)
                initialized += MemoryLayout<Bits>.size
            }
        }
    }
}
