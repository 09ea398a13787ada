import ReproFormats
import ReproTrace
import ReproVerification
import Testing

@Suite struct GoldenTests {
    private func decode(_ bytes: some Sequence<UInt8>) -> Result<Golden, GoldenFault> {
        do throws(GoldenFault) {
            return .success(try Golden.decode(Array(bytes), path: "small.json"))
        } catch {
            return .failure(error)
        }
    }

    /// The text with one place changed; the place has to be there.
    private func edited(_ text: String, _ old: String, _ new: String) throws -> String {
        let parts = text.split(separator: old, maxSplits: 1, omittingEmptySubsequences: false)
        try #require(parts.count == 2, "no '\(old)' in the golden")
        return parts[0] + new + parts[1]
    }

    @Test func decodingGivesBackWhatWasEncoded() throws {
        let golden = golden(try trace(parts))
        #expect(try decode(golden.encoded).get() == golden)
        #expect(try decode(golden.encoded).get().encoded == golden.encoded)
    }

    @Test func configLinesAndMetricsAreKeptWhereTheyAreKnown() throws {
        let golden = golden(
            config: "../mood.json", lines: "0123456789ab", metrics: [.init("trainLoss", 0.5.json)], try trace(parts))
        #expect(try decode(golden.encoded).get() == golden)
        #expect(try decode(golden.encoded).get().encoded == golden.encoded)
        let text = String(decoding: golden.encoded, as: UTF8.self)
        for (old, new) in [
            ("\"../mood.json\"", "7"), ("\"../mood.json\"", "\"\""), ("{\"trainLoss\":0.5}", "{}"),
            ("{\"trainLoss\":0.5}", "null"), ("0.5", "\"0.5\""), ("0123456789ab", "0123456789"),
            ("0123456789ab", "0123456789aB"),
        ] {
            guard case .failure(.malformed) = decode(try edited(text, old, new).utf8) else {
                Issue.record("accepted \(new) for \(old)")
                continue
            }
        }
    }

    /// The experiment's name and the golden's are held together by their bytes.
    @Test(arguments: ["other", "Small", "small ", "../small", "sma\u{301}ll", ""])
    func anExperimentOfAnotherNameIsRefused(name: String) throws {
        let text = String(decoding: golden(try trace(parts)).encoded, as: UTF8.self)
        for (old, new) in [("\"name\": \"small\"", "\"name\": "), ("\"name\":\"small\"", "\"name\":")] {
            guard
                case .failure(.malformed(_, _, let problem)) = decode(
                    try edited(text, old, new + name.json.text(.compact)).utf8)
            else {
                Issue.record("accepted \(name)")
                continue
            }
            #expect(problem.contains("it calls itself"))
        }
    }

    @Test func everyLineIsOneEntryAndNoPathOrTimeStandsInIt() throws {
        let text = String(decoding: golden(try trace(parts)).encoded, as: UTF8.self)
        let lines = text.split(separator: "\n").map(String.init)
        let keys = lines.filter { $0.hasPrefix("  \"") }.map { $0.split(separator: "\"")[1] }
        #expect(keys == keys.sorted())
        #expect(lines.count { $0.contains("\"dtype\"") } == 4)
        #expect(lines.allSatisfy { $0.components("\"dtype\"") <= 1 })
        #expect(!text.contains("\"/"))
    }

    @Test func stagesBetweenTheFirstAndTheLastStepKeepTheirDigestAlone() throws {
        let names = ["init", "data", "step 000000", "step 000001", "epoch 000", "step 000002", "evaluation", "final"]
        let golden = golden(try trace(names.map { .rows($0, ("x", [1])) }))
        let kept = golden.stages.filter { $0.leaves != nil }.map(\.name)
        #expect(kept == ["init", "data", "step 000000", "step 000002", "evaluation", "final"])
        #expect(try decode(golden.encoded).get() == golden)
    }

    @Test func aFileCutOffAnywhereIsRefused() throws {
        let bytes = golden(try trace(parts)).encoded
        // Without the last newline it is the same JSON; the index knows its bytes.
        for count in 0..<(bytes.count - 1) {
            guard case .failure(let fault) = decode(bytes[..<count]) else {
                Issue.record("accepted \(count) of \(bytes.count) bytes")
                continue
            }
            #expect(fault.isMalformed, "\(count): \(fault)")
        }
    }

    @Test func anEmptyFileIsRefused() {
        #expect(decode([]) == .failure(.malformed(path: "small.json", line: nil, problem: "the file is empty")))
    }

    @Test(arguments: [
        ("\"contract\": 2,", "\"contract\": 2,\n  \"unknown\": 1,"),
        ("{\"by\":", "{\"because\":1,\"by\":"), ("{\"path\":", "{\"size\":1,\"path\":"),
        ("{\"digest\":", "{\"also\":1,\"digest\":"), ("\"dtype\":", "\"also\":1,\"dtype\":"),
    ])
    func anUnknownKeyIsRefusedWithItsLine(old: String, new: String) throws {
        let text = String(decoding: golden(try trace(parts)).encoded, as: UTF8.self)
        guard case .failure(.malformed(_, let line?, let problem)) = decode(try edited(text, old, new).utf8) else {
            Issue.record("accepted \(new)")
            return
        }
        #expect(problem.contains("unknown key"))
        #expect(line >= 1)
    }

