/// Turns a generator's integers into uniform numbers, integers below a bound and permutations, bit for bit as NumPy does.
extension PCG64 {
    /// A uniform binary32 number in [0, 1): `(next32 >> 8) × 2^-24`, exact. NumPy's `Generator.random(dtype=float32)`.
    public mutating func uniform32() -> Float {
        Float(next32() >> 8) * 0x1p-24
    }

    /// A uniform binary32 number: `a + (b − a) × u`, where a and b are first rounded to binary32 and each operation
    /// rounds, without a fused multiply-add. Rounding can make the result equal `b`.
    ///
    /// - Precondition: the thread rounds to nearest. A draw does not look, as ``RandomStreams`` says.
    public mutating func uniform(from a: Double, to b: Double) -> Float {
        let lower = Float(a)
        let upper = Float(b)
        return lower + (upper - lower) * uniform32()
    }

    /// The next `count` numbers of `uniform(from:to:)`.
    ///
    /// A part of a longer draw is the draw of a generator on which `skip32` passed over what stands before it.
    /// - Precondition: `count` is not negative; the thread rounds to nearest.
    public mutating func uniforms(_ count: Int, from a: Double = 0, to b: Double = 1) -> [Float] {
        guard count >= 0 else { fatalError("\(count) numbers") }
        var result: [Float] = []
        result.reserveCapacity(count)
        for _ in 0..<count { result.append(uniform(from: a, to: b)) }
        return result
    }

    /// An order of `0 ..< count`, each equally likely: NumPy's `Generator.permutation(count)`.
    ///
    /// Fisher and Yates from the end: element `i = count − 1 … 1` changes places with element `interval(upTo: i)`.
    /// - Precondition: `count` is not negative.
    public mutating func permutation(_ count: Int) -> [Int] {
        guard count >= 0 else { fatalError("a permutation of \(count)") }
        var order = Array(0..<count)
        for last in stride(from: count - 1, to: 0, by: -1) {
            order.swapAt(last, Int(interval(upTo: UInt64(last))))
        }
        return order
    }

    /// An integer of `0 ... maximum`, each equally likely: masked rejection, NumPy's `random_interval`.
    ///
    /// Draws come from `next32` where the maximum fits in 32 bits and from `next64` elsewhere; a maximum of 0 draws nothing.
    public mutating func interval(upTo maximum: UInt64) -> UInt64 {
        guard maximum > 0 else { return 0 }
        let mask = UInt64.max >> UInt64(maximum.leadingZeroBitCount)
        while true {
            #if REPRO_FAULT_SHUFFLE  // planted by Tests/Gates/bisect.sh
                let draw = next64() >> 32
            #else
                let draw = maximum <= UInt64(UInt32.max) ? UInt64(next32()) : next64()
            #endif
            let value = draw & mask
            if value <= maximum { return value }
        }
    }
}
