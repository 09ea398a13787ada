import ReproRandom
import ReproTestSupport
import Testing

/// Fields as the vectors give them: state, increment, has_uint32, uinteger.
private func expectState(_ generator: PCG64, _ fields: ArraySlice<String>, _ comment: Comment) throws {
    let expected = try fields.map(hex64)
    let found = [
        generator.state.high, generator.state.low, generator.inc.high, generator.inc.low,
        generator.hasUInt32 ? 1 : 0, UInt64(generator.uinteger),
    ]
    #expect(found == expected, comment)
}

@Suite struct PCG64Tests {
    @Test(arguments: ["pcg64-testset-1.csv", "pcg64-testset-2.csv"])
    func drawsEqualNumPysTestSets(file: String) throws {
        let rows = try vectors.cases(file, separator: ",")
        var generator = PCG64(SeedSequence(seed: try hex64(String(rows[0][1].dropFirst(2)))))
        #expect(rows.count == 1001)
        for row in rows.dropFirst() {
            #expect(generator.next64() == (try hex64(String(row[1].dropFirst(2)))), "\(file), draw \(row[0])")
        }
    }

    @Test func seedsAndKeysLeadToNumPysStates() throws {
        for fields in try vectors.cases("pcg64.txt") {
            let comment: Comment = "seed \(fields[0]) key \(fields[1])"
            var generator = PCG64(SeedSequence(seed: try hex64(fields[0]), spawnKey: try key(fields[1])))
            try expectState(generator, fields[2..<8], comment)
            for draw in fields[8..<12] { #expect(generator.next64() == (try hex64(draw)), comment) }
            try expectState(generator, fields[12..<18], comment)
        }
    }

    @Test func advanceJumpsAsNumPyDoes() throws {
        for fields in try vectors.cases("advance.txt") {
            let comment: Comment = "seed \(fields[0]) by \(fields[1]) \(fields[2])"
            var generator = PCG64(SeedSequence(seed: try hex64(fields[0])))
            for _ in 0..<3 { _ = generator.uniform32() }
            generator.advance(by: UInt128(try hex64(fields[1])) << 64 | UInt128(try hex64(fields[2])))
            try expectState(generator, fields[3..<9], comment)
            #expect(generator.next64() == (try hex64(fields[9])), comment)
        }
    }

    @Test func theContractsCheckValuesHold() {
        var generator = PCG64(SeedSequence(seed: 42))
        let draws = (0..<4).map { _ in generator.next64() }
        #expect(
            draws == [
                0xc621_fbcd_16d9_2688, 0x705a_5661_a791_ffc1, 0xdbcd_12c2_6eda_1624, 0xb286_b60e_1600_888d,
            ])
        var spawned = PCG64(SeedSequence(seed: 42, spawnKey: [0]))
        #expect(spawned.next64() == 0xeaaf_bebf_7f55_d256)
        #expect(spawned.next64() == 0xe936_6c18_94d9_44c8)
    }

    @Test func halvesComeLowFirstAndAWaitingHalfSurvivesAWideDraw() {
        var generator = PCG64(SeedSequence(seed: 42))
        #expect(generator.next32() == 0x16d9_2688)
        #expect(generator.next64() == 0x705a_5661_a791_ffc1)
        #expect(generator.next32() == 0xc621_fbcd)
        #expect(generator.next32() == 0x6eda_1624)
    }

    @Test func skippingEqualsDrawing() {
        for waiting in [false, true] {
            var start = PCG64(SeedSequence(seed: 7, spawnKey: [3, 0]))
            if waiting { _ = start.next32() }
            var drawn = start
            for count in UInt64(0)...70 {
                var skipped = start
                skipped.skip32(count)
                #expect(skipped == drawn, "\(count) draws, waiting \(waiting)")
                _ = drawn.next32()
            }
        }
    }

    @Test func skippingFarIsSkippingTwice() {
        let start = PCG64(SeedSequence(seed: 7))
        var once = start
        once.skip32(0x1_0000_0000_0001)
        var twice = start
        twice.skip32(0x1_0000_0000_0000)
        twice.skip32(1)
        #expect(once == twice)
    }

    @Test func advancingBackUndoesAdvancing() {
        let start = PCG64(SeedSequence(seed: 7))
        var generator = start
        generator.advance(by: 12345)
        generator.advance(by: 0 &- 12345)
        #expect(generator == start)
    }

    @Test func aStateReadBackContinues() {
        var generator = PCG64(SeedSequence(seed: 9))
        _ = generator.next32()
        let copy = PCG64(
            state: generator.state, increment: generator.inc, hasUInt32: generator.hasUInt32,
            uinteger: generator.uinteger)
        #expect(copy == generator)
    }
}
