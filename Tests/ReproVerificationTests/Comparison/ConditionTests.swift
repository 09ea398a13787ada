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

    /// A file that is called otherwise and has the same bytes changes nothing that is computed.
    @Test func aFileThatIsCalledOtherwiseIsNoDifference() {
        func run(_ files: (option: String, path: String, text: String)...) -> RunConditions {
            let options = files.map { JSONValue.Member($0.option, $0.path.json) }
            return RunConditions(
                options: ["name": "a", "data": JSONValue.object(options)], seed: 1,
                data: files.map { Golden.DataFile(path: $0.path, bytes: Array($0.text.utf8)) })
        }
        func comparison(_ before: RunConditions, _ after: RunConditions) -> [[String]] {
            let comparison = ConditionComparison([before, after])
            let differing = (comparison.options + comparison.data).filter(\.differs)
            return [[Cause(asked: comparison).rawValue], comparison.renamed.map(\.name), differing.map(\.name)]
        }
        let before = run(("train", "a", "1"), ("test", "b", "2"))
        let moved = run(("train", "c", "1"), ("test", "b", "2"))
        #expect(comparison(before, moved) == [["none"], ["data.train"], []])
        // Two that changed their names, and one that took another's.
        let swapped = run(("train", "b", "1"), ("test", "a", "2"))
        #expect(comparison(before, swapped) == [["none"], ["data.train", "data.test"], []])
        let taken = run(("train", "b", "1"), ("test", "b", "1"))
        #expect(comparison(before, taken) == [["data"], ["data.train"], ["b"]])
        // Other bytes count, under whatever name.
        let other = run(("train", "c", "3"), ("test", "b", "2"))
        #expect(comparison(before, other) == [["options"], [], ["data.train", "a", "c"]])
        let edited = run(("train", "c", "1"), ("test", "b", "3"))
        #expect(comparison(before, edited) == [["data"], ["data.train"], ["b"]])
    }

    /// Pairwise comparison would take minutes.
    @Test(.timeLimit(.minutes(1))) func manyOptionsAreComparedAtOnce() {
        let members = (0..<100_000).map { JSONValue.Member("option \($0)", $0.json) }
        #expect(Condition.all([members, members.reversed()]).allSatisfy { !$0.differs })
    }
}
