import ReproFormats
import ReproTestSupport
import Testing

@Suite struct JSONTests {
    @Test func aTextComesBackAsItWas() throws {
        let texts = [
            "null", "true", "false", "0", "-0", "-12.50e+3", "18446744073709551615", "\"\"", "[]", "{}",
            #"{"z":1,"a":[1,2,{"b":null}],"é":"\"\\\b\f\n\r\t\u0000\u001f/😀"}"#,
        ]
        for text in texts {
            let value = try JSONValue.parse(text, path: "x")
            #expect(value.text(.compact) == text)
            #expect(try JSONValue.parse(value.text(.pretty), path: "x") == value)
        }
        #expect(try JSONValue.parse(" \n\t\r[ 1 , 2 ] ", path: "x").text(.compact) == "[1,2]")
    }

    @Test func aPrettyTextHasOneEntryALine() {
        let value = JSONValue.object([
            .init("name", .string("roman")), .init("empty", .array([])), .init("none", .object([])),
            .init("list", .array([.number(1), .number(0.1), .bool(true)])),
        ])
        let text = """
            {
              "name": "roman",
              "empty": [],
              "none": {},
              "list": [
                1,
                0.1,
                true
              ]
            }

            """
        #expect(value.text(.pretty) == text)
    }

    @Test func literalsKeepTheirOrder() {
        let none: Int? = nil
        var value: JSONValue = [
            "z": UInt64.max, "a": ["x", "y"], "none": none, "infinite": Double.infinity, "tenth": Float(0.1),
            "inner": ["on": true, "empty": JSONValue.array([])] as JSONValue,
        ]
        value.add("left out", ifPresent: none)
        value.add("last", ifPresent: Optional(-1))
        #expect(
            value.text(.compact)
                == #"{"z":18446744073709551615,"a":["x","y"],"none":null,"infinite":null,"tenth":0.1,"#
                + #""inner":{"on":true,"empty":[]},"last":-1}"#)
    }

