import ReproNN
import ReproNumerics
import ReproRandom
import ReproTestSupport
import Testing

/// What stands where in a bidirectional layer's output: bit for bit, over cells, layers, layouts and lengths.
@Suite struct OutputOperationTests {
    private struct Case {
        let title: String
        let configuration: RecurrentConfiguration
        let lengths: [Int]?
        let result: RecurrentOutput

        var batchFirst: Bool { configuration.batchFirst }
    }

    /// 4 steps, 3 sequences.
    private static func cases() throws -> [Case] {
        let engine = try Engine(threads: 1)
        var cases: [Case] = []
        for cell in Cell.allCases {
            for layers in [1, 3] {
                for batchFirst in [false, true] {
                    for lengths in [nil, [4, 4, 4], [2, 4, 1]] {
                        for projection in cell == .lstm ? [0, 2] : [0] {
                            let configuration = RecurrentConfiguration(
                                cell: cell, inputSize: 2, hiddenSize: 3, layers: layers, batchFirst: batchFirst,
                                bidirectional: true, projectionSize: projection)
                            let module = try Recurrent(configuration, streams: RandomStreams(seed: 5))
                            let result = try module.forward(
                                random(batchFirst ? [3, 4, 2] : [4, 3, 2], "x"), lengths: lengths,
                                weights: module.weights(for: engine), engine: engine)
                            let title = "\(cell) × \(layers), batch first \(batchFirst), \(lengths ?? [])"
                            cases.append(
                                Case(title: title, configuration: configuration, lengths: lengths, result: result))
                        }
                    }
                }
            }
        }
        return cases
    }

    /// The output at one position, in the layout that the case has.
    private static func at(_ tensor: Tensor, _ one: Case, _ sequence: Int, _ step: Int) -> [Float] {
        let place = one.batchFirst ? tensor.slice(sequence).slice(step) : tensor.slice(step).slice(sequence)
        return Array(place.elements)
    }

    @Test func sizesAreReadFromTheShapes() throws {
        for one in try Self.cases() {
            #expect(one.result.directions == 2, "\(one.title)")
            #expect(one.result.layers == one.configuration.layers, "\(one.title)")
            #expect(one.result.stateSize == one.configuration.stateSize, "\(one.title)")
        }
    }

    @Test func viewAndChunkAreTheSameSplit() throws {
        for one in try Self.cases() {
            let size = one.configuration.stateSize
            let view = one.result.outputByDirection
            #expect(view.shape == one.result.output.shape.dropLast() + [2, size])
            for direction in Direction.allCases {
                let chunk = one.result.output(of: direction)
                for outer in 0..<view.shape[0] {
                    for inner in 0..<view.shape[1] {
                        let viewed = view.slice(outer).slice(inner).slice(direction.rawValue)
                        #expect(chunk.slice(outer).slice(inner).isBitwiseEqual(to: viewed), "\(one.title)")
                    }
                }
            }
        }
    }

    @Test func everySecondRowOfTheStatesIsOneDirection() throws {
        for one in try Self.cases() {
            let result = one.result
            for direction in Direction.allCases {
                for layer in 0..<result.layers {
                    let row = layer * 2 + direction.rawValue
                    #expect(result.hidden(of: direction).slice(layer).isBitwiseEqual(to: result.hidden.slice(row)))
                    let own = result.hidden(layer: layer, direction: direction)
                    #expect(own.isBitwiseEqual(to: result.hidden.slice(row)), "\(one.title)")
                    #expect(own == result.hidden(layer: layer - result.layers, direction: direction))
                    if let cell = result.cell {
                        #expect(result.cell(layer: layer, direction: direction) == cell.slice(row))
                        #expect(result.cell(of: direction)?.slice(layer) == cell.slice(row))
                    }
                }
            }
            #expect((result.cell == nil) != one.configuration.cell.hasCellState)
        }
    }

