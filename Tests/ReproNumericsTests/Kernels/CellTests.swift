import Testing

import ReproNumerics
import ReproTestSupport

/// Forward and backward through each cell on a path and on the reference loop: every output bit, and nothing beside the
/// units asked for.
struct CellTests {
    /// Rows, hidden size and the units of a row that are computed: whole layers, parts of them, odd sizes.
    private struct Size {
        let rows: Int, hidden: Int, units: Range<Int>

        /// The columns of `gates` gates that a view of these units has.
        func gates(_ gates: Int) -> Range<Int> { units.lowerBound..<gates * hidden }
    }

    private static let sizes: [Size] =
        (1...67).map { Size(rows: 1 + $0 % 3, hidden: $0, units: 0..<$0) }
        + [
            (3, 7, 0..<7), (2, 40, 0..<17), (2, 40, 17..<40), (1, 64, 31..<64), (0, 5, 0..<5), (2, 5, 0..<0),
            (5, 130, 0..<130), (3, 130, 77..<101),
        ].map { Size(rows: $0.0, hidden: $0.1, units: $0.2) }

    /// Runs `body` on both kernels with equal streams and compares all that it returns.
    private func compare(
        _ path: KernelPath, _ cell: CellKind, _ body: (any Kernels, inout SplitMix64, Size) -> [Operand]
    ) {
        guard let kernels = Paths.kernels(path) else { return }
        for (seed, size) in Self.sizes.enumerated() {
            let results = [kernels, ReferenceKernels()].map { (kernels: any Kernels) in
                var stream = SplitMix64(seed: UInt64(seed))
                return body(kernels, &stream, size).flatMap(\.elements)
            }
            if let difference = firstDifference(results[0], results[1]) {
                Issue.record("\(path) \(cell) \(size), seed \(seed): \(difference)")
            }
        }
    }

    private static let kinds = SplitMix64.Kind.allCases

    /// The views of the units computed.
    private func part(_ operand: Operand?, _ size: Size, gates: Int = 1) -> MatrixView? {
        operand.map { $0.view.columns(size.gates(gates)) }
    }

    /// Gates that every cell is given room for; those that it has are the first of them.
    private static let mostGates = 4

    @Test(arguments: Paths.native, CellKind.allCases)
    func forwardEqualsTheReferenceLoop(path: KernelPath, cell: CellKind) {
        compare(path, cell) { kernels, stream, size in
            // Networks' own range four times out of five: saturated gates exercise little.
            let kind = Self.kinds[max(0, stream.below(7) - 4)]
            let columns = Self.mostGates * size.hidden
            let gates = Operand(size.rows, columns, slack: 1, from: &stream, kind)
            for row in 0..<size.rows { for n in 0..<columns { gates.view[row, n] *= 8 } }
            let gh = Operand(size.rows, size.hidden, slack: 1, from: &stream, kind)
            let h = Operand(size.rows, size.hidden, from: &stream, kind)
            let c = Operand(size.rows, size.hidden, slack: 2, from: &stream, kind)
            let tanhCell = Operand(untouched: size.rows, size.hidden), cellAfter = tanhCell.copy()
            let output = Operand(untouched: size.rows, size.hidden, slack: 2)
            let (gatesAgain, hInPlace, cInPlace) = (gates.copy(), h.copy(), c.copy())
            func step(
                _ gates: Operand, _ h: Operand, _ c: Operand, _ cellAfter: Operand, _ tanhCell: Operand?,
                _ output: Operand
            ) {
                kernels.forward(
                    cell,
                    CellStep(
                        rows: size.rows, units: size.units.count, hidden: size.hidden,
                        gates: part(gates, size, gates: Self.mostGates)!, candidate: part(gh, size),
                        before: part(h, size)!, cellBefore: part(c, size), cell: part(cellAfter, size),
                        tanhCell: part(tanhCell, size), output: part(output, size)!))
            }
            step(gates, h, c, cellAfter, tanhCell, output)
            step(gatesAgain, hInPlace, cInPlace, cInPlace, nil, hInPlace)
            return [gates, gh, h, c, cellAfter, tanhCell, output, gatesAgain, hInPlace, cInPlace]
        }
    }

