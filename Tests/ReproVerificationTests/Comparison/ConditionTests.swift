import ReproFormats
import ReproVerification
import Testing

/// Options of two runs side by side, as many as a file can hold.
@Suite struct ConditionTests {
    @Test func namesStandInTheOrderInWhichTheyFirstOccur() {
        let one: [JSONValue.Member] = [.init("b", 1.json), .init("a", ["x": 2, "y": 3])]
        let other: [JSONValue.Member] = [
            .init("c", 4.json), .init("a", ["y": 5]), .init("b", 1.json), .init("b", 9.json),
        ]
        let conditions = Condition.all([one, other])
        #expect(conditions.map(\.name) == ["b", "a.x", "a.y", "c"])
        #expect(conditions.map { $0.perRun.map { $0?.int } } == [[1, 1], [2, nil], [3, 5], [nil, 4]])
        #expect(conditions.map(\.differs) == [false, true, true, true])
    }

    /// Names are compared by their bytes.
    @Test func namesThatUnicodeHoldsEquivalentAreTwo() {
        let conditions = Condition.all([[.init("\u{e9}", 1.json)], [.init("e\u{301}", 1.json)]])
        #expect(conditions.count == 2)
    }

    /// Pairwise comparison would take minutes.
    @Test(.timeLimit(.minutes(1))) func manyOptionsAreComparedAtOnce() {
        let members = (0..<100_000).map { JSONValue.Member("option \($0)", $0.json) }
        #expect(Condition.all([members, members.reversed()]).allSatisfy { !$0.differs })
    }
}
