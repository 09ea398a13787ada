/// The type of an array's elements as a file stores them, for comparing bit patterns: every kind that NumPy, PyTorch and
/// safetensors write, whether or not this package computes with it.
public struct StoredDtype: Sendable, Equatable {
    /// What the bits of an element mean.
    public enum Form: Sendable, Equatable {
        /// One byte, 0 or 1.
        case bool
        case unsigned, signed
        /// A sign, an exponent that fills the rest, and so many bits of fraction.
        case float(fractionBits: Int)
        /// Two floats of half the width, real and imaginary part.
        case complex(fractionBits: Int)
        /// Bytes that are shown as they are: text, dates, records.
        case opaque
    }

    /// As safetensors names it: `F32`, `BF16`, `I64`, …; `C128` for pairs of binary64 numbers; else NumPy's name, such as `U5`.
    public let name: String
    /// How many bytes an element takes; never 0.
    public let byteCount: Int
    /// What the bits of an element mean.
    public let form: Form
    /// Of how many bytes the numbers in an element are, which another byte order turns round.
    let unitByteCount: Int

    init(_ name: String, _ byteCount: Int, _ form: Form, unit: Int? = nil) {
        (self.name, self.byteCount, self.form) = (name, byteCount, form)
        unitByteCount = unit ?? byteCount
    }

    /// The types that have a name of their own.
    static let all: [StoredDtype] = [
        StoredDtype("BOOL", 1, .bool), StoredDtype("U8", 1, .unsigned), StoredDtype("I8", 1, .signed),
        StoredDtype("U16", 2, .unsigned), StoredDtype("I16", 2, .signed), StoredDtype("U32", 4, .unsigned),
        StoredDtype("I32", 4, .signed), StoredDtype("U64", 8, .unsigned), StoredDtype("I64", 8, .signed),
        StoredDtype("F16", 2, .float(fractionBits: 10)), StoredDtype("BF16", 2, .float(fractionBits: 7)),
        StoredDtype("F32", 4, .float(fractionBits: 23)), StoredDtype("F64", 8, .float(fractionBits: 52)),
        StoredDtype("C64", 8, .complex(fractionBits: 23), unit: 4),
        StoredDtype("C128", 16, .complex(fractionBits: 52), unit: 8), StoredDtype("F8_E5M2", 1, .opaque),
        StoredDtype("F8_E4M3", 1, .opaque), StoredDtype("F8_E8M0", 1, .opaque),
    ]

    package static func named(_ name: String) -> StoredDtype? { all.first { Text.areSame($0.name, name) } }

    /// The type of NumPy's name for it without the byte order, such as `f4`, `U5` or `M8[ns]`; nil for objects, records, and
    /// elements of no bytes.
    static func numpy(_ code: String) -> StoredDtype? {
        let known = [
            "b1": "BOOL", "u1": "U8", "i1": "I8", "u2": "U16", "i2": "I16", "u4": "U32", "i4": "I32", "u8": "U64",
            "i8": "I64", "f2": "F16", "f4": "F32", "f8": "F64", "c8": "C64", "c16": "C128",
        ]
        if let name = known[code] { return named(name) }
        let digits = code.utf8.dropFirst().prefix { (0x30...0x39).contains($0) }
        guard let kind = code.utf8.first, digits.count <= 6, let size = Int(String(decoding: digits, as: UTF8.self)),
            size > 0
        else { return nil }
        let isWhole = code.utf8.count == 1 + digits.count
        switch kind {
        case UInt8(ascii: "U") where isWhole: return StoredDtype(code, 4 * size, .opaque, unit: 4)
        case UInt8(ascii: "S") where isWhole, UInt8(ascii: "V") where isWhole:
            return StoredDtype(code, size, .opaque, unit: 1)
        case UInt8(ascii: "M") where size == 8, UInt8(ascii: "m") where size == 8:
            return StoredDtype(code, 8, .signed)
        // The 80-bit numbers of x86 fill 12 or 16 bytes.
        case UInt8(ascii: "f") where isWhole && (size == 12 || size == 16): return StoredDtype(code, size, .opaque)
        default: return nil
        }
    }
}

