import ReproRandom
import Testing

@Suite struct LedgerTests {
    /// What a body leaves is what is entered: also where it drew a number less or more than another one.
    @Test func theLedgerHoldsWhereEachGeneratorEnded() {
        for draws in [0, 1, 2, 7] {
            let streams = RandomStreams(seed: 42)
            let numbers = streams.draw(.dropout, key: 3) { generator in (0..<draws).map { _ in generator.next32() } }
            var expected = PCG64(seed: 42, .dropout, key: 3)
            #expect(numbers == (0..<draws).map { _ in expected.next32() })
            #expect(streams.takeLedger() == [StreamState(domain: 3, key: 3, expected)], "\(draws) draws")
        }
    }

    @Test func entriesAreInOrderOfUseAndTakenOnce() {
        let streams = RandomStreams(seed: 1)
        _ = streams.draw(.dataSplit, key: 0) { $0.permutation(9) }
        _ = streams.draw(parameter: "a") { $0.uniform32() }
        #expect(streams.takeLedger().map(\.domain) == [4, 0])
        #expect(streams.takeLedger().isEmpty)
        _ = streams.drawAsTorch { ($0.next32(), $0.next32()) }
        #expect(
            streams.takeLedger() == [
                StreamState(domain: .max, key: 0, state: (0, 2), increment: (0, 1), buffered: nil)
            ])
    }

    /// A generator that was lent and never drawn from stands at its beginning and is entered all the same.
    @Test func aHalfThatWaitsIsEntered() {
        let streams = RandomStreams(seed: 7)
        streams.draw(.epochOrder, key: 0) { _ = $0.next32() }
        streams.draw(.epochOrder, key: 1) { _ in }
        let entries = streams.takeLedger()
        #expect(entries.count == 2 && entries[0].buffered != nil && entries[1].buffered == nil)
        #expect(entries[1] == StreamState(domain: 2, key: 1, PCG64(seed: 7, .epochOrder, key: 1)))
    }
}