    @Test func theLastStatesAreTheSameByStateAndByGather() throws {
        for one in try Self.cases() {
            let result = one.result
            let gathered = result.lastByGather(lengths: one.lengths, batchFirst: one.batchFirst)
            #expect(gathered.isBitwiseEqual(to: try result.final()), "\(one.title)")
            #expect(try result.final().shape == [3, 2 * result.stateSize])
            let rows = result.hidden.shape[0]
            for sequence in 0..<3 {
                let (forward, reverse) = (result.hidden.slice(rows - 2), result.hidden.slice(rows - 1))
                #expect(
                    try result.final().slice(sequence).elements
                        == Array(forward.slice(sequence).elements) + reverse.slice(sequence).elements, "\(one.title)")
            }
        }
    }

    /// The reverse half of the last step has read one step alone; past a length both halves are +0.
    @Test func theLastStepIsNotTheLastState() throws {
        for one in try Self.cases() {
            let (result, size) = (one.result, one.result.stateSize)
            let step = result.lastStep(batchFirst: one.batchFirst)
            for sequence in 0..<3 {
                let (found, final) = (step.slice(sequence).elements, try result.final().slice(sequence).elements)
                let length = one.lengths?[sequence] ?? 4
                #expect((Array(found[..<size]) == Array(final[..<size])) == (length == 4), "\(one.title)")
                #expect(Array(found[size...]) != Array(final[size...]), "\(one.title)")
                if length < 4 { #expect(found.allSatisfy { $0.bitPattern == 0 }, "\(one.title)") }
            }
        }
    }

    @Test func mergingTheWholeOutputMergesEachPosition() throws {
        for one in try Self.cases() {
            let (result, size) = (one.result, one.result.stateSize)
            #expect(try result.merged(.concat).isBitwiseEqual(to: result.output), "\(one.title)")
            for (merging, body) in [
                (Merging.sum, { (f: Float, v: Float) in f + v }), (.mean, { ($0 + $1) * 0.5 }), (.product, { $0 * $1 }),
            ] {
                let merged = try result.merged(merging)
                #expect(merged.shape == result.output.shape.dropLast() + [size])
                for sequence in 0..<3 {
                    for step in 0..<4 {
                        let halves = Self.at(result.output, one, sequence, step)
                        let expected = (0..<size).map { body(halves[$0], halves[size + $0]) }
                        #expect(Self.at(merged, one, sequence, step) == expected, "\(one.title) \(merging)")
                    }
                }
            }
        }
    }

    /// A module of one direction with the reverse parameters, run over the reversed input, makes the reverse half in the
    /// order in which the reverse pass walks.
    @Test func aReversePassIsTurnedBackIntoInputOrder() throws {
        let engine = try Engine(threads: 1)
        for batchFirst in [false, true] {
            for lengths in [nil, [2, 4, 1]] {
                let both = try LSTM(
                    inputSize: 2, hiddenSize: 3, batchFirst: batchFirst, bidirectional: true,
                    streams: RandomStreams(seed: 8))
                var one = try LSTM(inputSize: 2, hiddenSize: 3, batchFirst: batchFirst, streams: RandomStreams(seed: 9))
                for index in one.parameters.indices {
                    #expect(both.parameters[4 + index].name == one.parameters[index].name + "_reverse")
                    one.parameters[index].value = both.parameters[4 + index].value
                }
                let input = random(batchFirst ? [3, 4, 2] : [4, 3, 2], "x")
                let turn = { RecurrentOutput.turningReversePass($0, lengths: lengths, batchFirst: batchFirst) }
                let expected = try both(input, lengths: lengths, engine: engine)
                let walked = try one(turn(input), lengths: lengths, engine: engine).output
                #expect(turn(walked).isBitwiseEqual(to: expected.output(of: .reverse)))
                #expect(!walked.isBitwiseEqual(to: expected.output(of: .reverse)))
                #expect(turn(turn(walked)).isBitwiseEqual(to: walked))
            }
        }
    }

    @Test func aSequenceWithoutABatchReadsAsABatchOfOne() throws {
        let engine = try Engine(threads: 1)
        let module = try GRU(
            inputSize: 2, hiddenSize: 3, layers: 2, bidirectional: true, streams: RandomStreams(seed: 1))
        let input = random([4, 2], "x")
        let alone = try module(input, engine: engine)
        let batch = try module(input.reshaped([4, 1, 2]), engine: engine)
        #expect(alone.isBatchless && !batch.isBatchless)
        #expect(try alone.final().shape == [6])
        for (a, b) in [
            (try alone.final(.sum), try batch.final(.sum)), (try alone.final(), try batch.final()),
            (alone.lastByGather(), batch.lastByGather()), (alone.lastStep(), batch.lastStep()),
            (try alone.merged(.product), try batch.merged(.product)),
            (alone.output(of: .reverse), batch.output(of: .reverse)),
            (alone.hidden(of: .forward), batch.hidden(of: .forward)),
        ] {
            #expect(a.elements == b.elements)
        }
    }

    @Test func oneDirectionHasNothingToMerge() throws {
        let module = try RNN(inputSize: 2, hiddenSize: 3, layers: 2, streams: RandomStreams(seed: 1))
        let result = try module(random([4, 3, 2], "x"), engine: try Engine(threads: 1))
        for merging in Merging.allCases {
            #expect(try result.merged(merging) == result.output)
            #expect(try result.final(merging) == result.hidden.slice(1))
        }
        #expect(try result.final() == result.lastStep() && result.final() == result.lastByGather())
    }
}
