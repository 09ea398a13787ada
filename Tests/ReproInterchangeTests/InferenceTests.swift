import Repro
import ReproTestSupport
import Testing

/// One module that PyTorch made and ran, with what it read and gave.
private struct Case {
    let name: String
    let prefix: String
    let configuration: RecurrentConfiguration
    let tensors: SafetensorsFile

    init(_ fields: [String]) throws {
        name = fields[0]
        prefix = fields[1] == "-" ? "" : fields[1]
        var configuration = try ReproInterchangeTests.configuration(fields[2..<9])
        configuration.batchFirst = fields[9] == "1"
        configuration.nonlinearity = fields[10] == "1" ? .relu : .tanh
        self.configuration = configuration
        tensors = try SafetensorsFile(path: try vectors.path("\(name).case.safetensors"))
    }

    func tensor(_ name: String) throws -> Tensor { try #require(try tensors.value(named: name).tensor) }

    func module() throws -> Recurrent {
        let found = try RecurrentImport(try SafetensorsFile(path: try vectors.path("\(name).weights.safetensors")))
        #expect(found.prefix == prefix)
        return try found.module(nonlinearity: configuration.nonlinearity, batchFirst: configuration.batchFirst)
    }

    /// Writes what the module reads, one array per file, and reads it as the command does.
    func input(in directory: String, asNPY: Bool) throws -> InferenceInput {
        func file(_ name: String) throws -> String? {
            guard tensors.entry(named: name) != nil else { return nil }
            let value = try tensors.value(named: name)
            let path = "\(directory)/\(name)" + (asNPY ? ".npy" : ".safetensors")
            if asNPY {
                try NPY.write(value, to: path)
            } else {
                try Safetensors.write([NamedArray("x", value)], to: path)
            }
            return path
        }
        return try InferenceInput(
            try #require(try file("input")), lengths: try file("lengths"), hidden: try file("h_0"),
            cell: try file("c_0"),
            for: configuration)
    }
}

@Suite struct InferenceTests {
    @Test func namesAndShapesTellTheModule() throws {
        for fields in try vectors.cases("cases.txt") {
            let one = try Case(fields)
            let module = try one.module()
            #expect(module.configuration == one.configuration, "\(one.name)")
            #expect(module.parameters.map(\.name) == one.configuration.parameterShapes.map { one.prefix + $0.name })
        }
    }

    /// 4 × the greater of PyTorch's own error in binary32 and 2^-24 × the greatest magnitude, against PyTorch in binary64.
    @Test func resultsAreWithinPyTorchsOwnError() throws {
        var worst: Float = 0
        for fields in try vectors.cases("cases.txt") {
            let one = try Case(fields)
            try withTemporaryDirectory { directory in
                let input = try one.input(in: directory, asNPY: true)
                let inference = try Inference(try one.module(), input, engine: try engine())
                #expect(
                    inference.results.map(\.name) == ["output", "h_n"]
                        + (one.configuration.cell.hasCellState ? ["c_n"] : []))
                for result in inference.results {
                    let expected = try one.tensor(result.name)
                    try #require(result.value.shape == expected.shape, "\(one.name) \(result.name)")
                    let tolerance = try one.tensor("tolerance." + result.name)[offset: 0]
                    try #require(tolerance > 0 && tolerance < 1e-5, "\(one.name) \(result.name): \(tolerance)")
                    for (index, (found, wanted)) in zip(result.value.elements, expected.elements).enumerated() {
                        let share = (found - wanted).magnitude / tolerance
                        worst = max(worst, share)
                        #expect(share <= 1, "\(one.name) \(result.name)[\(index)]: \(found) is not \(wanted)")
                    }
                }
            }
        }
        #expect(worst > 0, "nothing was compared")
    }

    @Test func outputIsPositiveZeroPastALength() throws {
        var seen = 0
        for fields in try vectors.cases("cases.txt") {
            let one = try Case(fields)
            try withTemporaryDirectory { directory in
                let input = try one.input(in: directory, asNPY: true)
                guard let lengths = input.lengths else { return }
                let output = try Inference(try one.module(), input, engine: try engine()).results[0].value
                #expect(output.shape[0] == input.input.shape[0] && output.shape[1] == input.input.shape[1])
                for (sequence, length) in lengths.enumerated() {
                    for step in length..<input.input.shape[one.configuration.batchFirst ? 1 : 0] {
                        for feature in 0..<output.shape[2] {
                            let value =
                                one.configuration.batchFirst
                                ? output[sequence, step, feature] : output[step, sequence, feature]
                            #expect(value.bitPattern == 0)
                            seen += 1
                        }
                    }
                }
            }
        }
        #expect(seen > 100)
    }

    @Test func digestsAreTheContractsLeavesWhateverTheThreadsAndTheFiles() throws {
        for fields in try vectors.cases("cases.txt") {
            let one = try Case(fields)
            try withTemporaryDirectory { directory in
                let module = try one.module()
                let inference = try Inference(
                    module, try one.input(in: directory, asNPY: true), engine: try engine())
                let again = try Inference(
                    module, try one.input(in: directory, asNPY: false), engine: try engine(threads: 3))
                #expect(inference.results.map(\.digest) == again.results.map(\.digest))
                let path = directory + "/out.safetensors"
                try inference.write(to: path)
                let file = try SafetensorsFile(path: path)
                #expect(file.entries.count == inference.results.count)
                let hashing = Hashing()
                for result in inference.results {
                    let written = try #require(try file.value(named: result.name).tensor)
                    #expect(hashing.tensor(name: result.name, written) == result.digest)
                }
            }
        }
    }
}

/// Weights that torch.save wrote are those that safetensors hold.
@Suite struct TorchWeightsTests {
    @Test(arguments: [("lstm-prefix.checkpoint.pt", "model."), ("lstm-prefix.old.pth", "")])
    func bothFormatsHoldTheSameWeights(file: String, before: String) throws {
        let expected = try SafetensorsFile(path: try vectors.path("lstm-prefix.weights.safetensors"))
        let found = try SafetensorsFile(weights: try vectors.path(file))
        #expect(found.entries.count == expected.entries.count)
        for entry in expected.entries {
            let other = try #require(found.entry(named: before + entry.name))
            #expect(try found.read(other).isBitwiseEqual(to: try expected.read(entry)), "\(entry.name)")
        }
        let module = try RecurrentImport(found)
        #expect(module.prefix == before + "lstm.")
        #expect(module.configuration == (try RecurrentImport(expected)).configuration)
    }
}