    @Test(arguments: ["blessed", "contract", "data", "experiment", "format", "name", "root", "seed", "stages"])
    func aMissingKeyIsRefused(key: String) throws {
        let document = try JSONValue.parse(golden(try trace(parts)).encoded, path: "small.json")
        let members = try #require(document.members).filter { $0.key != key }
        guard case .failure(let fault) = decode(JSONValue.object(members).encoded(.pretty)) else {
            Issue.record("accepted without \(key)")
            return
        }
        #expect(fault.isMalformed)
        if key != "contract" && key != "format" { #expect("\(fault)".contains("'\(key)'"), "\(fault)") }
    }

    @Test(arguments: ["blessed", "contract", "data", "format", "name", "root", "seed", "stages"])
    func aValueOfAnotherKindIsRefused(key: String) throws {
        let document = try JSONValue.parse(golden(try trace(parts)).encoded, path: "small.json")
        for wrong: JSONValue in [.null, .bool(true), .array([.number(1)]), .object([]), .number(-1.5), .string("x")] {
            let members = try #require(document.members).map {
                $0.key == key ? JSONValue.Member(key, wrong) : $0
            }
            guard case .failure(let fault) = decode(JSONValue.object(members).encoded(.pretty)) else {
                Issue.record("accepted \(wrong.text(.compact)) for \(key)")
                continue
            }
            #expect(fault.isMalformed, "\(key) \(wrong.text(.compact)): \(fault)")
        }
    }

    @Test(arguments: [
        ("\"dtype\":\"F32\"", "\"dtype\":\"F16\""), ("\"shape\":[2]", "\"shape\":[-2]"),
        ("\"shape\":[2]", "\"shape\":[\"2\"]"),
        ("\"shape\":[2]", "\"shape\":[9223372036854775807]"), ("\"shape\":[2]", "\"shape\":[3000000000000000000]"),
        ("\"shape\":[2]", "\"shape\":[4294967296,4294967296]"), ("[0,\"3f000000\"]", "[0,\"3f00000\"]"),
        ("[0,\"3f000000\"]", "[0,\"+f000000\"]"), ("[0,\"be800000\"]", "[0]"), ("\"3f000000\"", "\"3F000000\""),
        ("[0,\"3f000000\"]", "[0,\"3f000000\",1]"), ("[0,\"3f000000\"]", "0"), ("\"seed\": 1", "\"seed\": -1"),
        ("\"seed\": 18446744073709551615", "\"seed\": 18446744073709551616"),
        ("\"name\":\"init\"", "\"name\":7"), ("\"leaves\":[", "\"leaves\":null,\"leaves\":["),
    ])
    func aMalformedPartIsRefused(old: String, new: String) throws {
        let text = String(decoding: golden(try trace(parts)).encoded, as: UTF8.self)
        let bytes = try edited(text, old == "[0,\"be800000\"]" ? "[1,\"be800000\"]" : old, new).utf8
        guard case .failure(let fault) = decode(bytes) else {
            Issue.record("accepted \(new)")
            return
        }
        #expect(fault.isMalformed)
    }

    @Test func anotherContractVersionIsNamedBeforeAnythingElse() throws {
        let text = String(decoding: golden(try trace(parts)).encoded, as: UTF8.self)
        let other = try edited(text, "\"contract\": \(Golden.contract)", "\"contract\": \(Golden.contract + 1)")
        #expect(decode(other.utf8) == .failure(.otherContract(path: "small.json", found: Golden.contract + 1)))
        let fault = GoldenFault.otherContract(path: "deep/Goldens/small.json", found: 7)
        #expect(
            fault.description.contains(
                "`repro bless small --goldens deep/Goldens --reason \"contract version \(Golden.contract)\"`"))
        // Whatever else that version writes.
        let strange = #"{"contract": 7, "format": 3, "tree": []}"#
        #expect(decode(strange.utf8) == .failure(.otherContract(path: "small.json", found: 7)))
        let format = try edited(text, "\"format\": \(Golden.format)", "\"format\": \(Golden.format + 1)")
        guard case .failure(.malformed) = decode(format.utf8) else {
            Issue.record("accepted another format")
            return
        }
    }

    /// Every digest of the tree, with one digit changed: leaf, stage, streams of a stage with leaves, root.
    @Test func aTreeThatDoesNotHashUpIsRefused() throws {
        let text = String(decoding: golden(try trace(parts)).encoded, as: UTF8.self)
        let original = Array(text.utf8)
        var places: [Int] = []
        for key in ["\"digest\":\"", "\"streams\":\"", "\"root\": \""] {
            let marker = Array(key.utf8)
            places += original.indices.filter { original[$0...].starts(with: marker) }.map { $0 + marker.count }
        }
        #expect(places.count == 3 + 4 + 3 + 1)
        for place in places {
            var bytes = original
            bytes[place] = bytes[place] == UInt8(ascii: "0") ? UInt8(ascii: "1") : UInt8(ascii: "0")
            guard case .failure(.malformed(_, _, let problem)) = decode(bytes) else {
                Issue.record("accepted a changed digest at byte \(place)")
                continue
            }
            #expect(problem.contains("does not hash up"))
        }
    }

    /// A text in any encoding has lines that can be told apart; tensors have none.
    @Test func aDataFileHasLinesWhereItIsText() {
        let latin = Golden.DataFile(path: "a.tsv", bytes: [0x62, 0x09, 0xe9, 0x0a, 0x63, 0x09, 0xe8])
        #expect(latin.lines?.utf8.count == 2 * Golden.DataFile.digitsPerLine)
        #expect(Golden.DataFile(path: "a.npy", bytes: Array("\u{1}\0\n".utf8)).lines == nil)
    }
}

extension String {
    /// How often a text occurs.
    fileprivate func components(_ text: String) -> Int {
        var count = 0
        var rest = utf8[...]
        let bytes = Array(text.utf8)
        while !rest.isEmpty {
            if rest.starts(with: bytes) { count += 1 }
            rest = rest.dropFirst()
        }
        return count
    }
}
