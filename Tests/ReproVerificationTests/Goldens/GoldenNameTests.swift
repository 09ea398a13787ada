import ReproVerification
import Testing

@Suite struct GoldenNameTests {
    @Test(arguments: [
        "a", "7", "roman", "last-states", "v1.2_B", "index2", "con.json", String(repeating: "x", count: 100),
    ])
    func aNameIsTakenAsItIs(text: String) throws {
        #expect(try #require(GoldenName(text)).text == text)
    }

    @Test(arguments: [
        "", ".", "..", "../x", "a/b", "/a", "a\\b", ".hidden", "-x", "_x", "a.", "a b", " a", "a\n", "a\u{0}b",
        "a\u{1b}[2J",
        "# SKIP", "ok 1", "ro\u{43c}an", "caf\u{e9}", "cafe\u{301}", "\u{ff52}oman", "a\u{202e}b", "index", "INDEX",
        "a%2fb",
        "a:b", "a*", String(repeating: "x", count: 101),
    ])
    func aTextThatIsNoNameIsRefused(text: String) {
        #expect(GoldenName(text) == nil)
        #expect(throws: GoldenName.Unfit.self) { try GoldenName(experiment: text) }
    }

    @Test func namesAreOrderedByBytesAndCollideWhereOnlyTheirCaseDiffers() {
        let names: [GoldenName] = ["b", "a", "B", "a.b", "a-b"]
        #expect(names.sorted().map(\.text) == ["B", "a", "a-b", "a.b", "b"])
        #expect(("Roman" as GoldenName).collides(with: "roman"))
        #expect(!("roman" as GoldenName).collides(with: "roman2"))
    }
}
