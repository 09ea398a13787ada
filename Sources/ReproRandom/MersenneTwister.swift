/// PyTorch's generator on a CPU after `torch.manual_seed(seed)`: MT19937, 32 bits per draw.
///
///     state[0] = seed mod 2^32;  state[j] = 1812433253 × (state[j−1] ^ state[j−1] >> 30) + j   (mod 2^32)
///
/// Only the low 32 bits of a seed count, as in PyTorch. It serves for starting from PyTorch's numbers; everything else
/// draws from ``PCG64``.
///
/// Source: M. Matsumoto and T. Nishimura, "Mersenne Twister", ACM TOMACS 8 (1998), with the seeding of 2002; PyTorch
/// 2.13, `aten/src/ATen/core/MT19937RNGEngine.h`, to whose draws it is equal.
public struct MersenneTwister: Sendable, Equatable {
    /// The seed as it was given.
    public let seed: UInt64
    /// How many numbers have been drawn.
    public private(set) var draws: UInt64 = 0
    private var words: [UInt32]
    private var next = MersenneTwister.wordCount

    private static let wordCount = 624
    private static let distance = 397

    public init(seed: UInt64) {
        self.seed = seed
        var word = UInt32(truncatingIfNeeded: seed)
        var words = [word]
        words.reserveCapacity(MersenneTwister.wordCount)
        for index in 1..<UInt32(MersenneTwister.wordCount) {
            word = 1_812_433_253 &* (word ^ word >> 30) &+ index
            words.append(word)
        }
        self.words = words
    }

    /// The next 32 bits.
    public mutating func next32() -> UInt32 {
        if next == words.count { twist() }
        var word = words[next]
        next += 1
        draws += 1
        word ^= word >> 11
        word ^= word << 7 & 0x9d2c_5680
        word ^= word << 15 & 0xefc6_0000
        return word ^ word >> 18
    }

    /// A uniform binary32 number in [0, 1): `(next32 mod 2^24) × 2^-24`, exact; `torch.rand`.
    public mutating func uniform32() -> Float { Float(next32() & 0xff_ffff) * 0x1p-24 }

    /// A uniform binary32 number of `tensor.uniform_(-bound, bound)`: `fma(u, 2k, −k)`, where k is the bound rounded to
    /// binary32.
    ///
    /// PyTorch writes `u × (to − from) + from`, and its own bits differ by instruction set: its AVX2 and AVX-512 builds of
    /// the loop contract the expression to a fused multiply-add, its baseline build (`ATEN_CPU_CAPABILITY=default`) rounds
    /// twice. The fused form is reproduced, since every processor with AVX2 runs it.
    /// - Precondition: the bound is finite and at least 2^-60; the thread rounds to nearest.
    public mutating func uniform(bound: Double) -> Float {
        guard bound.isFinite && bound >= 0x1p-60 else { fatalError("numbers within ±\(bound)") }
        let k = Double(Float(bound))
        // Exact in binary64: u has 24 bits, so has k, and u × 2k − k, a multiple of 2^-23 ulp(k) no greater than k, has 47.
        // The one rounding is the fused multiply-add's.
        return Float(Double(uniform32()) * (2 * k) - k)
    }

    private mutating func twist() {
        let (count, distance) = (MersenneTwister.wordCount, MersenneTwister.distance)
        for index in 0..<count {
            let successor = words[index + 1 == count ? 0 : index + 1]
            let mixed = words[index] & 0x8000_0000 | successor & 0x7fff_ffff
            let source = index + distance
            words[index] =
                words[source < count ? source : source - count] ^ mixed >> 1
                ^ (successor & 1 == 1 ? 0x9908_b0df : 0)
        }
        next = 0
    }
}
