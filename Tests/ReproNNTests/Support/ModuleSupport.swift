import ReproNN
import ReproNumerics
import ReproRandom
import ReproTestSupport
import Testing

/// Modules of every cell, batch first, with all that a batch can have.
let everyModule: [RecurrentConfiguration] =
    Cell.allCases.enumerated().map { index, cell in
        RecurrentConfiguration(
            cell: cell, inputSize: 3, hiddenSize: 19 - index, layers: 2, batchFirst: true, bidirectional: true)
    } + [
        RecurrentConfiguration(
            cell: .lstm, inputSize: 3, hiddenSize: 7, layers: 2, batchFirst: true, bidirectional: true,
            projectionSize: 4),
        RecurrentConfiguration(cell: .gru, inputSize: 4, hiddenSize: 35, batchFirst: true),
        RecurrentConfiguration(
            cell: .rnn, inputSize: 2, hiddenSize: 33, layers: 3, bias: false, batchFirst: true, bidirectional: true,
            nonlinearity: .relu),
    ]

/// A module's results and gradients on a batch, batch first.
struct ModuleResults {
    let output: RecurrentOutput
    let gradients: RecurrentGradients
    /// Everything that belongs to sequences, with the axis that they are on.
    var bySequence: [(name: String, value: Tensor, axis: Int)] {
        var tensors = [
            ("output", output.output, 0), ("h_n", output.hidden, 1), ("grad.input", gradients.input!, 0),
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
    var initial: InitialStates
    var incoming: (output: Tensor, hidden: Tensor, cell: Tensor?)

    init(_ c: RecurrentConfiguration, lengths: [Int], steps: Int) {
        let (batch, count) = (lengths.count, c.layers * c.directions)
        let (states, cells) = ([count, batch, c.stateSize], [count, batch, c.hiddenSize])
        let keepsCell = c.cell.hasCellState
        self.lengths = lengths
        input = random([batch, steps, c.inputSize], "input")
        initial = InitialStates(hidden: random(states, "h_0"), cell: keepsCell ? random(cells, "c_0") : nil)
        incoming = (
            random([batch, steps, c.outputSize], "d.output"), random(states, "d.h_n"),
            keepsCell ? random(cells, "d.c_n") : nil
        )
    }

    func choosing(_ sequences: [Int]) -> ModuleBatch {
        var batch = self
        batch.input = input.choosing(sequences, axis: 0)
        batch.lengths = sequences.map { lengths[$0] }
        batch.initial = InitialStates(
            hidden: initial.hidden?.choosing(sequences, axis: 1), cell: initial.cell?.choosing(sequences, axis: 1))
        batch.incoming = (
            incoming.output.choosing(sequences, axis: 0), incoming.hidden.choosing(sequences, axis: 1),
            incoming.cell?.choosing(sequences, axis: 1)
        )
        return batch
    }
}

func module(_ configuration: RecurrentConfiguration) throws -> Recurrent {
    try Recurrent(configuration, streams: RandomStreams(seed: 5))
}

func results(
    _ module: Recurrent, _ batch: ModuleBatch, _ engine: Engine, weights: RecurrentWeights? = nil,
    options: BackwardOptions = BackwardOptions()
) throws -> ModuleResults {
    let (output, tape) = try module.forwardForTraining(
        batch.input, lengths: batch.lengths, initial: batch.initial,
        weights: weights ?? module.weights(for: engine, backward: true), engine: engine)
    let gradients = try module.backward(
        tape, output: batch.incoming.output, hidden: batch.incoming.hidden, cell: batch.incoming.cell,
        options: options, engine: engine)
    return ModuleResults(output: output, gradients: gradients)
}

func expectSame(_ found: ModuleResults, _ expected: ModuleResults, _ context: String) {
    for (a, b) in zip(found.all, expected.all) { expectSameBits(a.value, b.value, "\(context): \(a.name)") }
}
