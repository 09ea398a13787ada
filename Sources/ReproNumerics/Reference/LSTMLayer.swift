/// A layer of LSTM, forward and backward, as the contract's sections 4 and 7 say it: the reference of a whole layer, to
/// which tests hold the engine.
///
/// Plain arrays and loops, no kernel. Sequences are arrays of steps, each of its own length; `T` steps, `I` inputs, `H`
/// hidden units, gates i f g o. Everything within a direction is in walking order: step n is position n forward and
/// position T − 1 − n in reverse.
package struct LSTMLayer {
    /// One direction's parameters: `inputs` 4H × I, `states` 4H × H, biases 4H (+0 without bias). Also their gradients.
    package struct Direction {
        package var inputs: [[Float]], states: [[Float]], inputBias: [Float], stateBias: [Float]

        package init(inputs: [[Float]], states: [[Float]], inputBias: [Float], stateBias: [Float]) {
            (self.inputs, self.states, self.inputBias, self.stateBias) = (inputs, states, inputBias, stateBias)
        }
    }

    /// A state of one direction for one sequence, or its gradient.
    package typealias State = (h: [Float], c: [Float])

    /// One step of one direction: what it read, its gates, tanh(c') and the state it made.
    struct Step {
        let x: [Float], before: State, i: [Float], f: [Float], g: [Float], o: [Float], t: [Float], after: State
    }

    /// The forward direction, then the reverse where there is one.
    package let directions: [Direction]
    private var hidden: Int { directions[0].inputBias.count / 4 }

    package init(directions: [Direction]) { self.directions = directions }

    /// `output[t]` is the forward h', then the reverse; `states` and the tape are by direction.
    package func forward(
        _ sequence: [[Float]], initial: [State]
    ) -> (output: [[Float]], states: [State], tape: Tape) {
        let walks = directions.indices.map { d in walk(d, d == 0 ? sequence : sequence.reversed(), from: initial[d]) }
        let output = sequence.indices.map { t in
            directions.indices.flatMap { d in walks[d][d == 0 ? t : sequence.count - 1 - t].after.h }
        }
        return (output, walks.map { $0.last!.after }, Tape(walks: walks))
    }

    package struct Tape { let walks: [[Step]] }

    private func walk(_ d: Int, _ steps: [[Float]], from initial: State) -> [Step] {
        let w = directions[d]
        var state = initial
        return steps.map { x in
            let a = (0..<4 * hidden).map { r in
                let start = chain(x, w.inputs[r], from: w.inputBias[r] + w.stateBias[r])
                return chain(state.h, w.states[r], from: start)
            }
            let i = gate(0, a).map(ReferenceElementary.sigmoid), f = gate(1, a).map(ReferenceElementary.sigmoid)
            let g = gate(2, a).map(ReferenceElementary.tanh), o = gate(3, a).map(ReferenceElementary.sigmoid)
            let c = (0..<hidden).map { j in fusedMultiplyAdd(f[j], state.c[j], i[j] * g[j]) }
            let t = c.map(ReferenceElementary.tanh), before = state
            state = (h: (0..<hidden).map { j in o[j] * t[j] }, c: c)
            return Step(x: x, before: before, i: i, f: f, g: g, o: o, t: t, after: state)
        }
    }

    /// Gradients of one sequence: `dx` and, by direction, of the initial state. `gradients` continues the chains of the
    /// sequences before this one, in batch order; it begins at +0.
    package func backward(
        _ tape: Tape, output above: [[Float]], states: [State], into gradients: inout [Direction]
    ) -> (input: [[Float]], initial: [State]) {
        var input = tape.walks[0].map { [Float](repeating: 0, count: $0.x.count) }, initial: [State] = []
        for d in directions.indices {
            let above = above.map { Array($0[d * hidden..<(d + 1) * hidden]) }
            let (deltas, state) = walkBack(d, tape.walks[d], above: d == 0 ? above : above.reversed(), last: states[d])
            initial.append(state)
            // Positions in time, whatever the direction walked.
            for t in input.indices {
                let n = d == 0 ? t : input.count - 1 - t, step = tape.walks[d][n]
                for (r, delta) in deltas[n].enumerated() {
                    gradients[d].inputs[r] = row(step.x, times: delta, plus: gradients[d].inputs[r])
                    gradients[d].states[r] = row(step.before.h, times: delta, plus: gradients[d].states[r])
                    gradients[d].inputBias[r] += delta
                    gradients[d].stateBias[r] += delta
                    input[t] = row(directions[d].inputs[r], times: delta, plus: input[t])
                }
            }
        }
        return (input, initial)
    }

    /// The gradients of the pre-activations of each step, and of the initial state.
    private func walkBack(_ d: Int, _ steps: [Step], above: [[Float]], last: State) -> ([[Float]], State) {
        var deltas = [[Float]](repeating: [], count: steps.count)
        var dh = zip(above.last!, last.h).map { $0 + $1 }, carry = last.c
        for (n, s) in steps.enumerated().reversed() {
            let units = 0..<hidden
            let dc = units.map { j in
                fusedMultiplyAdd(dh[j] * s.o[j], fusedMultiplyAdd(-s.t[j], s.t[j], 1), carry[j])
            }
            let di = units.map { j in (dc[j] * s.g[j] * s.i[j]) * (1 - s.i[j]) }
            let df = units.map { j in (dc[j] * s.before.c[j] * s.f[j]) * (1 - s.f[j]) }
            let dg = units.map { j in (dc[j] * s.i[j]) * fusedMultiplyAdd(-s.g[j], s.g[j], 1) }
            let d_o = units.map { j in (dh[j] * s.t[j] * s.o[j]) * (1 - s.o[j]) }
            deltas[n] = di + df + dg + d_o
            carry = units.map { j in dc[j] * s.f[j] }
            // One chain over the gate rows from +0; the gradient from above, which may be large, comes last.
            var r = [Float](repeating: 0, count: hidden)
            for (gateRow, delta) in deltas[n].enumerated() {
                r = row(directions[d].states[gateRow], times: delta, plus: r)
            }
            dh = n > 0 ? zip(above[n - 1], r).map { $0 + $1 } : r
        }
        return (deltas, (dh, carry))
    }

    private func gate(_ q: Int, _ a: [Float]) -> ArraySlice<Float> { a[q * hidden..<(q + 1) * hidden] }

    private func chain(_ a: [Float], _ b: [Float], from start: Float) -> Float {
        zip(a, b).reduce(start) { fusedMultiplyAdd($1.0, $1.1, $0) }
    }

    private func row(_ a: [Float], times factor: Float, plus sum: [Float]) -> [Float] {
        zip(a, sum).map { fusedMultiplyAdd(factor, $0, $1) }
    }
}
