import Foundation
import ReproFormats
import ReproNumerics
import ReproTestSupport
import Testing

@Suite struct NPYTests {
    @Test func filesOfNumPyAreReadAndWrittenAlike() throws {
        var written = 0
        for fields in try vectors.cases("npy.txt") {
            let data = try unhex(fields[0])
            let file = try NPYFile(ByteFile(bytes: data, path: "x.npy"))
            let value = try file.read()
            let expected = try array(fields[3...])
            #expect(value.isBitwiseEqual(to: expected), "\(file.descr) \(file.shape): \(value) is not \(expected)")
            #expect(file.shape == expected.shape)
            if fields[1] == "same" {
                written += 1
                #expect(NPY.encoded(value) == data, "\(file.descr) \(file.shape)")
            }
        }
        #expect(written >= 16)
    }

    @Test func everyBinary16NumberIsWidenedExactly() throws {
        let header = "{'descr': '<f2', 'fortran_order': False, 'shape': (65536,), }\n"
        var file: [UInt8] = [0x93] + bytes("NUMPY") + [1, 0, UInt8(header.utf8.count), 0] + bytes(header)
        for pattern in UInt16.min...UInt16.max { file += [UInt8(truncatingIfNeeded: pattern), UInt8(pattern >> 8)] }
        let numbers = try #require(try NPYFile(ByteFile(bytes: file, path: "x.npy")).read().tensor)
        for pattern in UInt16.min...UInt16.max {
            let found = numbers[offset: Int(pattern)]
            let magnitude = pattern & 0x7fff
            // The value by definition, from the fields of the pattern.
            let exponent = Int(magnitude >> 10)
            let fraction = Double(magnitude & 0x3ff)
            let expected =
                exponent == 0x1f
                ? (fraction == 0 ? Double.infinity : .nan)
                : exponent == 0
                    ? fraction * 0x1p-24
                    : (1024 + fraction) * Double(sign: .plus, exponent: exponent - 25, significand: 1)
            #expect(
                Double(found.magnitude) == expected || found.isNaN && expected.isNaN, "\(String(pattern, radix: 16))")
            #expect((found.sign == .minus) == (pattern >= 0x8000))
            if found.isNaN { #expect(found.bitPattern & 0x7f_ffff == UInt32(pattern & 0x3ff) << 13) }
        }
    }

