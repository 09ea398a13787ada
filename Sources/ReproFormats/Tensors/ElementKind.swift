/// How one number stands in a file, for the six kinds that are read, and what it becomes:
///
/// | kind | becomes | by |
/// |---|---|---|
/// | binary32 | binary32 | every bit as it is |
/// | binary64 | binary32 | rounding to nearest, ties to even; beyond the finite numbers ±infinity; any NaN becomes 0x7fc00000 |
/// | binary16, bfloat16 | binary32 | exactly, a NaN's sign and payload kept |
/// | int64 | Int64 | as it is |
/// | int32 | Int64 | exactly |
enum ElementKind: Sendable {
    case binary16, bfloat16, binary32, binary64, int32, int64

    var byteCount: Int {
        switch self {
        case .binary16, .bfloat16: 2
        case .binary32, .int32: 4
        case .binary64, .int64: 8
        }
    }

    var isInteger: Bool { self == .int32 || self == .int64 }

    /// The binary32 numbers of a piece's bytes, handed on in order.
    ///
    /// - Precondition: the kind is no integer, and the piece holds whole elements.
    func forEachFloat(in piece: [UInt8], isBigEndian: Bool, _ body: (Float) -> Void) {
        switch self {
        case .binary16:
            forEach(UInt16.self, piece, isBigEndian) { body(Float(bitPattern: ElementKind.widened(binary16: $0))) }
        case .bfloat16: forEach(UInt16.self, piece, isBigEndian) { body(Float(bitPattern: UInt32($0) << 16)) }
        case .binary32: forEach(UInt32.self, piece, isBigEndian) { body(Float(bitPattern: $0)) }
        case .binary64: forEach(UInt64.self, piece, isBigEndian) { body(ElementKind.narrowed(Double(bitPattern: $0))) }
        case .int32, .int64: preconditionFailure("\(self) is read as integers")
        }
    }

    /// The integers of a piece's bytes, handed on in order.
    ///
    /// - Precondition: the kind is an integer, and the piece holds whole elements.
    func forEachInteger(in piece: [UInt8], isBigEndian: Bool, _ body: (Int64) -> Void) {
        switch self {
        case .int32: forEach(UInt32.self, piece, isBigEndian) { body(Int64(Int32(bitPattern: $0))) }
        case .int64: forEach(UInt64.self, piece, isBigEndian) { body(Int64(bitPattern: $0)) }
        default: preconditionFailure("\(self) is read as binary32")
        }
    }

    private func forEach<Bits: FixedWidthInteger & BitwiseCopyable>(
        _ type: Bits.Type, _ piece: [UInt8], _ isBigEndian: Bool, _ body: (Bits) -> Void
    ) {
        piece.withBytes { piece in
            for offset in stride(from: 0, to: piece.count, by: byteCount) {
                let stored = piece.integer(at: offset, as: type)
                body(isBigEndian ? Bits(bigEndian: stored) : Bits(littleEndian: stored))
            }
        }
    }

    /// NaNs become one pattern because processors differ in what they make of a payload.
    private static func narrowed(_ value: Double) -> Float {
        value.isNaN ? Float(bitPattern: 0x7fc0_0000) : Float(value)
    }

    /// The binary32 pattern of a binary16 pattern. In integers, because `Float16` is missing on some platforms.
    static func widened(binary16 bits: UInt16) -> UInt32 {
        let sign = UInt32(bits & 0x8000) << 16
        let exponent = UInt32(bits >> 10) & 0x1f
        let fraction = UInt32(bits) & 0x3ff
        switch exponent {
        case 0x1f: return sign | 0x7f80_0000 | fraction << 13
        case 0:
            // fraction × 2^-24, exact in binary32.
            return sign | (Float(fraction) * 0x1p-24).bitPattern
        default: return sign | (exponent + 127 - 15) << 23 | fraction << 13
        }
    }
}
