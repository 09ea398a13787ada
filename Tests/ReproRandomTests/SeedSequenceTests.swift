import ReproRandom
import ReproTestSupport
import Testing

@Suite struct SeedSequenceTests {
    @Test func statesEqualNumPys() throws {
        for fields in try vectors.cases("seed_sequence.txt") {
            let sequence = SeedSequence(seed: try hex64(fields[0]), spawnKey: try key(fields[1]))
            let words = try fields[2..<11].map(hex32)
            #expect(sequence.generateState(words: 9) == words, "seed \(fields[0]) key \(fields[1])")
            #expect(sequence.generateState(words: 4) == Array(words[..<4]))
            #expect(sequence.generateState64(words: 2) == (try fields[11...].map(hex64)))
        }
    }

    /// numpy/random/tests/test_seed_sequence.py, whose values come from the C++ original.
    @Test func wordsOfEntropyEqualTheOriginals() {
        let cases: [([UInt32], [UInt32], [UInt64])] = [
            (
                [3_735_928_559, 195_939_070, 229_505_742, 305_419_896],
                [3_914_649_087, 576_849_849, 3_593_928_901, 2_229_911_004],
                [2_477_551_240_072_187_391, 9_577_394_838_764_454_085]
            ),
            (
                [3_668_361_503, 4_165_561_550, 1_661_411_377, 3_634_257_570],
                [2_240_804_226, 3_691_353_228, 1_365_957_195, 2_654_016_646],
                [15_854_241_394_484_835_714, 11_398_914_698_975_566_411]
            ),
            (
                [2_766_103_236, 2_883_057_919, 4_029_656_435, 862_374_500],
                [296_367_413, 4_262_059_219, 13_109_864, 3_283_683_422],
                [18_305_404_959_516_669_237, 14_103_312_907_920_476_776]
            ),
        ]
        for (entropy, words, wide) in cases {
            #expect(SeedSequence(entropy: entropy).generateState(words: 4) == words)
            #expect(SeedSequence(entropy: entropy).generateState64(words: 2) == wide)
        }
    }

    @Test func theContractsCheckValuesHold() {
        #expect(
            SeedSequence(seed: 42).generateState(words: 4) == [0xcd54_0ab7, 0x9f1e_2e6d, 0x79fb_94b6, 0xd578_73dc])
    }

    @Test func aSpawnKeyIsNotALongerSeed() {
        #expect(SeedSequence(seed: 42, spawnKey: [0]) != SeedSequence(seed: 42))
        #expect(SeedSequence(seed: 42 << 32) != SeedSequence(seed: 42))
        #expect(SeedSequence(seed: 42, spawnKey: [7]) != SeedSequence(seed: 42 | 7 << 32))
    }
}
