import ReproNN
import ReproNumerics
import ReproRandom
import ReproTestSupport
import Testing

/// What a result does not depend on: the batch, the place in it, padding, the engine, and whatever came before.
@Suite struct RecurrentIndependenceTests {
    @Test(arguments: KernelPath.supported)
    func aSequenceDoesNotDependOnItsBatchOrItsPlace(_ path: KernelPath) throws {
        let engine = try engine(path, workers: 2)
        for configuration in everyModule {
            let module = try module(configuration)
            let batch = ModuleBatch(configuration, lengths: [4, 6, 1, 6, 3, 5, 2], steps: 6)
            let whole = try results(module, batch, engine)
            for sequences in [[0], [2], [6, 5, 4, 3, 2, 1, 0], [3, 1], [1, 3, 0, 2], [5, 5, 2, 5]] {
                let found = try results(module, batch.choosing(sequences), engine)
                for (a, b) in zip(found.bySequence, whole.bySequence) {
                    expectSameBits(
                        a.value, b.value.choosing(sequences, axis: b.axis),
                        "\(configuration.cell) \(a.name), sequences \(sequences), \(path.rawValue)")
                }
            }
        }
    }

    /// Every path and every division of the work gives the bits of the reference loops on one worker.
    @Test func theEngineDoesNotShow() throws {
        for configuration in everyModule {
            let module = try module(configuration)
            let batch = ModuleBatch(configuration, lengths: [4, 6, 1, 6, 3], steps: 7)
            let expected = try results(module, batch, try engine(.reference, workers: 1))
            try forEachEngine { engine, context in
                let found = try results(module, batch, engine)
                expectSame(found, expected, "\(configuration.cell) \(configuration.hiddenSize), \(context)")
            }
        }
    }

    /// Leaving out the gradient of the input changes no bit of the others.
    @Test func withoutTheInputsGradientTheOthersAreTheSameBits() throws {
        for configuration in everyModule {
            let module = try module(configuration)
            let batch = ModuleBatch(configuration, lengths: [4, 6, 1, 6, 3], steps: 7)
            let expected = try results(module, batch, try engine(.reference, workers: 1)).gradients
            try forEachEngine { engine, context in
                let found = try results(module, batch, engine, options: BackwardOptions(input: false)).gradients
                #expect(found.input == nil)
                for (index, (a, b)) in zip(found.parameters, expected.parameters).enumerated() {
                    expectSameBits(a, b, "\(configuration.cell) parameter \(index), \(context)")
                }
                expectSameBits(found.hidden, expected.hidden, "\(configuration.cell) h_0, \(context)")
                if let cell = expected.cell {
                    expectSameBits(try #require(found.cell), cell, "c_0, \(context)")
                }
            }
        }
    }

    /// Units are divided over more workers than two: 81 units make six parts.
    @Test(arguments: Cell.allCases, [false, true])
    func manyPartsGiveTheBitsOfOne(_ cell: Cell, _ bidirectional: Bool) throws {
        let configuration = RecurrentConfiguration(
            cell: cell, inputSize: 9, hiddenSize: 81, batchFirst: true, bidirectional: bidirectional)
        let module = try module(configuration)
        let batch = ModuleBatch(configuration, lengths: [3, 5, 5, 1, 4, 2, 5, 3, 3], steps: 5)
        let expected = try results(module, batch, try engine(.best, workers: 1))
        for workers in [2, 3, 4, 5, 7, 12] {
            let found = try results(module, batch, try engine(.best, workers: workers))
            expectSame(found, expected, "\(cell), \(workers) workers")
        }
    }

    /// Weights laid out for one engine serve another: their parts are dealt out to the workers that there are.
    @Test func weightsOfAnotherEngineGiveTheSameBits() throws {
        let engines = try workerCounts.map { try engine(.best, workers: $0) }
        for configuration in everyModule {
            let module = try module(configuration)
            let batch = ModuleBatch(configuration, lengths: [4, 6, 1], steps: 6)
            let expected = try results(module, batch, engines[0])
            for (made, used) in engines.flatMap({ made in engines.map { (made, $0) } }) {
                let weights = try module.weights(for: made, backward: true)
                expectSame(
                    try results(module, batch, used, weights: weights), expected,
                    "\(configuration.cell), made for \(made.workers.count) workers, used by \(used.workers.count)")
            }
        }
    }

    @Test func paddingIsNeverRead() throws {
        let engine = try engine(.best, workers: 2)
        for configuration in everyModule {
            let module = try module(configuration)
            let batch = ModuleBatch(configuration, lengths: [2, 5, 1, 4], steps: 6)
            let expected = try results(module, batch, engine)
            var poisoned = batch
            for (sequence, length) in batch.lengths.enumerated() {
                for step in length..<6 {
                    for feature in 0..<configuration.inputSize { poisoned.input[sequence, step, feature] = .nan }
                    for feature in 0..<configuration.outputSize {
                        poisoned.incoming.output[sequence, step, feature] = .infinity
                    }
                }
            }
            let found = try results(module, poisoned, engine)
            expectSame(found, expected, "\(configuration.cell)")
            let evaluated = try module.forward(
                poisoned.input, lengths: batch.lengths, initial: batch.initial,
                weights: module.weights(for: engine), engine: engine)
            expectSameBits(evaluated.output, expected.output.output, "\(configuration.cell) evaluated")
            // Past a length, outputs and the input's gradients are +0.
            for (sequence, length) in batch.lengths.enumerated() {
                for tensor in [found.output.output, found.gradients.input!] {
                    let past = tensor.slice(sequence).part(length..<6, axis: 0)
                    #expect(past.elements.allSatisfy { $0.bitPattern == 0 }, "sequence \(sequence)")
                }
            }
        }
    }

    @Test func aStateOfZerosIsTheAbsentOne() throws {
        let engine = try engine(.best, workers: 1)
        for configuration in everyModule {
            let module = try module(configuration)
            let weights = try module.weights(for: engine)
            let input = random([2, 4, configuration.inputSize], "input")
            let count = configuration.layers * configuration.directions
            let absent = try module.forward(input, weights: weights, engine: engine)
            let zeros = try module.forward(
                input,
                initial: InitialStates(
                    hidden: Tensor(zeros: [count, 2, configuration.stateSize]),
                    cell: configuration.cell.hasCellState ? Tensor(zeros: [count, 2, configuration.hiddenSize]) : nil),
                weights: weights, engine: engine)
            expectSameBits(zeros.output, absent.output, "\(configuration.cell)")
            expectSameBits(zeros.hidden, absent.hidden, "\(configuration.cell)")
        }
    }

    @Test func everythingOfAnEarlierBatchIsForgotten() throws {
        let engine = try engine(.best, workers: 2)
        for configuration in everyModule {
            let module = try module(configuration)
            let weights = try module.weights(for: engine, backward: true)
            let batch = ModuleBatch(configuration, lengths: [4, 2], steps: 4)
            let first = try results(module, batch, engine, weights: weights)
            _ = try results(module, ModuleBatch(configuration, lengths: [9, 9, 9], steps: 9), engine, weights: weights)
            expectSame(try results(module, batch, engine, weights: weights), first, "\(configuration.cell)")
        }
    }
}
