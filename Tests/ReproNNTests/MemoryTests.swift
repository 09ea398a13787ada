import ReproNN
import ReproNumerics
import ReproRandom
import ReproTestSupport
import Testing

/// Whose memory results are: a caller's writes reach no tape and no other tensor, and a caller's buffer is only read.
@Suite struct MemoryTests {
    private let engine: Engine

    init() throws { engine = try ReproTestSupport.engine(.best, workers: 2) }

    /// Everything that a forward pass read and returned is written over before its backward pass.
    @Test(arguments: [nil, [5, 2, 4]] as [[Int]?])
    func writtenInputsAndResultsDoNotReachTheTape(_ lengths: [Int]?) throws {
        for var configuration in everyModule {
            for batchFirst in [false, true] {
                configuration.batchFirst = batchFirst
                let module = try module(configuration)
                let batch = ModuleBatch(configuration, lengths: [5, 5, 5], steps: 5)
                let axes = { (tensor: Tensor) in tensor.reshaped(batchFirst ? tensor.shape : [5, 3, tensor.shape[2]]) }
                func gradients(writing: Bool) throws -> RecurrentGradients {
                    var (input, initial, module) = (axes(batch.input), batch.initial, module)
                    let weights = try module.weights(for: engine, backward: true)
                    let result = try module.forwardForTraining(
                        input, lengths: lengths, initial: initial, weights: weights, engine: engine)
                    var returned =
                        [result.output.output, result.output.hidden] + (result.output.cell.map { [$0] } ?? [])
                    if writing {
                        for index in returned.indices { overwrite(&returned[index]) }
                        for index in module.parameters.indices { overwrite(&module.parameters[index].value) }
                        overwrite(&input)
                        overwrite(&initial.hidden!)
                        if initial.cell != nil { overwrite(&initial.cell!) }
                    }
                    return try module.backward(
                        result.tape, output: axes(batch.incoming.output), hidden: batch.incoming.hidden,
                        cell: batch.incoming.cell, engine: engine)
                }
                let (found, expected) = (try gradients(writing: true), try gradients(writing: false))
                let what = "\(configuration.cell), batch first \(batchFirst)"
                for (a, b) in zip(found.parameters, expected.parameters) { expectSameBits(a, b, what) }
                expectSameBits(found.input!, expected.input!, what)
                expectSameBits(found.hidden, expected.hidden, what)
            }
        }
    }

    @Test func gradientsToContinueAreCopied() throws {
        let module = try module(everyModule[0])
        let batch = ModuleBatch(everyModule[0], lengths: [3, 2], steps: 3)
        let given = module.parameters.map { random($0.value.shape, $0.name) }
        let kept = given.map { Tensor(shape: $0.shape, elements: Array($0.elements)) }
        let found = try results(module, batch, engine, options: BackwardOptions(continuing: given)).gradients
        for (index, (a, b)) in zip(given, kept).enumerated() {
            expectSameBits(a, b, "parameter \(index)")
            #expect(difference(found.parameters[index], b) != nil)
        }
    }

    /// Without a weight a layer norm returns the tensor that its tape keeps.
    @Test func aWrittenNormDoesNotReachItsTape() throws {
        let (x, d) = (random([4, 7], "x"), random([4, 7], "d"))
        var (output, tape) = try LayerNorm().forward(x)
        let expected = try LayerNorm().backward(d, tape).input
        overwrite(&output)
        expectSameBits(try LayerNorm().backward(d, tape).input, expected, "the gradient of the input")
    }

    /// A matrix over a caller's buffer is that buffer, and kernels read and write it there. A tensor, which outlives calls,
    /// copies it.
    @Test func aCallersBufferIsBorrowedByMatricesAndCopiedByTensors() throws {
        try forEachEngine { engine, context in
            let x = random([9, 18], "x")
            let buffer = UnsafeMutableBufferPointer<Float>.allocate(capacity: x.count)
            defer { buffer.deallocate() }
            _ = buffer.initialize(from: x.elements)
            let borrowed = Matrix(borrowing: buffer.baseAddress!, rows: 9, columns: 18)
            #expect(borrowed.view.base == buffer.baseAddress)

            let linear = Linear(weight: random([19, 18], "weight"), bias: random([19], "bias"))
            let tensor = Tensor(borrowed, shape: [9, 18])
            expectSameBits(try linear.forward(tensor, engine: engine), try linear.forward(x, engine: engine), context)
            let gru = try GRU(inputSize: 18, hiddenSize: 5, bidirectional: true, streams: RandomStreams(seed: 3))
            expectSameBits(
                try gru(tensor, engine: engine).output, try gru(x, engine: engine).output, context)
            #expect(zip(buffer, x.elements).allSatisfy { $0.bitPattern == $1.bitPattern }, "layers read alone")

            engine.kernels.tanh(borrowed.elements, into: borrowed.elements)
            expectSameBits(tensor, x, "the copy, \(context)")
            let expected = x.mapped(ReferenceElementary.tanh)
            expectSameBits(Tensor(shape: x.shape, elements: Array(buffer)), expected, "the buffer, \(context)")
        }
    }

    private func overwrite(_ tensor: inout Tensor) {
        tensor.mutableView().fill(.nan)
    }
}
