/// The element types whose values are compared, by PyTorch's and NumPy's names.
package enum NumberType: String {
    case float16, bfloat16, float32, float64
    case int8, uint8, int16, int32, int64, bool
    case uint16, uint32, uint64

    init?(_ name: String) { self.init(rawValue: name) }

    /// Bytes of an element.
    var byteCount: Int {
        switch self {
        case .int8, .uint8, .bool: 1
        case .float16, .bfloat16, .int16, .uint16: 2
        case .float32, .int32, .uint32: 4
        case .float64, .int64, .uint64: 8
        }
    }

    /// Whether distances are told in units in the last place.
    var isFloating: Bool {
        switch self {
        case .float16, .bfloat16, .float32, .float64: true
        default: false
        }
    }

    /// The number of the pattern, as text.
    func text(_ bits: UInt64) -> String {
        switch self {
        case .float32: Float(bitPattern: UInt32(truncatingIfNeeded: bits)).description
        case .float64: Double(bitPattern: bits).description
        case .bfloat16: Float(bitPattern: UInt32(truncatingIfNeeded: bits) << 16).description
        case .float16: "0x" + String(bits, radix: 16)
        case .int8: Int8(truncatingIfNeeded: bits).description
        case .int16: Int16(truncatingIfNeeded: bits).description
        case .int32: Int32(truncatingIfNeeded: bits).description
        case .int64: Int64(truncatingIfNeeded: bits).description
        case .bool, .uint8, .uint16, .uint32, .uint64: bits.description
        }
    }

    /// How many steps to the next representable number lead from one pattern to the other; nil for a NaN, and for integers.
    package func ulp(_ a: UInt64, _ b: UInt64) -> UInt64? {
        guard isFloating, !isNaN(a), !isNaN(b) else { return nil }
        let (left, right) = (place(a), place(b))
        return UInt64(bitPattern: left > right ? left &- right : right &- left)
    }

    private func isNaN(_ bits: UInt64) -> Bool {
        let exponent: (shift: UInt64, mask: UInt64)
        switch self {
        case .float16: exponent = (10, 0x1f)
        case .bfloat16: exponent = (7, 0xff)
        case .float32: exponent = (23, 0xff)
        default: exponent = (52, 0x7ff)
        }
        return bits >> exponent.shift & exponent.mask == exponent.mask && bits & (1 << exponent.shift - 1) != 0
    }

    /// Numbers in their order: −0 directly below +0.
    private func place(_ bits: UInt64) -> Int64 {
        let sign: UInt64 = 1 << UInt64(8 * byteCount - 1)
        return bits & sign == 0 ? Int64(bits) : -1 - Int64(bits & ~sign)
    }
}

/// Where two tensors of one type and shape part first, and how far.
public struct TensorGap: Sendable, Equatable {
    /// The place of the first element that differs, row-major.
    public let element: Int
    /// The same, one number for each axis.
    public let index: [Int]
    /// The two values as text.
    public let a: String
    /// The second run's.
    public let b: String
    /// The distance of these two in units in the last place; nil for a NaN and for integers.
    public let ulp: UInt64?
    /// The greatest such distance of the tensor.
    public let greatestULP: UInt64?
    /// How many elements differ.
    public let different: Int

    /// Nil where the bytes are equal, or are not what the shape needs.
    package init?(_ a: [UInt8], _ b: [UInt8], type: NumberType, shape: [Int]) {
        let width = type.byteCount
        guard a.count == b.count, a.count == shape.reduce(width, *) else { return nil }
        var first: (element: Int, a: UInt64, b: UInt64)?
        var (different, greatest) = (0, UInt64?.none)
        for element in 0..<a.count / width {
            let (x, y) = (TensorGap.word(a, element, width), TensorGap.word(b, element, width))
            guard x != y else { continue }
            first = first ?? (element, x, y)
            different += 1
            if let ulp = type.ulp(x, y) { greatest = max(greatest ?? 0, ulp) }
        }
        guard let first else { return nil }
        self.element = first.element
        index = TensorGap.index(first.element, shape)
        self.a = type.text(first.a)
        self.b = type.text(first.b)
        ulp = type.ulp(first.a, first.b)
        greatestULP = greatest
        self.different = different
    }

    private static func word(_ bytes: [UInt8], _ element: Int, _ width: Int) -> UInt64 {
        var word: UInt64 = 0
        for place in 0..<width { word |= UInt64(bytes[element * width + place]) << UInt64(8 * place) }
        return word
    }

    private static func index(_ element: Int, _ shape: [Int]) -> [Int] {
        var (rest, index) = (element, [Int](repeating: 0, count: shape.count))
        for axis in shape.indices.reversed() {
            index[axis] = rest % shape[axis]
            rest /= shape[axis]
        }
        return index
    }
}