    @Test func numbersKeepTheirDigits() throws {
        let seed = try JSONValue.parse("18446744073709551615", path: "x")
        #expect(seed.uint64 == .max && seed.int64 == nil && seed.int == nil)
        #expect(JSONValue.number(UInt64.max) == seed)
        #expect(try JSONValue.parse("18446744073709551616", path: "x").uint64 == nil)
        #expect(try JSONValue.parse("1.0", path: "x").int == nil)
        #expect(try JSONValue.parse("1e2", path: "x").double == 100)
        #expect(try JSONValue.parse("1e999", path: "x").double == nil)
        #expect(try JSONValue.parse("1e-999", path: "x").double == 0)
        #expect(
            JSONValue.number(Float(0.1)).text(.compact) == "0.1"
                && JSONValue.number(Double(Float(0.1))).text(.compact) != "0.1")
    }

    @Test func doublesAreThoseOfPython() throws {
        for fields in try vectors.cases("doubles.txt") {
            let bits = try #require(UInt64(fields[0], radix: 16))
            let read = try #require(try JSONValue.parse(fields[1], path: "x").double)
            #expect(read.bitPattern == bits, "\(fields)")
            let written = JSONValue.number(Double(bitPattern: bits)).text(.compact)
            #expect(try JSONValue.parse(written, path: "x").double?.bitPattern == bits, "\(fields) became \(written)")
            #expect(
                written.filter(\.isNumber).count <= fields[1].filter(\.isNumber).count + 2,
                "\(fields) became \(written)")
        }
    }

    @Test func membersAreFoundByBytesAndKnowTheirLine() throws {
        let value = try JSONValue.parse("{\n \"a\": 1,\n\n \"b\": {\n\"c\": \"x\"}, \"d\": true}", path: "x")
        #expect(value["b"]?["c"]?.string == "x" && value["d"]?.bool == true && value["e"] == nil)
        #expect(value.member("a")?.line == 2 && value.member("b")?.line == 4)
        #expect(value["b"]?.member("c")?.line == 5 && value.member("d")?.line == 5)
        let accents = try JSONValue.parse("{\"\u{e9}\": 1, \"e\u{301}\": 2}", path: "x")
        #expect(accents["\u{e9}"]?.int == 1 && accents["e\u{301}"]?.int == 2)
    }

    @Test func escapesBecomeTheirCharacters() throws {
        #expect(try JSONValue.parse(#""\u0041\/\u00e9\ud83d\ude00\u0000""#, path: "x").string == "A/é😀\0")
    }

    @Test func brokenTextsAreRefused() throws {
        let cases: [(String, Int, String)] = [
            ("", 0, "expected a value"), ("  ", 2, "expected a value"), ("{", 1, "expected a string"),
            ("[1", 2, "expected “,” or “]”"), ("[1,]", 3, "comma stands before"),
            ("{\"a\":1,}", 7, "comma stands before"),
            ("[,1]", 1, "expected a value"), ("{\"a\" 1}", 5, "expected “:”"), ("{a:1}", 1, "expected a string"),
            ("{\"a\":1 \"b\":2}", 7, "expected “,” or “}”"), ("1 2", 2, "follows the JSON's end"),
            ("nul", 0, "expected “null”"),
            ("True", 0, "expected a value"), ("NaN", 0, "expected a value"), ("Infinity", 0, "expected a value"),
            ("01", 0, "starts with 0"), ("-", 1, "expected a value"), ("-01", 0, "starts with 0"),
            (".5", 0, "expected a value"),
            ("1.", 0, "ends in a point"), ("1e", 0, "exponent has no digits"), ("1e+", 0, "exponent"),
            ("+1", 0, "expected a value"),
            ("0x10", 1, "follows"), ("\"a", 0, "no end"), ("\"a\n\"", 2, "control character"),
            ("\"\\x\"", 1, "unknown escape"),
            ("\"\\u12g4\"", 1, "four hexadecimal"), ("\"\\ud800\"", 1, "surrogate"), ("\"\\udc00\"", 1, "surrogate"),
            ("\"\\ud800\\u0041\"", 1, "surrogate"), ("\"\\", 1, "no end"), ("// no\n1", 0, "expected a value"),
            ("{\"a\":1,\"b\":2,\"a\":3}", 13, "twice"), ("{\"a\":1,\"\\u0061\":3}", 7, "twice"),
            ("'a'", 0, "expected a value"),
            ("\u{feff}1", 0, "byte order mark"),
        ]
        for (text, offset, problem) in cases {
            let error = try thrown(FormatError.self, "\(text)") { _ = try JSONValue.parse(text, path: "config.json") }
            #expect(error.category == .badData && error.problem.contains(problem), "\(text): \(error)")
            #expect(error.byteOffset == offset, "\(text): \(error)")
        }
        let invalid = try thrown(FormatError.self) { _ = try JSONValue.parse([0x22, 0x61, 0xff, 0x22], path: "x") }
        #expect(invalid.problem.contains("not UTF-8"))
        let second = try thrown(FormatError.self) {
            _ = try JSONValue.parse("{\n\"seed\": 1,\n\"seed\": 2}", path: "config.json")
        }
        #expect(second.line == 3 && second.key == "seed")
    }

    @Test func depthIsBounded() throws {
        let limit = JSONValue.greatestDepth
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        _ = try JSONValue.parse(nested(limit), path: "x")
        #expect(
            try thrown(FormatError.self) { _ = try JSONValue.parse(nested(limit + 1), path: "x") }.problem.contains(
                "deeper"))
        #expect(
            try thrown(FormatError.self) {
                _ = try JSONValue.parse(String(repeating: "[", count: 1_000_000), path: "x")
            }.byteOffset
                == limit)
    }

    /// Every prefix of a text, and the text with each byte replaced, is a value or an error.
    @Test func damageIsNeverATrap() throws {
        let text = bytes(#"{"a":[1,-2.5e3,"x\u00e9\n"],"b":{"c":null,"d":true},"é":"😀"}"#)
        for end in 0..<text.count {
            _ = try thrown(FormatError.self) { _ = try JSONValue.parse(Array(text[..<end]), path: "x") }
        }
        for index in text.indices {
            for byte in UInt8.min...UInt8.max {
                var damaged = text
                damaged[index] = byte
                if let value = try? JSONValue.parse(damaged, path: "x") {
                    #expect(try JSONValue.parse(value.encoded(.compact), path: "x") == value)
                }
            }
        }
    }
}
