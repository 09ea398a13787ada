import Repro
import ReproTestSupport
import Testing

/// A state_dict of the configuration, changed by `body`.
private func file(
    _ configuration: RecurrentConfiguration, prefix: String = "lstm.", _ body: (inout [NamedArray]) -> Void = { _ in }
) throws -> SafetensorsFile {
    var arrays = configuration.parameterShapes.map { NamedArray(prefix + $0.name, .float(ramp($0.shape))) }
    body(&arrays)
    return try SafetensorsFile(ByteFile(bytes: Safetensors.encoded(arrays), path: "w.safetensors"))
}

extension [NamedArray] {
    fileprivate mutating func remove(_ name: String) { removeAll { $0.name == name } }
    fileprivate mutating func rename(_ name: String, _ new: String) {
        self = map { $0.name == name ? NamedArray(new, $0.value) : $0 }
    }
    fileprivate mutating func replace(_ name: String, _ value: ArrayValue) {
        self = map { $0.name == name ? NamedArray(name, value) : $0 }
    }
    fileprivate mutating func reshape(_ name: String, _ shape: [Int]) { replace(name, .float(ramp(shape))) }
}

private let lstm = RecurrentConfiguration(cell: .lstm, inputSize: 3, hiddenSize: 4, layers: 2, bidirectional: true)
private let projected = RecurrentConfiguration(cell: .lstm, inputSize: 3, hiddenSize: 4, projectionSize: 2)
private let gru = RecurrentConfiguration(cell: .gru, inputSize: 3, hiddenSize: 4)

@Suite struct MalformedWeightsTests {
    /// A state_dict, what is done to it, the key that the error names, and words of its message.
    private static let table:
        [(RecurrentConfiguration, key: String, words: String, change: @Sendable (inout [NamedArray]) -> Void)] = [
            (lstm, "lstm.weight_ih_l0", "missing", { $0.remove("lstm.weight_ih_l0") }),
            (lstm, "lstm.weight_hh_l0", "missing", { $0.remove("lstm.weight_hh_l0") }),
            (lstm, "lstm.bias_hh_l1_reverse", "missing", { $0.remove("lstm.bias_hh_l1_reverse") }),
            (lstm, "lstm.weight_ih_l1", "missing", { $0.remove("lstm.weight_ih_l1") }),
            (lstm, "lstm.weight_ih_l0_reverse", "missing", { $0.remove("lstm.weight_ih_l0_reverse") }),
            (
                lstm, "lstm.weight_ih_l2", "missing",
                { $0.append(NamedArray("lstm.bias_hh_l999999", .float(ramp([16])))) }
            ),
            (projected, "lstm.weight_hr_l0", "missing", { $0.rename("lstm.weight_hr_l0", "lstm.weight_hr_l1") }),
            (
                lstm, "lstm.weight_ih_l0_revers", "did you mean 'lstm.weight_ih_l0_reverse'?",
                { $0.rename("lstm.weight_ih_l0_reverse", "lstm.weight_ih_l0_revers") }
            ),
            (
                lstm, "lstm.weight_ih_l01", "no recurrent layer",
                { $0.rename("lstm.weight_ih_l1", "lstm.weight_ih_l01") }
            ),
            (
                lstm, "lstm.weight_ih_l-1", "no recurrent layer",
                { $0.rename("lstm.weight_ih_l1", "lstm.weight_ih_l-1") }
            ),
            (
                lstm, "lstm.weight_ih_l9999999999999999999999", "no recurrent layer",
                { $0.rename("lstm.weight_ih_l1", "lstm.weight_ih_l9999999999999999999999") }
            ),
            (lstm, "lstm.weight_ih_l", "no recurrent layer", { $0.rename("lstm.weight_ih_l1", "lstm.weight_ih_l") }),
            (lstm, "lstm.extra", "no recurrent layer", { $0.append(NamedArray("lstm.extra", .float(ramp([1])))) }),
            (lstm, "lstm.", "no recurrent layer", { $0.append(NamedArray("lstm.", .float(ramp([1])))) }),
            (lstm, "lstm.weight_hh_l0", "no matrix", { $0.reshape("lstm.weight_hh_l0", [64]) }),
            (lstm, "lstm.weight_ih_l0", "no matrix", { $0.reshape("lstm.weight_ih_l0", [16, 0]) }),
            (lstm, "lstm.weight_hh_l0", "18 rows", { $0.reshape("lstm.weight_hh_l0", [18, 4]) }),
            (lstm, "lstm.weight_hh_l0", "8 rows", { $0.reshape("lstm.weight_hh_l0", [8, 4]) }),
            (lstm, "lstm.weight_ih_l0", "make it [12, 3]", { $0.reshape("lstm.weight_hh_l0", [12, 4]) }),
            (lstm, "lstm.weight_ih_l0", "make it [16, 3]", { $0.reshape("lstm.weight_ih_l0", [15, 3]) }),
            (lstm, "lstm.weight_ih_l0_reverse", "[16, 3]", { $0.reshape("lstm.weight_ih_l0_reverse", [16, 2]) }),
            (lstm, "lstm.weight_ih_l1", "[16, 8]", { $0.reshape("lstm.weight_ih_l1", [16, 4]) }),
            (lstm, "lstm.bias_ih_l0", "[16]", { $0.reshape("lstm.bias_ih_l0", [16, 1]) }),
            (lstm, "lstm.bias_hh_l1", "[16]", { $0.reshape("lstm.bias_hh_l1", [12]) }),
            (projected, "lstm.weight_hh_l0", "[16, 2]", { $0.reshape("lstm.weight_hh_l0", [16, 3]) }),
            (projected, "lstm.weight_hr_l0", "a projection to 4", { $0.reshape("lstm.weight_hr_l0", [4, 4]) }),
            (
                gru, "lstm.weight_hr_l0", "belongs to an LSTM",
                { $0.append(NamedArray("lstm.weight_hr_l0", .float(ramp([2, 4])))) }
            ),
            (
                lstm, "lstm.bias_hh_l0", "dtype I64",
                { $0.replace("lstm.bias_hh_l0", .int(shape: [16], elements: [Int64](repeating: 1, count: 16))) }
            ),
        ]