    @Test func aFileOnDiskIsReadInPieces() throws {
        try withTemporaryDirectory { directory in
            // More elements than one piece holds, of either order.
            let shape = [3, 701, 511]
            let count = Tensor.count(of: shape)
            let value = ArrayValue.float(Tensor(shape: shape, elements: (0..<count).map { Float($0) }))
            try NPY.write(value, to: directory + "/c.npy")
            let file = try NPYFile(path: directory + "/c.npy")
            #expect(try file.read() == value)
            #expect(file.byteRange.count == 4 * count && file.byteRange.upperBound == NPY.encoded(value).count)

            var fortran = NPY.encoded(value)
            let word = try #require(fortran.firstRange(of: bytes("False,"))).lowerBound
            fortran.replaceSubrange(word..<(word + 6), with: bytes("True, "))
            let turned = try #require(try NPYFile(ByteFile(bytes: fortran, path: "f.npy")).read().tensor)
            for index in [[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1], [2, 700, 510], [1, 350, 17]] {
                #expect(
                    turned[index[0], index[1], index[2]] == Float(index[0] + 3 * (index[1] + 701 * index[2])),
                    "\(index)")
            }
        }
    }

    @Test func everyRuleIsKept() throws {
        func file(
            _ header: String, version: [UInt8] = [1, 0], data: Int = 0, magic: [UInt8] = [0x93] + bytes("NUMPY"),
            length: [UInt8]? = nil
        ) -> [UInt8] {
            let count = header.utf8.count
            let length = length ?? [UInt8(count & 0xff), UInt8(count >> 8)] + (version[0] > 1 ? [0, 0] : [])
            return magic + version + length + bytes(header) + [UInt8](repeating: 0, count: data)
        }
        func dictionary(_ descr: String = "'<f4'", _ order: String = "False", _ shape: String = "(2,)") -> String {
            "{'descr': \(descr), 'fortran_order': \(order), 'shape': \(shape), }"
        }
        let good = dictionary()
        for (accepted, shape) in [
            (file(good, data: 8), [2]), (file(good + "   \n", data: 8), [2]),
            (file(good, version: [2, 0], data: 8), [2]),
            (file(good, version: [3, 0], data: 8), [2]),
            (file("{\"shape\":(),'descr':'>i8','fortran_order':True}", data: 8), []),
            (file(dictionary("'<f4'", "True", "(0,4611686018427387904,4611686018427387904)")), [0, 1 << 62, 1 << 62]),
            (file(dictionary("'<f4'", "False", "(1,2,)"), data: 8), [1, 2]),
        ] {
            #expect(try NPYFile(ByteFile(bytes: accepted, path: "x.npy")).shape == shape)
            _ = try NPYFile(ByteFile(bytes: accepted, path: "x.npy")).read()
        }
        let axes = String(repeating: "1, ", count: 65)
        let refused: [([UInt8], String)] = [
            ([], "no npy file"), (bytes("PK\u{3}\u{4} a zip archive"), "no npy file"),
            (Array(file(good).prefix(9)), "no npy file"),
            (file(good, data: 8, magic: [0x92] + bytes("NUMPY")), "no npy file"),
            (file(good, version: [4, 0], data: 8), "version 4.0"),
            (file(good, version: [1, 1], data: 8), "version 1.1"),
            (file(good, version: [0, 0], data: 8), "version 0.0"),
            ([0x93] + bytes("NUMPY") + [2, 0, 1, 0], "ends in its header's length"),
            (file(good, length: [0xff, 0xff]), "is announced"),
            (file(good, version: [2, 0], length: [0xff, 0xff, 0xff, 0xff]), "is the most"),
            (file("", data: 8), "too early"),
            (file("[]", data: 8), "expected “{”"), (file("{", data: 8), "too early"),
            (file("{}", data: 8), "needs descr"),
            (file("{'descr': '<f4', 'shape': (2,)}", data: 8), "needs descr"),
            (file("{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (2,)}", data: 8), "stands twice"),
            (file("{'more': 1, 'descr': '<f4', 'fortran_order': False, 'shape': (2,)}", data: 8), "unknown"),
            (file(good + "x", data: 8), "something else than spaces"),
            (file(good + "\0", data: 8), "something else than spaces"),
            (file(dictionary("'<f4"), data: 8), "header"), (file(dictionary("<f4"), data: 8), "expected a string"),
            (file(dictionary("'<f\\x34'"), data: 8), "plain ASCII"), (file(dictionary("'é'"), data: 8), "plain ASCII"),
            (file(dictionary("[('a', '<f4')]"), data: 8), "records"),
            (file(dictionary("'|b1'"), data: 2), "|b1 are not read"),
            (file(dictionary("'|u1'"), data: 2), "|u1 are not read"),
            (file(dictionary("'|O'"), data: 8), "|O are not read"),
            (file(dictionary("'<c8'"), data: 16), "not read"), (file(dictionary("'<i2'"), data: 4), "not read"),
            (file(dictionary("'=f4'"), data: 8), "not read"), (file(dictionary("''"), data: 8), "not read"),
            (file(dictionary("'<f4'", "false"), data: 8), "True or False"),
            (file(dictionary("'<f4'", "1"), data: 8), "True or False"),
            (file(dictionary("'<f4'", "False", "(2)"), data: 8), "no tuple"),
            (file(dictionary("'<f4'", "False", "2"), data: 8), "expected “(”"),
            (file(dictionary("'<f4'", "False", "[2]"), data: 8), "expected “(”"),
            (file(dictionary("'<f4'", "False", "(-2,)"), data: 8), "expected a size"),
            (file(dictionary("'<f4'", "False", "(2,,)"), data: 8), "expected a size"),
            (file(dictionary("'<f4'", "False", "(,)"), data: 8), "expected a size"),
            (file(dictionary("'<f4'", "False", "(2.0,)"), data: 8), "expected “,”"),
            (file(dictionary("'<f4'", "False", "(2 3)"), data: 8), "expected “,”"),
            (file(dictionary("'<f4'", "False", "(\(axes))"), data: 4), "more than 64 axes"),
            (file(dictionary("'<f4'", "False", "(99999999999999999999,)"), data: 8), "too large"),
            (file(dictionary("'<f4'", "False", "(9223372036854775807,)"), data: 8), "does not fill"),
            (file(dictionary("'<f4'", "False", "(4294967296,4294967296,4)"), data: 8), "does not fill"),
            (file(dictionary("'<f4'", "False", "(4611686018427387904,4,0)")), "does not fill"),
            (file(good, data: 7), "does not fill"), (file(good, data: 9), "does not fill"),
            (file(good), "does not fill"),
        ]
        for (data, problem) in refused {
            let error = try thrown(FormatError.self, "\(problem)") {
                _ = try NPYFile(ByteFile(bytes: data, path: "x.npy")).read()
            }
            #expect(error.category == .badData && error.problem.contains(problem), "expected \(problem): \(error)")
            #expect(error.byteOffset != nil && !error.remedy.isEmpty)
        }
    }
}
