import Foundation
import ReproNN
import ReproNumerics
import ReproRandom
import ReproTestSupport
import Testing

/// Gradients against central differences of a loop in binary64 that knows nothing of backward passes.
///
/// With a step of 2^-16 the differences are off by about 2^-32 × f‴ ÷ 6 (truncation) and 2^-53 × f ÷ 2^-16 (rounding), some
/// 10^-10 together. What remains is our binary32: a few dozen roundings, each at most 2^-24 of what is added up, which is
/// of the size of the tensor's greatest element. The bound is 32 of them, 2^-19 of that element; a wrong term in a
/// derivative shows as 10^-2 or more.
@Suite struct FiniteDifferenceTests {
    private static let configurations: [RecurrentConfiguration] =
        Cell.allCases.flatMap { cell in
            [
                RecurrentConfiguration(cell: cell, inputSize: 3, hiddenSize: 4, batchFirst: true),
                RecurrentConfiguration(
                    cell: cell, inputSize: 2, hiddenSize: 3, layers: 2, batchFirst: true, bidirectional: true),
                RecurrentConfiguration(
                    cell: cell, inputSize: 2, hiddenSize: 3, bias: false, batchFirst: true, bidirectional: true),
            ]
        } + [
            RecurrentConfiguration(
                cell: .rnn, inputSize: 3, hiddenSize: 4, layers: 2, batchFirst: true, bidirectional: true,
                nonlinearity: .relu),
            RecurrentConfiguration(
                cell: .lstm, inputSize: 3, hiddenSize: 5, layers: 2, batchFirst: true, bidirectional: true,
                projectionSize: 2),
        ]

    @Test func gradientsAreTheSlopesOfTheReference() throws {
        let engine = try engine(.best, workers: 1)
        let (lengths, steps) = ([4, 1, 3], 4)
        var worst = 0.0
        for configuration in Self.configurations {
            let module = try Recurrent(configuration, streams: RandomStreams(seed: 11))
            let (batch, count) = (lengths.count, configuration.layers * configuration.directions)
            let lstm = configuration.cell.hasCellState
            let input = random([batch, steps, configuration.inputSize], "input")
            let h = random([count, batch, configuration.stateSize], "h_0")
            let c = random([count, batch, configuration.hiddenSize], "c_0")
            let incoming = [
                random([batch, steps, configuration.outputSize], "d.output"),
                random([count, batch, configuration.stateSize], "d.h_n"),
                random([count, batch, configuration.hiddenSize], "d.c_n"),
            ]
            let (output, tape) = try module.forwardForTraining(
                input, lengths: lengths, initial: InitialStates(hidden: h, cell: lstm ? c : nil),
                weights: module.weights(for: engine, backward: true), engine: engine)
            let gradients = try module.backward(
                tape, output: incoming[0], hidden: incoming[1], cell: lstm ? incoming[2] : nil, engine: engine)

            let reference = BinarySixtyFour(configuration: configuration, lengths: lengths, steps: steps)
            var read = (module.parameters.map(\.value) + [input, h, c]).map { $0.elements.map { Double($0) } }
            let results = reference.forward(read)
            for (name, found, expected) in [
                ("output", output.output, results[0]), ("h_n", output.hidden, results[1]),
                ("c_n", output.cell ?? Tensor(zeros: [0]), lstm ? results[2] : []),
            ] {
                worst = max(worst, compare(found, expected, "\(configuration.cell) \(name)"))
            }

            func scalar() -> Double {
                zip(incoming, reference.forward(read)).map { weights, values in
                    zip(weights.elements, values).map { Double($0) * $1 }.reduce(0, +)
                }.reduce(0, +)
            }
            let found =
                gradients.parameters + [gradients.input!, gradients.hidden] + (gradients.cell.map { [$0] } ?? [])
            let names = module.parameters.map(\.name) + ["input", "h_0", "c_0"]
            for (index, gradient) in found.enumerated() {
                let slopes = read[index].indices.map { element in
                    let (value, step) = (read[index][element], 0x1p-16)
                    read[index][element] = value + step
                    let above = scalar()
                    read[index][element] = value - step
                    let below = scalar()
                    read[index][element] = value
                    return (above - below) / (2 * step)
                }
                worst = max(worst, compare(gradient, slopes, "\(configuration.cell) gradient of \(names[index])"))
            }
        }
        print("greatest distance from the reference in binary64: \(worst) of a tensor's greatest element × 2^-19")
    }