    @Test func eachFaultIsRefusedByName() throws {
        for (configuration, key, words, change) in MalformedWeightsTests.table {
            let malformed = try file(configuration, change)
            let error = try thrown(FormatError.self, "\(key) \(words)") { _ = try RecurrentImport(malformed) }
            #expect(error.category == .badData && error.path == "w.safetensors")
            #expect(error.key == key, "\(error)")
            #expect(error.description.contains(words), "\(error)")
            #expect(!error.remedy.isEmpty)
        }
        // What the table changes is sound without the change.
        for configuration in [lstm, projected, gru] {
            #expect(try RecurrentImport(try file(configuration)).configuration == configuration)
        }
    }

    @Test func binary64IsRefusedAndHalfPrecisionRead() throws {
        // Headers of other dtypes, over as many zero bytes: torch.save of module.double() and module.half().
        let sound = Safetensors.encoded(
            gru.parameterShapes.map { NamedArray($0.name, .float(Tensor(zeros: $0.shape))) })
        func changed(_ dtype: String, bytesPerElement: Int) throws -> SafetensorsFile {
            let count = sound[..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
            let json = try JSONValue.parse(Array(sound[8..<(8 + count)]), path: "header")
            var end = 0
            let members = try #require(json.members).map { member in
                let shape = member.value["shape"]?.elements?.compactMap(\.int) ?? []
                let begin = end
                end += Tensor.count(of: shape) * bytesPerElement
                return JSONValue.Member(
                    member.key,
                    .object([
                        .init("dtype", .string(dtype)), .init("shape", .array(shape.map { .number($0) })),
                        .init("data_offsets", .array([.number(begin), .number(end)])),
                    ]))
            }
            let header = JSONValue.object(members).encoded(.compact)
            let length = (0..<8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) }
            return try SafetensorsFile(
                ByteFile(bytes: length + header + [UInt8](repeating: 0, count: end), path: "w.safetensors"))
        }
        let wide = try changed("F64", bytesPerElement: 8)
        let error = try thrown(FormatError.self, "F64") { _ = try RecurrentImport(wide) }
        #expect(error.key == "weight_ih_l0" && error.problem.contains("F64") && error.remedy.contains("float"))
        for dtype in ["F16", "BF16"] {
            let half = try changed(dtype, bytesPerElement: 2)
            #expect(
                try RecurrentImport(half).module().parameters.allSatisfy { $0.value.elements.allSatisfy { $0 == 0 } })
        }
    }

    @Test func aPrefixIsFoundWhereThereIsOne() throws {
        let two = try file(lstm) { arrays in
            arrays += gru.parameterShapes.map { NamedArray("encoder.gru." + $0.name, .float(ramp($0.shape))) }
            arrays.append(NamedArray("lstm.child.weight", .float(ramp([2]))))
            arrays.append(NamedArray("weight", .float(ramp([2]))))
        }
        #expect(try RecurrentImport(two, prefix: "lstm.").configuration == lstm)
        #expect(try RecurrentImport(two, prefix: "encoder.gru.").configuration == gru)
        let several = try thrown(FormatError.self, "two modules") { _ = try RecurrentImport(two) }
        #expect(several.remedy.contains("--prefix") && several.remedy.contains("'encoder.gru.', 'lstm.'"), "\(several)")
        for wrong in ["lstm", "gru.", "", "lstm.child."] {
            let error = try thrown(FormatError.self, "prefix \(wrong)") { _ = try RecurrentImport(two, prefix: wrong) }
            #expect(error.remedy.contains("'lstm.'"), "\(error)")
        }
        #expect(
            try thrown(FormatError.self, "typo") { _ = try RecurrentImport(two, prefix: "lstm") }.remedy
                .contains("did you mean 'lstm.'?"))
        let none = try SafetensorsFile(
            ByteFile(bytes: Safetensors.encoded([NamedArray("linear.weight", .float(ramp([2, 2])))]), path: "w"))
        #expect(try thrown(FormatError.self, "none") { _ = try RecurrentImport(none) }.problem.contains("no recurrent"))
        #expect(try RecurrentImport(try file(gru, prefix: "")).prefix == "")
    }

    @Test func aWeightThatIsNoNumberIsNamed() throws {
        let poisoned = try file(lstm) { arrays in
            var bias = ramp([16])
            bias[offset: 7] = .nan
            arrays.replace("lstm.bias_hh_l1", .float(bias))
        }
        let found = try RecurrentImport(poisoned)
        let error = try thrown(NotFiniteError.self, "a NaN") { _ = try found.module() }
        #expect(error.tensor == "lstm.bias_hh_l1" && error.element == 7)
    }
}
