import Testing

import ReproNumerics
import ReproTestSupport

/// The reference of a whole layer beside the kernels, composed here by hand for one sequence in two directions.
struct LSTMLayerTests {
    private static let inputs = 3, hidden = 5, steps = 4

    private func random(_ rows: Int, _ columns: Int, _ stream: inout SplitMix64) -> [[Float]] {
        (0..<rows).map { _ in stream.floats(columns, .ordinary) }
    }

    private func operand(_ rows: [[Float]]) -> Operand {
        let operand = Operand(untouched: rows.count, rows[0].count)
        for (m, row) in rows.enumerated() { for (n, x) in row.enumerated() { operand.view[m, n] = x } }
        return operand
    }

    private func rows(_ operand: Operand) -> [[Float]] {
        (0..<operand.view.rows).map { m in (0..<operand.view.columns).map { operand.view[m, $0] } }
    }

    private func bits(_ rows: [[Float]]) -> [[UInt32]] { rows.map { $0.map(\.bitPattern) } }

    /// C = A · B + start, or continued from C where `start` is nil.
    private func multiply(
        _ kernels: any Kernels, _ a: MatrixView, _ b: StridedView, start: [Float]?, into c: MatrixView
    ) {
        let packed = Operand(untouched: 1, kernels.packedCount(depth: b.rows, columns: b.columns))
        kernels.pack(b, into: packed.row)
        let start = start.map { Operand($0) }
        kernels.multiply(a, packed: packed.row, start: start?.row, into: c)
    }

    @Test(arguments: KernelPath.allCases)
    func kernelsComposedAreTheLayer(path: KernelPath) {
        guard let kernels = Paths.kernels(path) else { return }
        var stream = SplitMix64(seed: 11)
        let (I, H, T) = (Self.inputs, Self.hidden, Self.steps)
        let directions = (0..<2).map { _ in
            LSTMLayer.Direction(
                inputs: random(4 * H, I, &stream), states: random(4 * H, H, &stream),
                inputBias: stream.floats(4 * H, .ordinary), stateBias: stream.floats(4 * H, .ordinary))
        }
        let layer = LSTMLayer(directions: directions)
        let x = random(T, I, &stream), above = random(T, 2 * H, &stream)
        let initial = (0..<2).map { _ in (h: stream.floats(H, .ordinary), c: stream.floats(H, .ordinary)) }
        let last = (0..<2).map { _ in (h: stream.floats(H, .ordinary), c: stream.floats(H, .ordinary)) }
        let (output, states, tape) = layer.forward(x, initial: initial)
        var gradients = directions.map { _ in
            let row = [Float](repeating: 0, count: I), state = [Float](repeating: 0, count: H)
            let bias = [Float](repeating: 0, count: 4 * H)
            return LSTMLayer.Direction(
                inputs: bias.map { _ in row }, states: bias.map { _ in state }, inputBias: bias, stateBias: bias)
        }
        let (input, start) = layer.backward(tape, output: above, states: last, into: &gradients)
        let dx = Operand(untouched: T, I)
        dx.view.fill(0)
        for d in 0..<2 {
            let walked = Walked(self, kernels, directions[d], order: d == 0 ? Array(0..<T) : (0..<T).reversed())
            walked.forward(x, initial[d])
            #expect(bits(walked.outputs) == bits(output.map { Array($0[d * H..<(d + 1) * H]) }))
            #expect(bits([walked.outputs[walked.order[T - 1]]]) == bits([states[d].h]))
            walked.backward(above.map { Array($0[d * H..<(d + 1) * H]) }, last[d])
            #expect(bits(rows(walked.stateGradient)) == bits([start[d].h]))
            #expect(bits(rows(walked.cellGradient)) == bits([start[d].c]))
            let found = walked.gradients(x), wanted = gradients[d]
            #expect(bits(found.inputs) == bits(wanted.inputs))
            #expect(bits(found.states) == bits(wanted.states))
            #expect(bits([found.inputBias, found.stateBias]) == bits([wanted.inputBias, wanted.stateBias]))
            multiply(kernels, walked.gates.view, StridedView(walked.inputs.view), start: nil, into: dx.view)
        }
        #expect(bits(rows(dx)) == bits(input))
        #expect(input.joined().allSatisfy { $0.isFinite && $0 != 0 })
    }

