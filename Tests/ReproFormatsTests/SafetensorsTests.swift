import Foundation
import ReproFormats
import ReproNumerics
import ReproTestSupport
import Testing

/// A file of a header and some zero bytes, its length made to fit unless one is given.
func safetensors(_ header: String, data: Int = 0, length: UInt64? = nil) -> [UInt8] {
    let count = length ?? UInt64(header.utf8.count)
    return (0..<8).map { UInt8(truncatingIfNeeded: count >> (8 * $0)) } + bytes(header)
        + [UInt8](repeating: 0, count: data)
}

@Suite struct SafetensorsTests {
    @Test func filesOfTheReferenceAreReadAndWrittenAlike() throws {
        var written = 0
        for fields in try vectors.cases("safetensors.txt") {
            let data = try unhex(fields[0])
            let file = try SafetensorsFile(ByteFile(bytes: data, path: "x.safetensors"))
            let metadata = try JSONValue.parse(try unhex(fields[2]), path: "metadata")
            #expect(file.metadata.count == metadata.members?.count)
            for member in file.metadata { #expect(metadata[member.key] == member.value) }
            #expect(file.entries.count == (fields.count - 3) / 4)
            var arrays: [NamedArray] = []
            for (index, entry) in file.entries.enumerated() {
                let name = String(decoding: try unhex(fields[3 + 4 * index]), as: UTF8.self)
                #expect(Text.areSame(entry.name, name))
                let expected = try array(fields[(4 + 4 * index)..<(7 + 4 * index)])
                let value = try file.value(named: name)
                #expect(value.isBitwiseEqual(to: expected), "\(name) \(entry.dtype): \(value) is not \(expected)")
                arrays.append(NamedArray(name, value))
            }
            if fields[1] == "same" {
                written += 1
                let pairs = file.metadata.map { (key: $0.key, value: $0.value.string ?? "") }
                #expect(Safetensors.encoded(arrays.reversed(), metadata: pairs) == data, "\(file.entries.map(\.name))")
            }
        }
        #expect(written >= 12)
    }

    /// `formats_vectors.py --load DIR` checks what stands in the directory that REPRO_WRITTEN names.
    @Test func writtenFilesLoadElsewhere() throws {
        try withTemporaryDirectory { temporary in
            let directory = ProcessInfo.processInfo.environment["REPRO_WRITTEN"] ?? temporary
            let arrays = [
                NamedArray("floats", .float(Tensor(shape: [2, 3, 4], elements: (0..<24).map { Float($0) / 8 }))),
                NamedArray("longs", .int(shape: [3], elements: [.min, 0, .max])),
                NamedArray("scalar", .float(Tensor(shape: [], elements: [-0.5]))),
                NamedArray("none", .float(Tensor(shape: [0, 3], elements: []))),
            ]
            let path = directory + "/written.safetensors"
            try Safetensors.write(arrays, metadata: [("format", "pt"), ("a", "é")], to: path)
            let file = try SafetensorsFile(path: path)
            for array in arrays {
                #expect(try file.value(named: array.name).isBitwiseEqual(to: array.value))
                try NPY.write(array.value, to: "\(directory)/\(array.name).npy")
                #expect(try NPYFile(path: "\(directory)/\(array.name).npy").read().isBitwiseEqual(to: array.value))
            }
            let missing = try thrown(FormatError.self) { _ = try file.value(named: "float") }
            #expect(missing.category == .badData && missing.remedy.contains("floats"))
        }
    }

    @Test func anEntrySaysWhereTheTensorsBytesStand() throws {
        let tensor = Tensor(shape: [100_000], elements: (0..<100_000).map { Float($0) })
        let data = Safetensors.encoded([
            NamedArray("a", .int(shape: [1], elements: [7])), NamedArray("b", .float(tensor)),
        ])
        let file = try SafetensorsFile(ByteFile(bytes: data, path: "x"))
        let entry = try #require(file.entry(named: "b"))
        #expect(entry.byteRange == (data.count - 400_000)..<data.count)
    }

    @Test func manyNamesAreFoundByBytes() throws {
        let arrays = (0..<257).map { NamedArray("layer.\($0)", .int(shape: [], elements: [Int64($0)])) }
        let file = try SafetensorsFile(ByteFile(bytes: Safetensors.encoded(arrays), path: "x"))
        for array in arrays { #expect(try file.value(named: array.name) == array.value) }
        #expect(
            file.entry(named: "layer.") == nil && file.entry(named: "layer.257") == nil && file.entry(named: "z") == nil
        )
    }

    @Test func everyRuleIsKept() throws {
        let one = #""dtype":"F32","shape":[1],"data_offsets":[0,4]"#
        func tensor(_ name: String, _ shape: String, _ begin: String, _ end: String, dtype: String = "F32") -> String {
            "\"\(name)\":{\"dtype\":\"\(dtype)\",\"shape\":\(shape),\"data_offsets\":[\(begin),\(end)]}"
        }
        let accepted: [([UInt8], Int)] = [
            (safetensors("{}"), 0), (safetensors("{}      "), 0), (safetensors("{\"a\":{\(one)}}", data: 4), 1),
            (safetensors("{ \"a\" : {\n\(one)\t} }", data: 4), 1),
            (
                safetensors(
                    "{\(tensor("b", "[1]", "4", "8")),\(tensor("a", "[1]", "0", "4")),\(tensor("c", "[0]", "4", "4"))}",
                    data: 8), 3
            ),
            (safetensors("{\(tensor("a", "[2,2]", "0", "4", dtype: "U8"))}", data: 4), 1),
            (safetensors("{\"__metadata__\":{}}"), 0), (safetensors("{\"__metadata__\":{\"a\":\"b\"}}"), 0),
        ]
        for (data, count) in accepted {
            #expect(try SafetensorsFile(ByteFile(bytes: data, path: "x")).entries.count == count)
        }
        let axes = "[" + (0..<65).map { _ in "1" }.joined(separator: ",") + "]"
        let refused: [([UInt8], String)] = [
            ([], "too few"), ([2, 0, 0, 0, 0, 0, 0], "too few"),
            (safetensors("", length: 0), "does not begin with “{”"),
            (safetensors("{}", length: 3), "is announced, and 2 follow"),
            (safetensors("{}", length: 100_000_001), "is the most"),
            (safetensors("{}", length: .max), "is the most"), (safetensors("{}", length: 1 << 63), "is the most"),
            (safetensors(" {}"), "does not begin"), (safetensors("[]"), "does not begin"),
            (safetensors("\u{feff}{}"), "does not begin"),
            (safetensors("{}x"), "something else than spaces"), (safetensors("{}\n"), "something else than spaces"),
            (safetensors("{}\0"), "something else than spaces"), (safetensors("{"), "expected a string"),
            (safetensors("{}", data: 1), "last 1 bytes belong to no tensor"),
            (safetensors("{\"a\":{\(one)}}", data: 3), "no part"),
            (safetensors("{\"a\":{\(one)}}", data: 5), "last 1 bytes"),
            (safetensors("{\"a\":{\(one)},}", data: 4), "comma"),
            (
                safetensors("{\(tensor("a", "[1]", "0", "4")),\(tensor("a", "[1]", "4", "8"))}", data: 8),
                "two tensors have this name"
            ),
            (
                safetensors("{\(tensor("a", "[1]", "0", "4")),\(tensor("\\u0061", "[1]", "4", "8"))}", data: 8),
                "two tensors have this name"
            ),
            (safetensors("{\"a\":{\(one),\"dtype\":\"F32\"}}", data: 4), "stands twice or is unknown"),
            (safetensors("{\"a\":{\(one),\"more\":1}}", data: 4), "stands twice or is unknown"),
            (safetensors("{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}", data: 4), "needs dtype"),
            (safetensors("{\"a\":{}}"), "needs dtype"), (safetensors("{\"a\":1}"), "expected “{”"),
            (safetensors("{\"a\":null}"), "expected “{”"),
            (safetensors("{\(tensor("a", "[1]", "0", "4,8"))}", data: 8), "more than 2 numbers"),
            (safetensors("{\(tensor("a", "[1]", "4", "0"))}", data: 4), "no part"),
            (safetensors("{\(tensor("a", "[1]", "0", "9223372036854775807"))}", data: 4), "no part"),
            (safetensors("{\(tensor("a", "[1]", "0", "18446744073709551616"))}", data: 4), "is no size"),
            (safetensors("{\(tensor("a", "[1]", "-4", "0"))}", data: 4), "is no size"),
            (safetensors("{\(tensor("a", "[-1]", "0", "4"))}", data: 4), "is no size"),
            (safetensors("{\(tensor("a", "[-0]", "0", "0"))}"), "is no size"),
            (safetensors("{\(tensor("a", "[1.0]", "0", "4"))}", data: 4), "is no size"),
            (safetensors("{\(tensor("a", "[1e0]", "0", "4"))}", data: 4), "is no size"),
            (safetensors("{\(tensor("a", "[\"1\"]", "0", "4"))}", data: 4), "expected a value"),
            (safetensors("{\(tensor("a", "1", "0", "4"))}", data: 4), "expected “[”"),
            (safetensors("{\(tensor("a", axes, "0", "4"))}", data: 4), "more than 64"),
            (safetensors("{\(tensor("a", "[2]", "0", "4"))}", data: 4), "does not fill"),
            (safetensors("{\(tensor("a", "[0]", "0", "4"))}", data: 4), "does not fill"),
            (safetensors("{\(tensor("a", "[4294967296,4294967296]", "0", "0"))}"), "does not fill"),
            (safetensors("{\(tensor("a", "[4611686018427387904,4,0]", "0", "0"))}"), "does not fill"),
            (safetensors("{\(tensor("a", "[4611686018427387904]", "0", "4"))}", data: 4), "does not fill"),
            (safetensors("{\(tensor("a", "[1]", "0", "4", dtype: "f32"))}", data: 4), "is unknown"),
            (safetensors("{\(tensor("a", "[1]", "0", "4", dtype: "F4"))}", data: 4), "is unknown"),
            (safetensors("{\(tensor("a", "[1]", "1", "5"))}", data: 5), "before it lie 1 bytes"),
            (
                safetensors("{\(tensor("a", "[1]", "0", "4")),\(tensor("b", "[1]", "8", "12"))}", data: 12),
                "before it lie 4 bytes"
            ),
            (safetensors("{\(tensor("a", "[2]", "0", "8")),\(tensor("b", "[1]", "4", "8"))}", data: 8), "overlap"),
            (safetensors("{\(tensor("a", "[1]", "0", "4")),\(tensor("b", "[1]", "0", "4"))}", data: 4), "overlap"),
            (safetensors("{\"__metadata__\":{\"a\":1}}"), "expected a string"),
            (safetensors("{\"__metadata__\":[]}"), "expected “{”"),
            (safetensors("{\"__metadata__\":{\"a\":\"1\",\"a\":\"2\"}}"), "stands twice in __metadata__"),
            (safetensors("{\"__metadata__\":{},\"__metadata__\":{}}"), "stands twice in the header"),
            (safetensors("{\"\\ud800\":{\(one)}}", data: 4), "surrogate"), (safetensors("{\"a"), "no end"),
            (safetensors("{\"a") + [0xff] + bytes("\":{\(one)}}"), "header"),
        ]
        for (data, problem) in refused {
            let error = try thrown(FormatError.self, "\(problem)") {
                _ = try SafetensorsFile(ByteFile(bytes: data, path: "x.safetensors"))
            }
            guard problem != "header" else { continue }
            #expect(error.category == .badData && error.problem.contains(problem), "expected \(problem): \(error)")
            #expect(error.line == nil && !error.remedy.isEmpty)
        }
        var invalid = safetensors("{\"a?\":{\(one)}}", data: 4)
        invalid[11] = 0xff
        #expect(
            try thrown(FormatError.self) { _ = try SafetensorsFile(ByteFile(bytes: invalid, path: "x")) }.problem
                .contains(
                    "not UTF-8"))
    }

    @Test func dtypesThatAreNotReadAreListedAndNamed() throws {
        let header = #"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}"#
        let file = try SafetensorsFile(ByteFile(bytes: safetensors(header, data: 4), path: "x"))
        let error = try thrown(FormatError.self) { _ = try file.value(named: "a") }
        #expect(error.category == .badData && error.key == "a" && error.problem.contains("U8"))
        #expect(file.entries[0].byteRange.count == 4)
    }
}
