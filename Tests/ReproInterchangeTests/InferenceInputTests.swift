import Repro
import ReproTestSupport
import Testing

private let lstm = RecurrentConfiguration(
    cell: .lstm, inputSize: 3, hiddenSize: 4, bidirectional: true, projectionSize: 2)

/// Writes arrays under their names into a directory and reads them as a module's input.
private func read(
    _ arrays: [(String, ArrayValue)], _ configuration: RecurrentConfiguration = lstm, in directory: String
) throws -> InferenceInput {
    func path(_ name: String) throws -> String? {
        guard let value = arrays.first(where: { $0.0 == name })?.1 else { return nil }
        try NPY.write(value, to: "\(directory)/\(name).npy")
        return "\(directory)/\(name).npy"
    }
    return try InferenceInput(
        try #require(try path("input")), lengths: try path("lengths"), hidden: try path("h_0"), cell: try path("c_0"),
        for: configuration)
}

private func integers(_ elements: Int64...) -> ArrayValue { .int(shape: [elements.count], elements: elements) }
private let input = ("input", ArrayValue.float(ramp([5, 2, 3])))

@Suite struct InferenceInputTests {
    @Test func whatFitsIsRead() throws {
        try withTemporaryDirectory { directory in
            let all = try read(
                [
                    input, ("lengths", integers(5, 1)), ("h_0", .float(ramp([2, 2, 2]))),
                    ("c_0", .float(ramp([2, 2, 4]))),
                ], in: directory)
            #expect(all.lengths == [5, 1] && all.hidden?.shape == [2, 2, 2] && all.cell?.shape == [2, 2, 4])
            let single = try read(
                [("input", .float(ramp([5, 3]))), ("lengths", integers(4)), ("h_0", .float(ramp([2, 2])))],
                in: directory)
            #expect(single.lengths == [4] && single.hidden?.shape == [2, 2])
        }
    }

    @Test func whatDoesNotFitIsRefusedByName() throws {
        let table: [(key: String?, words: String, arrays: [(String, ArrayValue)])] = [
            ("input", "shape [5, 2, 4]", [("input", .float(ramp([5, 2, 4])))]),
            ("input", "shape [3]", [("input", .float(ramp([3])))]),
            ("input", "shape [1, 5, 2, 3]", [("input", .float(ramp([1, 5, 2, 3])))]),
            ("input", "no element", [("input", .float(ramp([0, 2, 3])))]),
            ("input", "no element", [("input", .float(ramp([5, 0, 3])))]),
            (nil, "dtype <i8", [("input", .int(shape: [1, 1, 3], elements: [1, 2, 3]))]),
            ("lengths", "length 0 of sequence 1", [input, ("lengths", integers(5, 0))]),
            ("lengths", "length 6 of sequence 0", [input, ("lengths", integers(6, 1))]),
            ("lengths", "length -1 of sequence 1", [input, ("lengths", integers(1, -1))]),
            ("lengths", "shape [3]", [input, ("lengths", integers(5, 1, 1))]),
            ("lengths", "shape [2, 1]", [input, ("lengths", .int(shape: [2, 1], elements: [1, 1]))]),
            (nil, "dtype <f4", [input, ("lengths", .float(ramp([2])))]),
            ("h_0", "needs [2, 2, 2]", [input, ("h_0", .float(ramp([2, 2, 4])))]),
            ("h_0", "needs [2, 2, 2]", [input, ("h_0", .float(ramp([2, 2])))]),
            ("c_0", "needs [2, 2, 4]", [input, ("c_0", .float(ramp([1, 2, 4])))]),
        ]
        for (key, words, arrays) in table {
            try withTemporaryDirectory { directory in
                let error = try thrown(FormatError.self, "\(words)") { _ = try read(arrays, in: directory) }
                #expect(error.category == .badData && error.key == key && error.description.contains(words), "\(error)")
            }
        }
    }

    @Test func binary64IsRefusedAndNotRounded() throws {
        try withTemporaryDirectory { directory in
            // numpy.save of a float64 array of shape (1, 3): binary32's header with another dtype and twice the bytes.
            var bytes = NPY.encoded(.float(ramp([1, 3])))
            let place = try #require(bytes.indices.first { bytes[$0...].starts(with: Array("<f4".utf8)) })
            bytes[place + 2] = UInt8(ascii: "8")
            try AtomicFile.write(bytes + [UInt8](repeating: 0, count: 12), to: directory + "/x.npy")
            let error = try thrown(FormatError.self, "float64") {
                _ = try InferenceInput(directory + "/x.npy", for: lstm)
            }
            #expect(error.problem.contains("<f8") && error.remedy.contains("float32"), "\(error)")
        }
    }

    @Test func aFileOfTwoTensorsIsRefused() throws {
        try withTemporaryDirectory { directory in
            let path = directory + "/x.safetensors"
            try Safetensors.write([NamedArray("a", input.1), NamedArray("b", input.1)], to: path)
            let error = try thrown(FormatError.self, "two tensors") { _ = try InferenceInput(path, for: lstm) }
            #expect(error.problem.contains("2 tensors"))
        }
    }

    @Test func anInputThatIsNoNumberIsNamedUnlessNothingReadsIt() throws {
        var poisoned = ramp([5, 2, 3])
        poisoned[3, 1, 2] = .infinity
        let element = 3 * 6 + 3 + 2
        try withTemporaryDirectory { directory in
            for lengths in [[], [("lengths", integers(1, 4))]] {
                let error = try thrown(NotFiniteError.self, "an infinity") {
                    _ = try read([("input", .float(poisoned))] + lengths, in: directory)
                }
                #expect(error.tensor == "input" && error.element == element)
            }
            // Past the second sequence's length it is never read.
            _ = try read([("input", .float(poisoned)), ("lengths", integers(5, 3))], in: directory)
            var batchFirst = lstm
            batchFirst.batchFirst = true
            let swapped = Tensor(
                shape: [2, 5, 3], elements: ramp([30]).elements.enumerated().map { $0 == 18 ? .nan : $1 })
            _ = try read([("input", .float(swapped)), ("lengths", integers(5, 1))], batchFirst, in: directory)
            #expect(
                try thrown(NotFiniteError.self, "a NaN") {
                    _ = try read([("input", .float(swapped)), ("lengths", integers(1, 5))], batchFirst, in: directory)
                }.element == 18)
        }
    }

    @Test func aResultThatLeavesTheNumbersIsNamed() throws {
        let relu = RecurrentConfiguration(cell: .rnn, inputSize: 1, hiddenSize: 1, bias: false, nonlinearity: .relu)
        let huge = Tensor(shape: [1, 1], elements: [3e38])
        let module = Recurrent(
            relu, parameters: relu.parameterShapes.map { Parameter(name: $0.name, value: huge) })
        try withTemporaryDirectory { directory in
            let input = try read([("input", .float(Tensor(shape: [3, 1], elements: [0, 1, 0])))], relu, in: directory)
            let error = try thrown(NotFiniteError.self, "overflow") {
                _ = try Inference(module, input, engine: try engine())
            }
            #expect(error.tensor == "output" && error.element == 2, "\(error)")
        }
    }
}
