import ReproFormats
import ReproVerification
import Testing

/// What the manifest states of a golden.
@Suite struct GoldenManifestTests {
    /// Every field of an entry is held against the golden, and names the field where it differs.
    @Test func eachFieldOfTheManifestIsHeldAgainstTheGolden() throws {
        try withFolder { folder in
            let metrics = [JSONValue.Member("trainLoss", 0.5.json)]
            try folder.write(golden(name: "a", config: "../a.json", metrics: metrics, try trace(parts)))
            let text = String(decoding: try folder.bytes(folder.indexFile), as: UTF8.self)
            let document = try JSONValue.parse(Array(text.utf8), path: "index.json")
            let entry = try #require(document["goldens"]?.elements?.first)
            let zeros = String(repeating: "0", count: 64)
            let forged: [(String, JSONValue?)] = [
                ("experiment", zeros.json), ("config", "../b.json".json), ("config", nil), ("data", [JSONValue]().json),
                ("data", [["path": "../other.tsv", "sha256": zeros] as JSONValue].json), ("seed", 7.json),
                ("metrics", ["trainLoss": 0.25]), ("metrics", ["best": 1]), ("metrics", nil), ("root", zeros.json),
                ("sha256", zeros.json),
            ]
            for (key, value) in forged {
                let members = (entry.members ?? []).compactMap { member in
                    member.key == key ? value.map { JSONValue.Member(key, $0) } : member
                }
                let index: JSONValue = ["format": Golden.format, "goldens": [JSONValue.object(members)]]
                try folder.edit(folder.indexFile, index.text(.compact).utf8)
                let fault = fault { () throws(GoldenFault) in _ = try folder.golden("a") }
                #expect(fault?.isMalformed == true, "\(key)")
                let sentence =
                    key == "sha256" ? "its bytes" : "index.json states \(key)\(key == "metrics" ? "." : " ")"
                #expect("\(fault!)".contains(sentence), "\(fault!)")
            }
            try folder.edit(folder.indexFile, text.utf8)
            _ = try folder.golden("a")
        }
    }

    /// What was retired stands in the manifest once, in order, and beside no golden of the name.
    @Test func whatIsSaidOfRetiredGoldensIsHeldToItsForm() throws {
        try withFolder { folder in
            try folder.write(golden(name: "b", try trace(parts)))
            let root = try folder.golden("b").root
            let entry = try #require(
                try JSONValue.parse(folder.bytes(folder.indexFile), path: "index.json")["goldens"]?.elements)
            func retired(_ name: String, _ more: (String, JSONValue)...) -> JSONValue {
                let fields: [(String, JSONValue)] = [
                    ("name", name.json), ("root", root.json), ("by", "me".json), ("reason", "x".json),
                ]
                return .object((fields + more).map { JSONValue.Member($0.0, $0.1) })
            }
            func read(_ list: JSONValue) throws -> [GoldenRetirement] {
                let index: JSONValue = ["format": Golden.format, "goldens": entry, "retired": list]
                try folder.edit(folder.indexFile, index.text(.compact).utf8)
                return try folder.retirements()
            }
            #expect(try read([retired("a"), retired("c")].json).map(\.name) == ["a", "c"])
            let forged: [JSONValue] = [
                [retired("c"), retired("a")].json, [retired("a"), retired("a")].json, [retired("b")].json,
                [retired("../a")].json, [retired("a", ("more", 1.json))].json, [JSONValue]().json, "a".json,
                [["name": "a"] as JSONValue].json,
            ]
            for list in forged {
                #expect(throws: GoldenFault.self, "\(list.text(.compact))") { try read(list) }
            }
        }
    }
}
