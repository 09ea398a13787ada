import Testing

import ReproNumerics

/// Forward and backward through each cell on a path and on the reference loop: every output bit, and nothing beside the
/// units asked for.
struct CellTests {
    /// Rows, hidden size and the units of a row that are computed: whole layers, parts of them, odd sizes.
    private static let sizes: [(rows: Int, hidden: Int, units: Int)] =
        (1...67).map { (1 + $0 % 3, $0, $0) }
        + [(3, 7, 7), (2, 40, 17), (1, 64, 33), (0, 5, 5), (2, 5, 0), (5, 130, 130)]

    /// Runs `body` on both kernels with equal streams and compares all that it returns.
    private func compare(
        _ path: KernelPath, _ name: String, _ body: (any Kernels, inout TestStream, Int, Int, Int) -> [Float]
    ) {
        guard let kernels = Paths.kernels(path) else { return }
        for (seed, size) in Self.sizes.enumerated() {
            let results = [kernels, ReferenceKernels()].map { (kernels: any Kernels) in
                var stream = TestStream(seed: UInt64(seed))
                return body(kernels, &stream, size.rows, size.hidden, size.units)
            }
            if let difference = firstDifference(results[0], results[1]) {
                Issue.record("\(path) \(name) \(size), seed \(seed): \(difference)")
            }
        }
    }

    private static let kinds = TestStream.Kind.allCases

    @Test(arguments: Paths.native)
    func lstmForwardEqualsTheReferenceLoop(path: KernelPath) {
        compare(path, "lstmForward") { kernels, stream, rows, hidden, units in
            // Networks' own range four times out of five: saturated gates exercise little.
            let kind = Self.kinds[max(0, stream.below(7) - 4)]
            let stride = 4 * hidden + 1
            var gates = stream.floats(rows * stride + 1, kind).map { $0 * 8 }
            let cell = stream.floats(rows * hidden + 1, kind)
            var cellOut = [Float](repeating: untouched, count: rows * hidden + 1)
            var tanhCell = cellOut, h = cellOut
            kernels.lstmForward(
                rows: rows, hidden: hidden, units: units, gates: &gates, gatesStride: stride, cell: cell,
                cellStride: hidden, cellOut: &cellOut, cellOutStride: hidden, tanhCell: &tanhCell, tanhStride: hidden,
                h: &h, hStride: hidden)
            var inPlace = cell, gatesAgain = gates
            withAddress(of: &inPlace) { cell in
                kernels.lstmForward(
                    rows: rows, hidden: hidden, units: units, gates: &gatesAgain, gatesStride: stride, cell: cell,
                    cellStride: hidden, cellOut: cell, cellOutStride: hidden, tanhCell: nil, tanhStride: 0, h: &h,
                    hStride: hidden)
            }
            return gates + cellOut + tanhCell + inPlace + gatesAgain + h
        }
    }

    @Test(arguments: Paths.native)
    func lstmBackwardEqualsTheReferenceLoop(path: KernelPath) {
        compare(path, "lstmBackward") { kernels, stream, rows, hidden, units in
            let kind = Self.kinds[stream.below(3)], stride = 4 * hidden + 2
            var gates = stream.floats(rows * stride + 1, kind)
            let cell = stream.floats(rows * hidden + 1, kind), tanhCell = stream.floats(rows * hidden + 1, kind)
            let dh = stream.floats(rows * hidden + 1, kind)
            var dCell = stream.floats(rows * hidden + 1, kind)
            kernels.lstmBackward(
                rows: rows, hidden: hidden, units: units, gates: &gates, gatesStride: stride, cell: cell,
                cellStride: hidden, tanhCell: tanhCell, tanhStride: hidden, dh: dh, dhStride: hidden, dCell: &dCell,
                dCellStride: hidden)
            return gates + dCell
        }
    }

    @Test(arguments: Paths.native)
    func gruEqualsTheReferenceLoop(path: KernelPath) {
        compare(path, "gru") { kernels, stream, rows, hidden, units in
            let kind = Self.kinds[stream.below(3)], stride = 3 * hidden + 1
            var gates = stream.floats(rows * stride + 1, kind), gh = stream.floats(rows * hidden + 1, kind)
            let h = stream.floats(rows * hidden + 1, kind), dh = stream.floats(rows * hidden + 1, kind)
            var hOut = [Float](repeating: untouched, count: rows * hidden + 1)
            var before = stream.floats(rows * hidden + 1, kind)
            kernels.gruForward(
                rows: rows, hidden: hidden, units: units, gates: &gates, gatesStride: stride, gh: gh,
                ghStride: hidden, h: h, hStride: hidden, hOut: &hOut, hOutStride: hidden)
            let activations = gates
            var inPlace = h, gatesAgain = gates
            withAddress(of: &inPlace) { h in
                kernels.gruForward(
                    rows: rows, hidden: hidden, units: units, gates: &gatesAgain, gatesStride: stride, gh: gh,
                    ghStride: hidden, h: h, hStride: hidden, hOut: h, hOutStride: hidden)
            }
            kernels.gruBackward(
                rows: rows, hidden: hidden, units: units, gates: &gates, gatesStride: stride, gh: &gh,
                ghStride: hidden, h: h, hStride: hidden, dh: dh, dhStride: hidden, dhBefore: &before,
                dhBeforeStride: hidden)
            return activations + hOut + gatesAgain + inPlace + gates + gh + before
        }
    }

    @Test(arguments: Paths.native)
    func rnnEqualsTheReferenceLoop(path: KernelPath) {
        compare(path, "rnn") { kernels, stream, rows, hidden, units in
            let kind = Self.kinds[stream.below(3)]
            let pre = stream.floats(rows * hidden + 1, kind), dh = stream.floats(rows * hidden + 1, kind)
            return [false, true].flatMap { relu in
                var h = [Float](repeating: untouched, count: rows * hidden + 1), delta = h
                kernels.rnnForward(
                    rows: rows, units: units, relu: relu, pre: pre, preStride: hidden, h: &h, hStride: hidden)
                kernels.rnnBackward(
                    rows: rows, units: units, relu: relu, h: h, hStride: hidden, dh: dh, dhStride: hidden,
                    delta: &delta, deltaStride: hidden)
                var preInPlace = pre, dhInPlace = dh
                withAddress(of: &preInPlace) {
                    kernels.rnnForward(
                        rows: rows, units: units, relu: relu, pre: $0, preStride: hidden, h: $0, hStride: hidden)
                }
                withAddress(of: &dhInPlace) {
                    kernels.rnnBackward(
                        rows: rows, units: units, relu: relu, h: h, hStride: hidden, dh: $0, dhStride: hidden,
                        delta: $0, deltaStride: hidden)
                }
                return h + delta + preInPlace + dhInPlace
            }
        }
    }

    @Test(arguments: KernelPath.allCases)
    func reluOfNegativeZeroAndOfNaNIsPositiveZero(path: KernelPath) {
        guard let kernels = Paths.kernels(path) else { return }
        let pre: [Float] = [-0.0, .nan, -1, 0x1p-149]
        var h: [Float] = [7, 7, 7, 7]
        kernels.rnnForward(rows: 1, units: 4, relu: true, pre: pre, preStride: 4, h: &h, hStride: 4)
        #expect(h.map(hex) == ["00000000", "00000000", "00000000", "00000001"])
    }
}
