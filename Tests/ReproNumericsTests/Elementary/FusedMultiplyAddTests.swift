import CReproKernels
import ReproTestSupport
import Testing

struct FusedMultiplyAddTests {
    private func check(_ a: Float, _ b: Float, _ c: Float, seed: UInt64, index: Int) {
        let emulated = repro_fma_emulated(a, b, c), expected = repro_fma(a, b, c)
        if emulated.bitPattern != expected.bitPattern && !(emulated.isNaN && expected.isNaN) {
            let call = "fma(\(hex(a)), \(hex(b)), \(hex(c)))"
            Issue.record("\(call): \(hex(expected)), emulated \(hex(emulated)); seed \(seed), index \(index)")
        }
    }

    /// On a processor without the instruction both sides are the emulation, and the cases worked by hand below remain.
    @Test func emulationEqualsTheHardwareOnEdgeCases() {
        let magnitudes: [UInt32] = [
            0, 1, 2, 3, 0x0040_0000, 0x007f_fffe, 0x007f_ffff, 0x0080_0000, 0x0080_0001, 0x00ff_ffff, 0x0b80_0001,
            0x1a00_0000, 0x1f80_0000, 0x2000_0000, 0x337f_ffff, 0x3380_0000, 0x3380_0001, 0x3400_0000, 0x3f7f_ffff,
            0x3f80_0000, 0x3f80_0001, 0x3fff_ffff, 0x4b00_0001, 0x4b80_0000, 0x5f80_0000, 0x7f00_0000, 0x7f7f_fffe,
            0x7f7f_ffff, 0x7f80_0000, 0x7fc0_0000,
        ]
        let values = magnitudes.flatMap { [Float(bitPattern: $0), Float(bitPattern: $0 | 0x8000_0000)] }
        for (index, a) in values.enumerated() {
            for b in values { for c in values { check(a, b, c, seed: 0, index: index) } }
        }
    }

    @Test func emulationEqualsTheHardwareOnRandomOperands() {
        let seed: UInt64 = 20_241
        var stream = SplitMix64(seed: seed)
        for index in 0..<3_000_000 {
            let a = Float(bitPattern: UInt32(truncatingIfNeeded: stream.next()))
            let b = Float(bitPattern: UInt32(truncatingIfNeeded: stream.next()))
            let bits = stream.next()
            let product = (a * b).bitPattern
            // In turn: anything; nearly the product's negative; the product's magnitude moved by up to 30 binades.
            let c: UInt32 =
                switch index % 3 {
                case 0: UInt32(truncatingIfNeeded: bits)
                case 1: (product ^ 0x8000_0000) &+ UInt32(bits % 7) &- 3
                default: product &+ (UInt32(bits % 61) &- 30) << 23 &+ UInt32(bits >> 32 & 3) &- 1
                }
            check(a, b, Float(bitPattern: c), seed: seed, index: index)
        }
    }

    /// Worked by hand, so that they hold without the instruction too.
    @Test func emulationRoundsOnce() {
        // (1 + 2^-12)² + 2^-60: the square is 1 + 2^-11 + 2^-24, a midpoint; the addend decides, but lies below
        // binary64's last bit, so that rounding twice would go to even.
        let x: Float = 1 + 0x1p-12
        #expect(hex(repro_fma_emulated(x, x, 0x1p-60)) == hex(1 + 0x1p-11 + 0x1p-23))
        #expect(hex(repro_fma_emulated(x, x, -0x1p-60)) == hex(1 + 0x1p-11))
        #expect(hex(repro_fma_emulated(x, x, 0)) == hex(1 + 0x1p-11))
        // Half the smallest subnormal, and a little more.
        #expect(hex(repro_fma_emulated(0x1p-75, 0x1p-75, 0)) == "00000000")
        #expect(hex(repro_fma_emulated(0x1.8p-75, 0x1p-75, 0)) == "00000001")
        #expect(hex(repro_fma_emulated(0x1p-120, 0x1p-120, 0x1p-149)) == "00000001")
        #expect(hex(repro_fma_emulated(0, 0, -0.0)) == "00000000")
        #expect(hex(repro_fma_emulated(-0.0, 0, -0.0)) == "80000000")
        #expect(hex(repro_fma_emulated(-0x1p-100, 0x1p-100, 0)) == "80000000")
        #expect(repro_fma_emulated(.infinity, 0, 1).isNaN)
        #expect(repro_fma_emulated(0x1p100, 0x1p100, -.infinity) == -.infinity)
    }

    /// (1 + 2^-12)² − (1 + 2^-11) is 2^-24 with one rounding, 0 with two.
    @Test func compilersDoNotContractMultiplyAndAdd() {
        let x: Float = 1 + 0x1p-12, c: Float = -(1 + 0x1p-11)
        #expect(hex(repro_contraction_canary(x, x, c)) == "00000000")
        #expect(hex(repro_fma(x, x, c)) == hex(0x1p-24), "the canary's operands show no contraction")
    }
}
