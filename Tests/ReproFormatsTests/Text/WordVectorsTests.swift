import ReproFormats
import Testing

@Suite struct WordVectorsTests {
    private func read(_ text: String, width: Int = 2) throws -> [(token: String, vector: [Float])] {
        var vectors = WordVectors(ByteFile(bytes: bytes(text), path: "x"), width: width)
        var found: [(token: String, vector: [Float])] = []
        while let next = try vectors.next(where: { _ in true }) {
            found.append((String(decoding: next.token, as: UTF8.self), next.vector))
        }
        return found
    }

    @Test(arguments: ["\n", " \n", "\r\n", " \t\r\n", "\u{b}\u{c}\n"])
    func whiteSpaceAtALinesEndIsDropped(end: String) throws {
        let found = try read("2 2\(end)a 1 -2.5\(end). . . 0.25 4\(end)")
        #expect(found.map(\.token) == ["a", ". . ."])
        #expect(found.map(\.vector) == [[1, -2.5], [0.25, 4]])
    }

    @Test(arguments: ["a 1\n", "a 1 x\n", "a 1 1e39\n"])
    func aLineWithoutItsNumbersIsRefused(text: String) { #expect(throws: FormatError.self) { try read(text) } }
}
