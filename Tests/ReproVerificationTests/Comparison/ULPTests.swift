import ReproVerification
import Testing

@Suite struct ULPTests {
    private func distance(_ a: Float, _ b: Float) -> UInt64? { ULP.distance(a.bitPattern, b.bitPattern) }

    @Test func equalBitsAreZeroApartEvenForNaN() {
        for bits: UInt32 in [0, 0x8000_0000, 1, 0x3f80_0000, 0x7f80_0000, 0xff80_0000, 0x7fc0_0000, 0xffff_ffff] {
            #expect(ULP.distance(bits, bits) == 0, "\(String(bits, radix: 16))")
        }
    }

    @Test func theZerosAreOneApartBecauseTheirBitsDiffer() {
        #expect(distance(0, -0.0) == 1)
        #expect(distance(-0.0, 0) == 1)
    }

    @Test func numbersAroundZeroAreCountedThroughIt() {
        let least = Float.leastNonzeroMagnitude
        #expect(distance(0, least) == 1)
        #expect(distance(-0.0, -least) == 1)
        #expect(distance(-0.0, least) == 2)
        #expect(distance(0, -least) == 2)
        #expect(distance(-least, least) == 3)
    }

    @Test func subnormalsAreAsCloseAsTheirNeighbours() {
        let least = Float.leastNormalMagnitude
        #expect(distance(least, least.nextDown) == 1)
        #expect(distance(0, least) == 1 << 23)
        #expect(distance(-least, least) == 1 << 24 + 1)
    }

    @Test func infinityIsOneStepBeyondTheGreatestNumber() {
        #expect(distance(.greatestFiniteMagnitude, .infinity) == 1)
        #expect(distance(-.greatestFiniteMagnitude, -.infinity) == 1)
        #expect(distance(-.infinity, .infinity) == 2 * 0x7f80_0000 + 1)
    }

    @Test func aNaNIsNowhere() {
        #expect(distance(.nan, 1) == nil)
        #expect(distance(.infinity, .nan) == nil)
        #expect(ULP.distance(0x7fc0_0000, 0x7fc0_0001) == nil)
        #expect(ULP.distance(0x7fc0_0000, 0xffc0_0000) == nil)
    }

    @Test func neighboursAreOneApartInBothOrders() {
        for value: Float in [1, -1, 0x1.fffffep-1, 0x1p-126, -0x1p-149, 0x1p127, 3.25] {
            #expect(distance(value, value.nextUp) == 1, "\(value)")
            #expect(distance(value.nextUp, value) == 1, "\(value)")
        }
    }
}
