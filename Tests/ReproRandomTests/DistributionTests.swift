import ReproRandom
import ReproTestSupport
import Testing

@Suite struct DistributionTests {
    @Test func uniformsEqualNumPys() throws {
        for fields in try vectors.cases("uniform.txt") {
            let start = PCG64(SeedSequence(seed: try hex64(fields[0]), spawnKey: [0, 5]))
            let a = Double(bitPattern: try hex64(fields[1]))
            let b = Double(bitPattern: try hex64(fields[2]))
            var plain = start
            var scaled = start
            for index in 0..<9 {
                let comment: Comment = "seed \(fields[0]), \(a) … \(b), number \(index)"
                #expect(plain.uniform32().bitPattern == (try hex32(fields[3 + index])), comment)
                #expect(scaled.uniform(from: a, to: b).bitPattern == (try hex32(fields[12 + index])), comment)
            }
            #expect(plain == scaled)
            #expect(plain.state == (try hex64(fields[21]), try hex64(fields[22])))
            #expect(plain.hasUInt32)
            #expect(plain.uinteger == (try hex32(fields[26])))
        }
    }

    @Test func permutationsEqualNumPys() throws {
        for fields in try vectors.cases("permutation.txt") {
            let comment: Comment = "seed \(fields[0]), count \(fields[1])"
            var generator = PCG64(SeedSequence(seed: try hex64(fields[0]), spawnKey: [2, 1]))
            let order = generator.permutation(try #require(Int(fields[1])))
            if fields[2] != "-" { #expect(order.map(String.init).joined(separator: ",") == fields[2], comment) }
            let bytes = order.flatMap { element in (0..<8).map { UInt8(truncatingIfNeeded: element >> (8 * $0)) } }
            #expect(CRC32.checksum(bytes) == (try hex32(fields[3])), comment)
            #expect(generator.state == (try hex64(fields[4]), try hex64(fields[5])), comment)
            #expect((generator.hasUInt32 ? 1 : 0) == (try hex64(fields[8])), comment)
            #expect(generator.uinteger == (try hex32(fields[9])), comment)
        }
    }

    @Test func theContractsCheckValuesHold() {
        var generator = PCG64(SeedSequence(seed: 42))
        #expect(
            (0..<4).map { _ in generator.uniform32() } == [0x1.6d926p-4, 0x1.8c43f6p-1, 0x1.4f23fep-1, 0x1.c16958p-2])
        var another = PCG64(SeedSequence(seed: 42))
        #expect(another.permutation(10) == [5, 6, 0, 7, 3, 2, 4, 9, 1, 8])
    }

    @Test func partsOfADrawEqualTheWhole() {
        let start = PCG64(seed: 42, .parameters, key: CRC32.checksum("lstm.weight_ih_l0"))
        var whole = start
        let numbers = whole.uniforms(101, from: -0.1, to: 0.1)
        for parts in [1, 2, 3, 7] {
            var joined: [Float] = []
            for part in 0..<parts {
                let range = part * 101 / parts..<(part + 1) * 101 / parts
                var generator = start
                generator.skip32(UInt64(range.lowerBound))
                joined += generator.uniforms(range.count, from: -0.1, to: 0.1)
            }
            #expect(joined == numbers, "\(parts) parts")
        }
    }

    @Test func intervalsStayWithinTheirMaximum() {
        var generator = PCG64(SeedSequence(seed: 1))
        let before = generator
        #expect(generator.interval(upTo: 0) == 0)
        #expect(generator == before)
        for maximum in [1, 2, 9, UInt64(UInt32.max), UInt64(UInt32.max) + 1, UInt64.max] {
            for _ in 0..<50 { #expect(generator.interval(upTo: maximum) <= maximum) }
        }
    }
}