    /// One direction by kernels. Rows of all operands are positions in time; state 0 of `h` and `c` is the initial one.
    private final class Walked {
        let test: LSTMLayerTests, kernels: any Kernels, order: [Int]
        let inputs: Operand, weights: Operand, bias: [Float]
        let gates: Operand, before: Operand, h: Operand, c: Operand, tanhCell: Operand
        let stateGradient: Operand, cellGradient: Operand

        init(_ test: LSTMLayerTests, _ kernels: any Kernels, _ w: LSTMLayer.Direction, order: [Int]) {
            (self.test, self.kernels, self.order) = (test, kernels, order)
            (inputs, weights) = (test.operand(w.inputs), test.operand(w.states))
            bias = zip(w.inputBias, w.stateBias).map { $0 + $1 }
            let H = w.states[0].count, T = order.count
            gates = Operand(untouched: T, 4 * H)
            before = Operand(untouched: T, H)
            h = Operand(untouched: T, H)
            c = Operand(untouched: T + 1, H)
            tanhCell = Operand(untouched: T, H)
            stateGradient = Operand(untouched: 1, H)
            cellGradient = Operand(untouched: 1, H)
        }

        var outputs: [[Float]] { test.rows(h) }

        func forward(_ x: [[Float]], _ initial: LSTMLayer.State) {
            let x = test.operand(x), H = h.view.columns
            test.multiply(kernels, x.view, StridedView(transposing: inputs.view), start: bias, into: gates.view)
            for (j, value) in initial.h.enumerated() { before.view[order[0], j] = value }
            for (j, value) in initial.c.enumerated() { c.view[0, j] = value }
            for (n, t) in order.enumerated() {
                let row = gates.view.rows(t..<t + 1), state = before.view.rows(t..<t + 1)
                test.multiply(kernels, state, StridedView(transposing: weights.view), start: nil, into: row)
                kernels.forward(
                    .lstm,
                    CellStep(
                        rows: 1, units: H, hidden: H, gates: row, before: state, cellBefore: c.view.rows(n..<n + 1),
                        cell: c.view.rows(n + 1..<n + 2), tanhCell: tanhCell.view.rows(t..<t + 1),
                        output: h.view.rows(t..<t + 1)))
                if n + 1 < order.count { before.view[order[n + 1]].copy(from: h.view[t]) }
            }
        }

        func backward(_ above: [[Float]], _ last: LSTMLayer.State) {
            let above = test.operand(above), H = h.view.columns
            for j in 0..<H {
                stateGradient.view[0, j] = above.view[order.last!, j] + last.h[j]
                cellGradient.view[0, j] = last.c[j]
            }
            for (n, t) in order.enumerated().reversed() {
                let row = gates.view.rows(t..<t + 1)
                kernels.backward(
                    .lstm,
                    CellGradientStep(
                        rows: 1, units: H, hidden: H, gates: row, before: before.view.rows(t..<t + 1),
                        cellBefore: c.view.rows(n..<n + 1), tanhCell: tanhCell.view.rows(t..<t + 1),
                        output: h.view.rows(t..<t + 1), gradient: stateGradient.view, cellGradient: cellGradient.view))
                let zeros = [Float](repeating: 0, count: H)
                test.multiply(kernels, row, StridedView(weights.view), start: zeros, into: stateGradient.view)
                let from = n > 0 ? above.view.rows(order[n - 1]..<order[n - 1] + 1) : nil
                kernels.completeStateGradient(stateGradient.view, carried: nil, above: from)
            }
        }

        func gradients(_ x: [[Float]]) -> LSTMLayer.Direction {
            let x = test.operand(x), time = Array(order.indices)
            let deltas = ListedRows(gates.view, order: time), read = ListedRows(x.view, order: time)
            let states = ListedRows(before.view, order: time)
            let inputs = Operand(untouched: gates.view.columns, x.view.columns)
            let weights = Operand(untouched: gates.view.columns, before.view.columns)
            let bias = Operand(untouched: 1, gates.view.columns)
            kernels.outer(deltas.view, read.view, accumulate: false, into: inputs.view)
            kernels.outer(deltas.view, states.view, accumulate: false, into: weights.view)
            kernels.sumRows(deltas.view, accumulate: false, into: bias.row)
            let sums = test.rows(bias)[0]
            return LSTMLayer.Direction(
                inputs: test.rows(inputs), states: test.rows(weights), inputBias: sums, stateBias: sums)
        }
    }
}
