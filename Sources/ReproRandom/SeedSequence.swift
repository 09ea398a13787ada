/// Turns a seed and a spawn key into as many well-mixed words as a generator's state needs: NumPy's `SeedSequence`.
///
/// A pool of four 32-bit words takes up the entropy; `generateState` hashes the pool out again. Equal to
/// `numpy.random.SeedSequence(seed, spawn_key=key)` word for word, established by NumPy's vectors and those of the C++
/// original. All arithmetic is modulo 2^32.
///
/// Source: NumPy 2.4, `numpy/random/bit_generator.pyx`, after M. E. O'Neill, "Developing a seed_seq alternative", 2015.
public struct SeedSequence: Sendable, Equatable {
    /// The mixed entropy, always four words.
    public let pool: [UInt32]

    /// The sequence of an integer seed, cut into 32-bit words as NumPy does: lowest first, without leading zeros, and one
    /// zero word for 0.
    public init(seed: UInt64, spawnKey: [UInt32] = []) {
        let low = UInt32(truncatingIfNeeded: seed)
        let high = UInt32(truncatingIfNeeded: seed >> 32)
        self.init(entropy: high == 0 ? [low] : [low, high], spawnKey: spawnKey)
    }

    /// The sequence of entropy already given as words.
    public init(entropy: [UInt32], spawnKey: [UInt32] = []) {
        var words = entropy
        // Filled up to the pool's size, so that a spawn key cannot pass for a longer seed (numpy/numpy, version 1.19).
        if !spawnKey.isEmpty {
            while words.count < Constant.poolSize { words.append(0) }
        }
        words += spawnKey
        pool = SeedSequence.mixed(words)
    }

    /// The first `words` words of state; a longer request begins with the words of a shorter one.
    ///
    /// - Precondition: `words` is not negative.
    public func generateState(words: Int) -> [UInt32] {
        guard words >= 0 else { fatalError("\(words) words of state") }
        var hash = Constant.initialB
        return (0..<words).map { index in
            var word = pool[index % pool.count] ^ hash
            hash &*= Constant.multiplierB
            word &*= hash
            return word ^ (word >> 16)
        }
    }

    /// The same state as 64-bit words, the low half first: NumPy's `generate_state(n, numpy.uint64)` on any machine.
    public func generateState64(words: Int) -> [UInt64] {
        let halves = generateState(words: 2 * words)
        return (0..<words).map { UInt64(halves[2 * $0]) | UInt64(halves[2 * $0 + 1]) << 32 }
    }

    private static func mixed(_ entropy: [UInt32]) -> [UInt32] {
        var hash = Constant.initialA
        func hashed(_ value: UInt32) -> UInt32 {
            var value = value ^ hash
            hash &*= Constant.multiplierA
            value &*= hash
            return value ^ (value >> 16)
        }
        func mix(_ x: UInt32, _ y: UInt32) -> UInt32 {
            let result = Constant.mixLeft &* x &- Constant.mixRight &* y
            return result ^ (result >> 16)
        }

        var pool = (0..<Constant.poolSize).map { hashed($0 < entropy.count ? entropy[$0] : 0) }
        // Every word reaches every other, so that late bits affect early ones.
        for source in pool.indices {
            for target in pool.indices where target != source {
                pool[target] = mix(pool[target], hashed(pool[source]))
            }
        }
        for word in entropy.dropFirst(Constant.poolSize) {
            for target in pool.indices {
                pool[target] = mix(pool[target], hashed(word))
            }
        }
        return pool
    }

    /// NumPy's constants, by its names INIT_A, MULT_A, INIT_B, MULT_B, MIX_MULT_L, MIX_MULT_R.
    private enum Constant {
        static let poolSize = 4
        static let initialA: UInt32 = 0x43b0_d7e5
        static let multiplierA: UInt32 = 0x931e_8875
        static let initialB: UInt32 = 0x8b51_f9dd
        static let multiplierB: UInt32 = 0x58f3_8ded
        static let mixLeft: UInt32 = 0xca01_f9dd
        static let mixRight: UInt32 = 0x4973_f715
    }
}