    /// The greatest distance, in units of the bound.
    private func compare(_ found: Tensor, _ expected: [Double], _ what: String) -> Double {
        #expect(found.count == expected.count, "\(what)")
        let bound = 0x1p-19 * (expected.map(\.magnitude).max() ?? 0)
        var worst = 0.0
        for (element, (a, e)) in zip(found.elements, expected).enumerated() {
            let distance = (Double(a) - e).magnitude
            #expect(distance <= bound, "\(what): element \(element) is \(a), in binary64 \(e)")
            worst = max(worst, bound == 0 ? 0 : distance / bound)
        }
        return worst
    }
}

/// Recurrent layers in binary64, one plain loop per line of their definition.
private struct BinarySixtyFour {
    let configuration: RecurrentConfiguration
    let lengths: [Int]
    let steps: Int

    /// - Parameter read: the parameters in order, then input `[B, T, I]`, h_0 and c_0.
    /// - Returns: output `[B, T, D·S]`, h_n, c_n.
    func forward(_ read: [[Double]]) -> [[Double]] {
        let c = configuration
        let (batch, hidden, size, directions) = (lengths.count, c.hiddenSize, c.stateSize, c.directions)
        let parameterCount = c.parameterShapes.count
        let perDirection = parameterCount / (c.layers * directions)
        var input = read[parameterCount]
        var (hn, cn) = (read[parameterCount + 1], read[parameterCount + 2])
        for layer in 0..<c.layers {
            let width = layer == 0 ? c.inputSize : directions * size
            var output = [Double](repeating: 0, count: batch * steps * directions * size)
            for direction in 0..<directions {
                let block = layer * directions + direction
                let own = Array(read[(block * perDirection)..<((block + 1) * perDirection)])
                for b in 0..<batch {
                    var h = Array(hn[((block * batch + b) * size)..<((block * batch + b + 1) * size)])
                    var cell = Array(cn[((block * batch + b) * hidden)..<((block * batch + b + 1) * hidden)])
                    let walk = direction == 0 ? Array(0..<lengths[b]) : (0..<lengths[b]).reversed()
                    for t in walk {
                        let first = (b * steps + t) * width
                        step(Array(input[first..<(first + width)]), &h, &cell, own)
                        for unit in 0..<size {
                            output[((b * steps + t) * directions + direction) * size + unit] = h[unit]
                        }
                    }
                    for unit in 0..<size { hn[(block * batch + b) * size + unit] = h[unit] }
                    for unit in 0..<hidden { cn[(block * batch + b) * hidden + unit] = cell[unit] }
                }
            }
            input = output
        }
        return [input, hn, configuration.cell.hasCellState ? cn : [Double](repeating: 0, count: cn.count)]
    }

    private func step(_ x: [Double], _ h: inout [Double], _ c: inout [Double], _ own: [[Double]]) {
        let hidden = configuration.hiddenSize
        let rows = configuration.cell.gateCount * hidden
        func dot(_ weights: [Double], _ row: Int, _ vector: [Double]) -> Double {
            var sum = 0.0
            for k in 0..<vector.count { sum += weights[row * vector.count + k] * vector[k] }
            return sum
        }
        let zeros = [Double](repeating: 0, count: rows)
        let (biasIH, biasHH) = configuration.bias ? (own[2], own[3]) : (zeros, zeros)
        let fromInput: [Double] = (0..<rows).map { biasIH[$0] + dot(own[0], $0, x) }
        let fromState: [Double] = (0..<rows).map { [h] in biasHH[$0] + dot(own[1], $0, h) }
        let sum = { (row: Int) in fromInput[row] + fromState[row] }
        let sigmoid = { (a: Double) in 1 / (1 + exp(-a)) }
        switch configuration.cell {
        case .lstm:
            for j in 0..<hidden {
                c[j] = sigmoid(sum(hidden + j)) * c[j] + sigmoid(sum(j)) * tanh(sum(2 * hidden + j))
            }
            let state: [Double] = (0..<hidden).map { [c] in sigmoid(sum(3 * hidden + $0)) * tanh(c[$0]) }
            let projection = configuration.projectionSize
            h = projection == 0 ? state : (0..<projection).map { dot(own[own.count - 1], $0, state) }
        case .gru:
            for j in 0..<hidden {
                let (r, z) = (sigmoid(sum(j)), sigmoid(sum(hidden + j)))
                let n = tanh(fromInput[2 * hidden + j] + r * fromState[2 * hidden + j])
                h[j] = (1 - z) * n + z * h[j]
            }
        case .rnn:
            for j in 0..<hidden { h[j] = configuration.nonlinearity == .tanh ? tanh(sum(j)) : max(0, sum(j)) }
        }
    }
}