    @Test(arguments: Paths.native, CellKind.allCases)
    func backwardEqualsTheReferenceLoop(path: KernelPath, cell: CellKind) {
        compare(path, cell) { kernels, stream, size in
            let kind = Self.kinds[stream.below(3)]
            let gates = Operand(size.rows, Self.mostGates * size.hidden, slack: 2, from: &stream, kind)
            let states = (0..<7).map { Operand(size.rows, size.hidden, slack: $0, from: &stream, kind) }
            let update = Operand(untouched: size.rows, size.hidden)
            kernels.backward(
                cell,
                CellGradientStep(
                    rows: size.rows, units: size.units.count, hidden: size.hidden,
                    gates: part(gates, size, gates: Self.mostGates)!, candidate: part(states[0], size),
                    before: part(states[1], size)!, cellBefore: part(states[2], size),
                    tanhCell: part(states[3], size), output: part(states[4], size)!,
                    gradient: part(states[5], size)!, cellGradient: part(states[6], size),
                    update: part(update, size)))
            return [gates, update] + states
        }
    }

    /// The RNN alone may write its state over the pre-activations and its deltas over the gradient.
    @Test(arguments: Paths.native, [CellKind.rnnTanh, .rnnRelu])
    func rnnInPlaceEqualsTheReferenceLoop(path: KernelPath, cell: CellKind) {
        compare(path, cell) { kernels, stream, size in
            let kind = Self.kinds[stream.below(3)]
            let gates = Operand(size.rows, size.hidden, slack: 1, from: &stream, kind), preInPlace = gates.copy()
            let dh = Operand(size.rows, size.hidden, from: &stream, kind), dhInPlace = dh.copy()
            let output = Operand(untouched: size.rows, size.hidden, slack: 2), delta = output.copy()
            func forward(_ gates: Operand, into output: Operand) {
                kernels.forward(
                    cell,
                    CellStep(
                        rows: size.rows, units: size.units.count, hidden: size.hidden, gates: part(gates, size)!,
                        before: part(dh, size)!, output: part(output, size)!))
            }
            func backward(_ gradient: Operand, into gates: Operand) {
                kernels.backward(
                    cell,
                    CellGradientStep(
                        rows: size.rows, units: size.units.count, hidden: size.hidden, gates: part(gates, size)!,
                        before: part(dh, size)!, output: part(output, size)!, gradient: part(gradient, size)!))
            }
            forward(gates, into: output)
            forward(preInPlace, into: preInPlace)
            backward(dh, into: delta)
            backward(dhInPlace, into: dhInPlace)
            return [gates, output, preInPlace, dh, delta, dhInPlace]
        }
    }

    @Test(arguments: Paths.native)
    func theStateGradientIsCompletedAsTheReferenceLoopDoes(path: KernelPath) {
        compare(path, .gru) { kernels, stream, size in
            let kind = Self.kinds[stream.below(3)]
            let operands = (0..<7).map { Operand(size.rows, size.hidden, slack: $0 % 3, from: &stream, kind) }
            let views = operands.map { part($0, size)!.columns(0..<size.units.count) }
            kernels.completeStateGradient(views[0], carried: (views[4], views[5]), above: views[6])
            kernels.completeStateGradient(views[1], carried: (views[4], views[5]), above: nil)
            kernels.completeStateGradient(views[2], carried: nil, above: views[6])
            kernels.completeStateGradient(views[3], carried: nil, above: nil)
            return operands
        }
    }

    /// 2^-24 and the rest of the chain are lost where they meet the gradient from above one at a time.
    @Test(arguments: KernelPath.allCases)
    func theGradientFromAboveIsAddedLast(path: KernelPath) {
        guard let kernels = Paths.kernels(path) else { return }
        let gradient = Operand([0x1p-24, -0.0]), carried = Operand([0x1p-24, 0]), update = Operand([1, 1])
        let above = Operand([1, -0.0])
        kernels.completeStateGradient(gradient.view, carried: (carried.view, update.view), above: above.view)
        #expect(hex(gradient.row[0]) == hex(1 + 0x1p-23))
        #expect(hex(gradient.row[1]) == "00000000")
    }

    @Test(arguments: KernelPath.allCases)
    func reluOfNegativeZeroAndOfNaNIsPositiveZero(path: KernelPath) {
        guard let kernels = Paths.kernels(path) else { return }
        let pre = Operand([-0.0, .nan, -1, 0x1p-149]), h = Operand([7, 7, 7, 7])
        kernels.forward(
            .rnnRelu, CellStep(rows: 1, units: 4, hidden: 4, gates: pre.view, before: h.view, output: h.view))
        #expect((0..<4).map { hex(h.row[$0]) } == ["00000000", "00000000", "00000000", "00000001"])
    }
}
