import Repro
import ReproTestSupport
import Testing

@Suite struct TorchNumbersTests {
    private func cases(_ kind: String) throws -> [[String]] {
        let cases = try vectors.cases("random.txt").filter { $0[0] == kind }
        try #require(!cases.isEmpty)
        return cases
    }

    @Test func drawsEqualTheMersenneTwisters() throws {
        for fields in try cases("words") {
            var generator = MersenneTwister(seed: try hex64(fields[1]))
            let words = (0..<2000).map { _ in generator.next32() }
            let expected = try fields[2...].map { try hex32($0) }
            #expect(Array(words[..<6]) + Array(words[620..<628]) + [words[1999]] == expected, "seed \(fields[1])")
            #expect(generator.draws == 2000)
        }
    }

    @Test func uniformNumbersEqualTorchRand() throws {
        for fields in try cases("rand") {
            var generator = MersenneTwister(seed: try hex64(fields[1]))
            let expected = try fields[2...].map { try hex32($0) }
            #expect(expected.map { _ in generator.uniform32().bitPattern } == expected, "seed \(fields[1])")
        }
    }

    /// The AVX2 and AVX-512 paths contract the multiply-add and are reproduced; the baseline path rounds twice.
    @Test func boundedNumbersEqualTheContractedPaths() throws {
        var differing = 0
        for fields in try cases("uniform") {
            let seed = try hex64(fields[2])
            let bound = Double(bitPattern: try hex64(fields[3]))
            let (crc, first) = (try hex32(fields[4]), try fields[5...].map { try hex32($0) })
            var generator = MersenneTwister(seed: seed)
            let numbers = (0..<5000).map { _ in generator.uniform(bound: bound) }
            if fields[1] == "default" {
                var generator = MersenneTwister(seed: seed)
                let k = Float(bound)
                let rounded = (0..<5000).map { _ in
                    let product = generator.uniform32() * (k - -k)
                    return product + -k
                }
                #expect(checksum(rounded) == crc && rounded.prefix(6).map(\.bitPattern) == first, "\(fields)")
                differing += checksum(numbers) == crc ? 0 : 1
            } else {
                #expect(checksum(numbers) == crc && numbers.prefix(6).map(\.bitPattern) == first, "\(fields)")
            }
        }
        // A power of two as bound makes the product exact, and the paths one.
        #expect(differing == 20)
    }

    @Test func linearBoundsEqualPythons() throws {
        for fields in try cases("linear") {
            let fanIn = try decimal(fields[1])
            let (weight, bias) = (Double(bitPattern: try hex64(fields[2])), Double(bitPattern: try hex64(fields[3])))
            #expect(Initialization.torchLinearWeight(fanIn: fanIn) == .uniform(bound: weight), "\(fanIn)")
            #expect(Initialization.linear(fanIn: fanIn) == .uniform(bound: bias), "\(fanIn)")
        }
    }

    @Test func modulesStartFromPyTorchsBits() throws {
        var equal = 0
        for fields in try cases("init") {
            let recurrent = try configuration(fields[3..<10])
            var generator = MersenneTwister(seed: try hex64(fields[2]))
            let model = try SequenceModel(
                SequenceModelConfiguration(
                    input: .features(recurrent.inputSize), recurrent: recurrent, readout: .positions, head: .softmax,
                    classes: 3), torch: &generator)
            #expect(generator.draws == UInt64(model.parameters.map(\.value.count).reduce(0, +)))
            let crc = checksum(model.parameters.flatMap(\.value.elements))
            if fields[1] == "default" {
                #expect(crc != (try hex32(fields[10])), "\(fields)")
                continue
            }
            equal += 1
            #expect(crc == (try hex32(fields[10])), "\(fields)")
            let shown = Array(model.parameters[0].value.elements.prefix(4)) + model.parameters.last!.value.elements
            #expect(shown.map(\.bitPattern) == (try fields[11...].map { try hex32($0) }), "\(fields)")
        }
        #expect(equal == 30)
    }

    @Test func aRunFromPyTorchsNumbersHasOneStreamAtItsStart() throws {
        let engine = try engine()
        let hashing = Hashing()
        var inspection = try #require(Experiment.shipped(named: "last-states"))
        var training = try #require(Experiment.shipped(named: "sigmoid-classifier"))
        training.training?.epochs = 1
        for experiment in [inspection, training] {
            var torch = experiment
            torch.model.initialization = .torch
            let result = try torch.run(seed: 7, engine: engine)
            let count = UInt64(result.parameters.map(\.value.count).reduce(0, +))
            let entry = StreamState(domain: .max, key: 0, state: (0, count), increment: (0, 7), buffered: nil)
            #expect(result.trace.stages[0].name == "init" && result.trace.stages[0].streams == hashing.streams([entry]))
            // Nothing but the parameters changes hands.
            let usual = try experiment.run(seed: 7, engine: engine)
            #expect(usual.trace.stages[1].name == "data" && usual.trace.stages[1] == result.trace.stages[1])
            #expect(usual.trace.stages[0].streams != result.trace.stages[0].streams)
        }
        // One module after another.
        inspection.model.initialization = .torch
        let parameters = try inspection.run(seed: 42, engine: engine).parameters
        var generator = MersenneTwister(seed: 42)
        for cell in [Cell.gru, .lstm] {
            let prefix = cell.rawValue + "."
            let module = try Recurrent(
                inspection.model.recurrent(cell, inputSize: 4), prefix: prefix, torch: &generator)
            let found = parameters.filter { $0.name.hasPrefix(prefix) }
            #expect(found.map(\.name) == module.parameters.map(\.name))
            for (left, right) in zip(found, module.parameters) { #expect(left.value.isBitwiseEqual(to: right.value)) }
        }
    }

    @Test func anEmbeddingIsRefused() throws {
        var roman = try #require(Experiment.shipped(named: "roman"))
        roman.model.initialization = .torch
        let error = try thrown(FormatError.self, "in JSON") { _ = try Experiment.decode(roman.json, path: "x.json") }
        #expect(error.key == "model.init")
        _ = try thrown(ExperimentError.self, "as a value") { _ = try roman.run(seed: 1, engine: try engine()) }
    }

    @Test func theOptionIsSpelledOutOnlyWhereItIsNotTheDefault() throws {
        var outputs = try #require(Experiment.shipped(named: "outputs"))
        #expect(outputs.json["model"]?["init"] == nil)
        outputs.model.initialization = .torch
        #expect(outputs.json["model"]?["init"]?.string == "torch")
        #expect(try Experiment.decode(outputs.json, path: "x").experiment == outputs)
    }
}
