import ReproNN
import ReproNumerics
import ReproRandom
import Testing

/// Modules of every cell, batch first, with all that a batch can have.
let everyModule: [RecurrentConfiguration] = [
    RecurrentConfiguration(
        cell: .lstm, inputSize: 3, hiddenSize: 19, layers: 2, batchFirst: true, bidirectional: true),
    RecurrentConfiguration(
        cell: .lstm, inputSize: 3, hiddenSize: 7, layers: 2, batchFirst: true, bidirectional: true,
        projectionSize: 4),
    RecurrentConfiguration(
        cell: .gru, inputSize: 4, hiddenSize: 18, layers: 2, batchFirst: true, bidirectional: true),
    RecurrentConfiguration(cell: .gru, inputSize: 4, hiddenSize: 35, batchFirst: true),
    RecurrentConfiguration(
        cell: .rnn, inputSize: 2, hiddenSize: 17, layers: 3, batchFirst: true, bidirectional: true),
    RecurrentConfiguration(
        cell: .rnn, inputSize: 2, hiddenSize: 33, bias: false, batchFirst: true, bidirectional: true,
        nonlinearity: .relu),
]

/// A module's results and gradients on a batch, batch first.
struct ModuleResults {
    let output: RecurrentOutput
    let gradients: RecurrentGradients
    /// Everything that belongs to sequences, with the axis that they are on.
    var bySequence: [(name: String, value: Tensor, axis: Int)] {
        var tensors = [
            ("output", output.output, 0), ("h_n", output.hidden, 1), ("grad.input", gradients.input, 0),
            ("grad.h_0", gradients.hidden, 1),
        ]
        if let cell = output.cell { tensors.append(("c_n", cell, 1)) }
        if let cell = gradients.cell { tensors.append(("grad.c_0", cell, 1)) }
        return tensors
    }
    var all: [(name: String, value: Tensor)] {
        bySequence.map { ($0.name, $0.value) } + gradients.parameters.enumerated().map { ("parameter \($0)", $1) }
    }
}

/// A batch with everything that a module reads and every incoming gradient.
struct ModuleBatch {
    var input: Tensor
    var lengths: [Int]
    var initial: (hidden: Tensor, cell: Tensor)
    var incoming: (output: Tensor, hidden: Tensor, cell: Tensor)

    init(_ c: RecurrentConfiguration, lengths: [Int], steps: Int) {
        let (batch, count) = (lengths.count, c.layers * c.directions)
        self.lengths = lengths
        input = random([batch, steps, c.inputSize], "input")
        initial = (random([count, batch, c.stateSize], "h_0"), random([count, batch, c.hiddenSize], "c_0"))
        incoming = (
            random([batch, steps, c.outputSize], "d.output"), random([count, batch, c.stateSize], "d.h_n"),
            random([count, batch, c.hiddenSize], "d.c_n")
        )
    }

    func choosing(_ sequences: [Int]) -> ModuleBatch {
        var batch = self
        batch.input = input.choosing(sequences, axis: 0)
        batch.lengths = sequences.map { lengths[$0] }
        batch.initial = (initial.hidden.choosing(sequences, axis: 1), initial.cell.choosing(sequences, axis: 1))
        batch.incoming = (
            incoming.output.choosing(sequences, axis: 0), incoming.hidden.choosing(sequences, axis: 1),
            incoming.cell.choosing(sequences, axis: 1)
        )
        return batch
    }
}

func module(_ configuration: RecurrentConfiguration) -> Recurrent {
    Recurrent(configuration, streams: RandomStreams(seed: 5))
}

func results(
    _ module: Recurrent, _ batch: ModuleBatch, _ engine: Engine, weights: RecurrentWeights? = nil
) throws -> ModuleResults {
    let lstm = module.configuration.cell == .lstm
    let (output, tape) = try Recurrent.forwardForTraining(
        batch.input, lengths: batch.lengths, initial: (batch.initial.hidden, lstm ? batch.initial.cell : nil),
        weights: weights ?? module.weights(for: engine, backward: true), engine: engine)
    let gradients = try Recurrent.backward(
        tape, output: batch.incoming.output, hidden: batch.incoming.hidden,
        cell: lstm ? batch.incoming.cell : nil, engine: engine)
    return ModuleResults(output: output, gradients: gradients)
}

func expectSame(_ found: ModuleResults, _ expected: ModuleResults, _ context: String) {
    for (a, b) in zip(found.all, expected.all) { expectSameBits(a.value, b.value, "\(context): \(a.name)") }
}
