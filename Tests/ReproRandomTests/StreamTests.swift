import ReproRandom
import ReproTestSupport
import Testing

@Suite struct StreamTests {
    @Test func checksumsEqualZlibs() throws {
        for fields in try vectors.cases("crc32.txt") {
            let digits = Array(fields[1] == "-" ? "" : fields[1])
            let bytes = try stride(from: 0, to: digits.count, by: 2).map { index in
                try #require(UInt8(String(digits[index...index + 1]), radix: 16))
            }
            #expect(CRC32.checksum(bytes) == (try hex32(fields[0])), "\(fields[1])")
        }
        #expect(CRC32.checksum("123456789") == 0xcbf4_3926)
    }

    @Test func aStreamIsTheSeedWithDomainAndKey() {
        let streams = RandomStreams(seed: 42)
        #expect(PCG64(seed: 42, .dropout, key: 9) == PCG64(SeedSequence(seed: 42, spawnKey: [3, 9])))
        streams.draw(.dropout, key: 9) { #expect($0 == PCG64(seed: 42, .dropout, key: 9)) }
        streams.draw(parameter: "123456789") {
            #expect($0 == PCG64(SeedSequence(seed: 42, spawnKey: [0, 0xcbf4_3926])))
        }
        #expect(RandomStreams.Domain.allCases.map(\.rawValue) == [0, 1, 2, 3, 4, 5, 6, 7])
    }

    @Test func everyPurposeHasItsOwnStream() {
        var first: [UInt64] = []
        for domain in RandomStreams.Domain.allCases {
            for key in UInt32(0)..<3 {
                var stream = PCG64(seed: 42, domain, key: key)
                first.append(stream.next64())
            }
        }
        first.sort()
        #expect(zip(first, first.dropFirst()).allSatisfy { $0 != $1 })
    }

    @Test func namesThatShareAKeyAreRefused() throws {
        let names = ["embedding.weight", "linear.weight", "linear.bias"]
        #expect(try ParameterKeys(names: names).keys == names.map { CRC32.checksum($0) })
        #expect(try ParameterKeys(names: []).keys.isEmpty)
        // A known pair: both have 0x4ddb0c25.
        do {
            _ = try ParameterKeys(names: ["plumless", "linear.bias", "buckeroo"])
            Issue.record("a collision went through")
        } catch {
            #expect(error.first == "plumless" && error.second == "buckeroo" && error.key == 0x4ddb_0c25)
            #expect(error.description.contains("4ddb0c25"))
        }
        #expect(throws: ParameterKeyCollision.self) { try ParameterKeys(names: ["a", "b", "a"]) }
    }
}
