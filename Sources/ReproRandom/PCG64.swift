/// The generator behind every draw: PCG XSL-RR 128/64, bit for bit NumPy's `PCG64`.
///
///     state ← state × multiplier + increment  (mod 2^128)
///     draw  = rotate-right(high64(state) ^ low64(state), state >> 122)
///
/// A value: a copy continues on its own, and two equal generators draw the same. Pass it `inout`.
///
/// Source: M. E. O'Neill, "PCG: A Family of Simple Fast Space-Efficient Statistically Good Algorithms", HMC-CS-2014-0905;
/// NumPy 2.4, `numpy/random/src/pcg64/pcg64.h`.
public struct PCG64: Sendable, Equatable {
    private var position: UInt128
    private let increment: UInt128
    /// Whether the high half of the last 64-bit draw waits for `next32`; NumPy's `has_uint32`.
    public private(set) var hasUInt32 = false
    /// The high half that the last `next32` put aside, still shown after its use as NumPy does; NumPy's `uinteger`.
    public private(set) var uinteger: UInt32 = 0

    /// The generator that NumPy's `PCG64(SeedSequence(…))` is.
    public init(_ sequence: SeedSequence) {
        let words = sequence.generateState64(words: 4)
        let start = UInt128(words[0]) << 64 | UInt128(words[1])
        increment = (UInt128(words[2]) << 64 | UInt128(words[3])) << 1 | 1
        position = 0
        step()
        position &+= start
        step()
    }

    /// A generator in a given state, as read from another one or from NumPy's `PCG64.state`.
    ///
    /// - Precondition: the increment is odd; an even one has a shorter period and no seed leads to it.
    public init(
        state: (high: UInt64, low: UInt64), increment: (high: UInt64, low: UInt64), hasUInt32: Bool = false,
        uinteger: UInt32 = 0
    ) {
        guard increment.low & 1 == 1 else { fatalError("the increment \(increment) is even") }
        position = UInt128(state.high) << 64 | UInt128(state.low)
        self.increment = UInt128(increment.high) << 64 | UInt128(increment.low)
        self.hasUInt32 = hasUInt32
        self.uinteger = uinteger
    }

    /// NumPy's `state["state"]["state"]`, in halves.
    public var state: (high: UInt64, low: UInt64) { PCG64.halves(position) }
    /// NumPy's `state["state"]["inc"]`, in halves.
    public var inc: (high: UInt64, low: UInt64) { PCG64.halves(increment) }

    /// The next 64 bits. A half that waits for `next32` goes on waiting.
    public mutating func next64() -> UInt64 {
        step()
        let (high, low) = PCG64.halves(position)
        let rotation = high >> 58
        let mixed = high ^ low
        return mixed &>> rotation | mixed &<< (64 &- rotation)
    }

    /// The next 32 bits: the low half of a 64-bit draw, then its high half.
    public mutating func next32() -> UInt32 {
        if hasUInt32 {
            hasUInt32 = false
            return uinteger
        }
        let draw = next64()
        hasUInt32 = true
        uinteger = UInt32(truncatingIfNeeded: draw >> 32)
        return UInt32(truncatingIfNeeded: draw)
    }

    /// Jumps over `draws` 64-bit draws and forgets a waiting half; NumPy's `advance`. Modulo the period 2^128, so that
    /// `0 &- n` goes back.
    public mutating func advance(by draws: UInt128) {
        hasUInt32 = false
        uinteger = 0
        jump(draws)
    }

    /// Leaves the generator as `draws` calls of `next32` would, in logarithmic time.
    ///
    /// So consumers who each take a part of one long sequence of draws get the very draws that one consumer would.
    public mutating func skip32(_ draws: UInt64) {
        var left = draws
        if left > 0, hasUInt32 {
            hasUInt32 = false
            left -= 1
        }
        guard left > 0 else { return }
        // The last 64-bit draw is made, not skipped, because its high half has to be put aside.
        jump(UInt128((left - 1) / 2))
        _ = next32()
        if left % 2 == 0 { _ = next32() }
    }

    private mutating func step() {
        position = position &* PCG64.multiplier &+ increment
    }

    /// `count` steps at once: the affine map of a step, squared and multiplied (F. Brown, "Random Number Generation with
    /// Arbitrary Stride", 1994).
    private mutating func jump(_ count: UInt128) {
        var factor: UInt128 = 1
        var term: UInt128 = 0
        var stepFactor = PCG64.multiplier
        var stepTerm = increment
        var left = count
        while left > 0 {
            if left & 1 == 1 {
                factor &*= stepFactor
                term = term &* stepFactor &+ stepTerm
            }
            stepTerm = (stepFactor &+ 1) &* stepTerm
            stepFactor &*= stepFactor
            left >>= 1
        }
        position = factor &* position &+ term
    }

    private static func halves(_ value: UInt128) -> (high: UInt64, low: UInt64) {
        (UInt64(truncatingIfNeeded: value >> 64), UInt64(truncatingIfNeeded: value))
    }

    /// PCG_DEFAULT_MULTIPLIER_128: 2549297995355413924 × 2^64 + 4865540595714422341.
    private static var multiplier: UInt128 { UInt128(2_549_297_995_355_413_924) << 64 | 4_865_540_595_714_422_341 }
}
