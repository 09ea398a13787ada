/// A prefix code of deflate: which symbol stands for which run of bits (RFC 1951, section 3.2.2).
///
/// Codes of at most ``directBitCount`` bits are looked up; longer ones are found by counting up from the first code of each
/// length. A set of lengths that promises more codes than there are is refused, and one that leaves some unused too, but for a
/// single code of one bit, which zlib allows.
struct HuffmanCode {
    /// `symbol << 4 | length` by the next bits, first bit lowest; 0 where the code is longer or there is none.
    private var direct: [UInt16]
    /// How many codes there are of each length.
    private var counts = [Int](repeating: 0, count: 16)
    /// The symbols in the order of their codes.
    private var symbols: [UInt16] = []

    static let directBitCount = 9

    /// - Parameter lengths: of each symbol's code in bits, at most 15; 0 for a symbol that does not occur.
    init?(lengths: some Collection<UInt8>) {
        direct = [UInt16](repeating: 0, count: 1 << HuffmanCode.directBitCount)
        for length in lengths { counts[Int(length)] += 1 }
        let used = lengths.count - counts[0]
        counts[0] = 0
        var left = 1
        for length in 1...15 {
            left = left << 1 - counts[length]
            if left < 0 { return nil }
        }
        if left > 0 && used > 0 && !(used == 1 && counts[1] == 1) { return nil }
        var firsts = [Int](repeating: 0, count: 17)
        for length in 1...15 { firsts[length + 1] = firsts[length] + counts[length] }
        symbols = [UInt16](repeating: 0, count: used)
        for (symbol, length) in lengths.enumerated() where length > 0 {
            symbols[firsts[Int(length)]] = UInt16(symbol)
            firsts[Int(length)] += 1
        }
        fillDirect()
    }

    private mutating func fillDirect() {
        var (code, index) = (0, 0)
        for length in 1...HuffmanCode.directBitCount {
            for _ in 0..<counts[length] {
                let reversed = (0..<length).reduce(0) { $0 << 1 | code >> $1 & 1 }
                let entry = symbols[index] << 4 | UInt16(length)
                for slot in stride(from: reversed, to: direct.count, by: 1 << length) { direct[slot] = entry }
                code += 1
                index += 1
            }
            code <<= 1
        }
    }

    /// The symbol that the lowest bits stand for, and its length; nil where no code begins like this.
    @inline(__always)
    func symbol(at bits: UInt64) -> (symbol: Int, length: Int)? {
        let entry = direct[Int(bits) & (direct.count - 1)]
        if entry != 0 { return (Int(entry >> 4), Int(entry & 15)) }
        return longSymbol(at: bits)
    }

    private func longSymbol(at bits: UInt64) -> (symbol: Int, length: Int)? {
        var (code, first, index) = (0, 0, 0)
        for length in 1...15 {
            code |= Int(bits >> UInt64(length - 1)) & 1
            let count = counts[length]
            if code - count < first { return (Int(symbols[index + code - first]), length) }
            index += count
            first = (first + count) << 1
            code <<= 1
        }
        return nil
    }
}
