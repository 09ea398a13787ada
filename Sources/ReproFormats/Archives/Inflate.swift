/// Decompresses deflate data (RFC 1951), as zip and gzip hold it.
///
/// Strict: a code that does not fill its tree, a distance beyond the start, a missing end, and every reserved value is an error.
/// The output never grows beyond its limit, however little data promises it.
struct Inflate {
    /// What is wrong with the data, and at which of its bytes.
    struct Fault: Error, Equatable {
        let problem: String
        let offset: Int
        /// Whether the data may be sound and ask for more than the limit.
        var isLimit = false
    }

    private let input: [UInt8]
    private let end: Int
    private var position: Int
    private var bits: UInt64 = 0
    private var bitCount = 0
    private var output: [UInt8] = []
    private let limit: Int

    /// Decompresses one stream.
    ///
    /// - Parameters:
    ///   - range: where the data stands in `input`; the stream may end before the range does.
    ///   - limit: the most bytes that may come out.
    /// - Returns: what came out, and where the bytes behind the stream begin.
    static func inflated(
        _ input: [UInt8], _ range: Range<Int>, limit: Int
    ) throws(Fault) -> (bytes: [UInt8], end: Int) {
        var state = Inflate(input: input, range: range, limit: limit)
        while !(try state.block()) {}
        return (state.output, state.position - state.bitCount / 8)
    }

    private init(input: [UInt8], range: Range<Int>, limit: Int) {
        self.input = input
        (position, end) = (range.lowerBound, range.upperBound)
        self.limit = limit
        output.reserveCapacity(min(limit, 4 * range.count, 1 << 20))
    }

    private func fault(_ problem: String) -> Fault { Fault(problem: problem, offset: position) }
    private var overflow: Fault { Fault(problem: "becomes more than \(limit) bytes", offset: position, isLimit: true) }

    /// Takes bytes in until at least 48 bits are there, or the data ends.
    @inline(__always)
    private mutating func fill() {
        while bitCount <= 48 && position < end {
            bits |= UInt64(input[position]) << UInt64(bitCount)
            bitCount += 8
            position += 1
        }
    }

    @inline(__always)
    private mutating func drop(_ count: Int) throws(Fault) {
        guard count <= bitCount else { throw fault("the compressed data ends too early") }
        bits >>= UInt64(count)
        bitCount -= count
    }

    private mutating func take(_ count: Int) throws(Fault) -> Int {
        fill()
        let value = Int(bits & (1 << UInt64(count) - 1))
        try drop(count)
        return value
    }

    @inline(__always)
    private mutating func symbol(_ code: HuffmanCode) throws(Fault) -> Int {
        fill()
        guard let (symbol, length) = code.symbol(at: bits) else {
            throw fault(bitCount < 15 ? "the compressed data ends too early" : "a code that stands for nothing")
        }
        try drop(length)
        return symbol
    }

    /// Decompresses a block; true where it is the last.
    private mutating func block() throws(Fault) -> Bool {
        let isLast = try take(1) == 1
        switch try take(2) {
        case 0: try stored()
        case 1:
            // Section 3.2.6.
            let lengths =
                [UInt8](repeating: 8, count: 144) + [UInt8](repeating: 9, count: 112)
                + [UInt8](repeating: 7, count: 24) + [UInt8](repeating: 8, count: 8)
            try compressed(try code(lengths[...]), try code([UInt8](repeating: 5, count: 32)[...]))
        case 2:
            let (literals, distances) = try codes()
            try compressed(literals, distances)
        default: throw fault("a block of a kind that there is not")
        }
        return isLast
    }

    private mutating func stored() throws(Fault) {
        try drop(bitCount % 8)
        let (count, complement) = (try take(16), try take(16))
        guard count == complement ^ 0xffff else { throw fault("a stored block's length contradicts itself") }
        position -= bitCount / 8
        (bits, bitCount) = (0, 0)
        guard count <= end - position else { throw fault("the compressed data ends too early") }
        guard count <= limit - output.count else { throw overflow }
        output += input[position..<position + count]
        position += count
    }

    private func code(_ lengths: ArraySlice<UInt8>) throws(Fault) -> HuffmanCode {
        guard let code = HuffmanCode(lengths: lengths) else { throw fault("code lengths that make no code") }
        return code
    }

    /// The codes that a block brings along (section 3.2.7).
    private mutating func codes() throws(Fault) -> (literals: HuffmanCode, distances: HuffmanCode) {
        let (literalCount, distanceCount, lengthCount) = (257 + (try take(5)), 1 + (try take(5)), 4 + (try take(4)))
        guard literalCount <= 286, distanceCount <= 30 else { throw fault("more codes than there are symbols") }
        var order = [UInt8](repeating: 0, count: 19)
        for place in [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15].prefix(lengthCount) {
            order[place] = UInt8(try take(3))
        }
        let code = try code(order[...])
        var lengths: [UInt8] = []
        while lengths.count < literalCount + distanceCount {
            let symbol = try symbol(code)
            switch symbol {
            case 0...15: lengths.append(UInt8(symbol))
            case 16:
                guard let last = lengths.last else { throw fault("a repeated length without one before it") }
                lengths += repeatElement(last, count: 3 + (try take(2)))
            case 17: lengths += repeatElement(0, count: 3 + (try take(3)))
            default: lengths += repeatElement(0, count: 11 + (try take(7)))
            }
        }
        guard lengths.count == literalCount + distanceCount else {
            throw fault("a repeated length beyond the last code")
        }
        guard lengths[256] > 0 else { throw fault("a block without an end") }
        return (try self.code(lengths[..<literalCount]), try self.code(lengths[literalCount...]))
    }

    private mutating func compressed(_ literals: HuffmanCode, _ distances: HuffmanCode) throws(Fault) {
        while true {
            let symbol = try symbol(literals)
            if symbol < 256 {
                guard output.count < limit else { throw overflow }
                output.append(UInt8(symbol))
                continue
            }
            if symbol == 256 { return }
            guard symbol < 286 else { throw fault("a length that there is not") }
            let place = symbol - 257
            let count = Inflate.lengths[place] + (try take(Inflate.lengthBits[place]))
            let far = try self.symbol(distances)
            guard far < 30 else { throw fault("a distance that there is not") }
            // Section 3.2.5: two distances of each number of extra bits.
            let extra = max(0, far / 2 - 1)
            let base = far < 4 ? far + 1 : 1 + (2 + far & 1) << extra
            try copy(count, from: base + (try take(extra)))
        }
    }

    private mutating func copy(_ count: Int, from distance: Int) throws(Fault) {
        guard distance <= output.count else { throw fault("a repetition of what stands before the start") }
        guard count <= limit - output.count else { throw overflow }
        let start = output.count - distance
        if distance >= count {
            output += output[start..<start + count]
        } else {
            for offset in start..<start + count { output.append(output[offset]) }
        }
    }

    private static let lengths = [
        3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227,
        258,
    ]
    private static let lengthBits = [
        0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0,
    ]
}