extension StoredDtype {
    /// An element's value in words: numbers in the shortest digits that read back as the same, NaNs with their bits, opaque
    /// elements as hexadecimal bytes.
    public func text(_ element: ArraySlice<UInt8>) -> String {
        func number(_ part: ArraySlice<UInt8>) -> UInt64 { part.reversed().reduce(0) { $0 << 8 | UInt64($1) } }
        switch form {
        case .bool where number(element) <= 1: return number(element) == 1 ? "true" : "false"
        case .unsigned, .bool: return String(number(element))
        case .signed:
            let shift = UInt64(64 - 8 * byteCount)
            return String(Int64(bitPattern: number(element) << shift) >> Int64(shift))
        case .float(let fractionBits):
            return StoredDtype.text(number(element), width: 8 * byteCount, fractionBits: fractionBits)
        case .complex(let fractionBits):
            let half = byteCount / 2
            let parts = [element.prefix(half), element.suffix(half)]
            return "("
                + parts.map { StoredDtype.text(number($0), width: 8 * half, fractionBits: fractionBits) }
                .joined(separator: ", ") + ")"
        case .opaque:
            return element.prefix(32).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        }
    }

    /// How many steps to the next representable number lead from one element to the other; −0 and +0 are one step apart. Of
    /// pairs, the greater distance. Nil where either is a NaN and the bits differ, and for types that are no floats.
    public func ulps(_ a: ArraySlice<UInt8>, _ b: ArraySlice<UInt8>) -> UInt64? {
        func number(_ part: ArraySlice<UInt8>) -> UInt64 { part.reversed().reduce(0) { $0 << 8 | UInt64($1) } }
        switch form {
        case .float(let fractionBits):
            return StoredDtype.ulps(number(a), number(b), width: 8 * byteCount, fractionBits: fractionBits)
        case .complex(let fractionBits):
            let half = byteCount / 2
            let real = StoredDtype.ulps(
                number(a.prefix(half)), number(b.prefix(half)), width: 8 * half, fractionBits: fractionBits)
            let imaginary = StoredDtype.ulps(
                number(a.suffix(half)), number(b.suffix(half)), width: 8 * half, fractionBits: fractionBits)
            return real.flatMap { real in imaginary.map { max(real, $0) } }
        default: return nil
        }
    }

    /// The distance of two bit patterns of floats of one width.
    package static func ulps(_ a: UInt64, _ b: UInt64, width: Int, fractionBits: Int) -> UInt64? {
        if a == b { return 0 }
        let sign = UInt64(1) << UInt64(width - 1)
        let infinity = (sign - 1) & ~((1 << UInt64(fractionBits)) - 1)
        let (x, y) = (a & (sign - 1), b & (sign - 1))
        if x > infinity || y > infinity { return nil }
        let (isNegative, otherIsNegative) = (a & sign != 0, b & sign != 0)
        if isNegative == otherIsNegative { return x > y ? x - y : y - x }
        return x + y + 1
    }

    private static func text(_ bits: UInt64, width: Int, fractionBits: Int) -> String {
        let magnitude = bits & ((1 as UInt64) << UInt64(width - 1) - 1)
        let infinity: UInt64 = (1 << UInt64(width - 1) - 1) & ~((1 << UInt64(fractionBits)) - 1)
        if magnitude > infinity { return "nan (0x\(String(bits, radix: 16)))" }
        let low = UInt32(truncatingIfNeeded: bits)
        switch (width, fractionBits) {
        case (64, _): return Double(bitPattern: bits).description
        case (32, _): return Float(bitPattern: low).description
        case (_, 7): return Float(bitPattern: low << 16).description
        default: return Float(bitPattern: ElementKind.widened(binary16: UInt16(truncatingIfNeeded: bits))).description
        }
    }
}
