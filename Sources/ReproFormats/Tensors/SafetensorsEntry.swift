/// The kinds of number that safetensors names, with their sizes. Those narrower than a byte are not among them.
public enum SafetensorsDtype: String, Sendable, CaseIterable {
    case bool = "BOOL"
    case u8 = "U8"
    case i8 = "I8"
    case f8e5m2 = "F8_E5M2"
    case f8e4m3 = "F8_E4M3"
    case f8e8m0 = "F8_E8M0"
    case i16 = "I16"
    case u16 = "U16"
    case f16 = "F16"
    case bf16 = "BF16"
    case i32 = "I32"
    case u32 = "U32"
    case f32 = "F32"
    case c64 = "C64"
    case f64 = "F64"
    case i64 = "I64"
    case u64 = "U64"

    /// How many bytes an element takes.
    public var byteCount: Int {
        switch self {
        case .bool, .u8, .i8, .f8e5m2, .f8e4m3, .f8e8m0: 1
        case .i16, .u16, .f16, .bf16: 2
        case .i32, .u32, .f32: 4
        case .c64, .f64, .i64, .u64: 8
        }
    }

    /// How its numbers are read; nil for a kind that is listed and compared byte by byte, but not read.
    var kind: ElementKind? {
        switch self {
        case .f16: .binary16
        case .bf16: .bfloat16
        case .f32: .binary32
        case .f64: .binary64
        case .i32: .int32
        case .i64: .int64
        default: nil
        }
    }
}

/// A tensor as the header of a safetensors file describes it.
public struct SafetensorsEntry: Sendable, Equatable {
    /// The tensor's name.
    public let name: String
    /// The type of the elements.
    public let dtype: SafetensorsDtype
    /// The size of each axis.
    public let shape: [Int]
    /// Where its bytes stand in the file.
    public let byteRange: Range<Int>
}
