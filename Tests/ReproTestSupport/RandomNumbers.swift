import ReproNumerics
import ReproRandom

/// A splitmix64 stream (Steele, Lea and Flood 2014): where inputs have to be reproducible, and independent of our own
/// generators.
package struct SplitMix64 {
    package let seed: UInt64
    private var state: UInt64

    package init(seed: UInt64) {
        self.seed = seed
        state = seed
    }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    package mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
}

/// Numbers of −1 ..< 1 from a stream that only this purpose draws from.
package func random(_ shape: [Int], _ purpose: String, seed: UInt64 = 42, scale: Float = 1) -> Tensor {
    var stream = PCG64(seed: seed, .generatedData, key: CRC32.checksum(purpose))
    return Tensor(
        shape: shape, elements: stream.uniforms(Tensor.count(of: shape), from: -1, to: 1).map { $0 * scale })
}
