import Testing

import ReproNumerics
import ReproTestSupport

struct MatrixProductTests {
    /// How B lies in memory before it is packed.
    private enum Layout: CaseIterable { case rows, columns, apart }

    private func view(_ layout: Layout, _ depth: Int, _ columns: Int, in memory: Operand) -> StridedView {
        let base = memory.view.base, slack = memory.memory.columns - memory.view.columns
        switch layout {
        case .rows: return StridedView(memory.view)
        case .columns: return StridedView(transposing: memory.view)
        case .apart:
            return StridedView(
                base: base, rows: depth, columns: columns, rowStride: 2 * columns + slack, columnStride: 2)
        }
    }

    private func product(
        _ kernels: any Kernels, rows: Int, columns: Int, depth: Int, kind: SplitMix64.Kind, seed: UInt64,
        layout: Layout, started: Bool
    ) -> [Float] {
        var stream = SplitMix64(seed: seed)
        let a = Operand(rows, depth, slack: stream.below(3), from: &stream, kind)
        let shape = layout == .rows ? (depth, columns) : layout == .columns ? (columns, depth) : (depth, 2 * columns)
        let b = Operand(shape.0, shape.1, slack: stream.below(3), from: &stream, kind)
        let start = Operand(1, columns, from: &stream, kind)
        let c = Operand(rows, columns, slack: stream.below(3), from: &stream, kind)
        let packed = Operand(untouched: 1, kernels.packedCount(depth: depth, columns: columns))
        kernels.pack(view(layout, depth, columns, in: b), into: packed.row)
        let isUntouched = (0..<packed.view.columns).allSatisfy { hex(packed.memory.view[1, $0]) == hex(untouched) }
        #expect(isUntouched, "pack wrote past packedCount")
        kernels.multiply(a.view, packed: packed.row, start: started ? start.row : nil, into: c.view)
        return c.elements
    }

    /// Sizes whose neighbours are the edges of tiles, panels, vectors and blocks; all 1…67 in one dimension at a time.
    private func shapes() -> [(rows: Int, columns: Int, depth: Int)] {
        var shapes: [(Int, Int, Int)] = []
        for size in 1...67 {
            shapes += [(size, 33, 5), (size, 130, 3), (3, size, 7), (17, size, 4), (5, 40, size), (1, 65, size)]
            shapes += [(1, size, 67 - size), (2, 68 - size, size), (4, 3 * size, 2)]
        }
        shapes += [(0, 5, 5), (5, 0, 5), (5, 5, 0), (40, 200, 0), (0, 0, 0)]
        shapes += [(71, 160, 257), (141, 129, 9), (14, 128, 512), (29, 97, 513), (1, 130, 700), (3, 257, 300)]
        // Packed operands: many columns, or several blocks of long rows.
        shapes += [(31, 1_540, 21), (17, 1_540, 260), (75, 770, 260), (75, 300, 513), (14, 270, 1_030)]
        shapes += [(2, 20, 20_000), (16, 17, 5_000), (2, 150, 7), (2, 90, 5), (3, 230, 6), (1, 95, 9)]
        return shapes
    }

    @Test(arguments: Paths.native)
    func everyPathEqualsTheReferenceLoop(path: KernelPath) {
        guard let kernels = Paths.kernels(path) else { return }
        for (index, shape) in shapes().enumerated() {
            let kind = SplitMix64.Kind.allCases[index % 3], layout = Layout.allCases[index / 3 % 3]
            let started = index % 2 == 0
            let seed = UInt64(index)
            let results = [kernels, ReferenceKernels()].map { (kernels: any Kernels) in
                product(
                    kernels, rows: shape.rows, columns: shape.columns, depth: shape.depth, kind: kind, seed: seed,
                    layout: layout, started: started)
            }
            if let difference = firstDifference(results[0], results[1]) {
                Issue.record("\(path) \(shape) \(kind) \(layout) started \(started), seed \(seed): \(difference)")
            }
        }
    }

    @Test(arguments: Paths.native)
    func sumsOfOuterProductsEqualTheReferenceLoop(path: KernelPath) {
        guard let kernels = Paths.kernels(path) else { return }
        var shapes = (1...67).flatMap { [($0, 35, 6), (7, $0, 5), (9, 19, $0), (68 - $0, $0, 3)] }
        shapes += [(0, 4, 4), (4, 0, 4), (30, 40, 0), (43, 150, 600), (15, 300, 257), (230, 290, 140), (115, 270, 65)]
        // Several pieces of B, of which the last is wider than the others; several of A and of k.
        shapes += [(20, 1_055, 9), (9, 2_047, 5), (175, 1_100, 200), (337, 40, 193)]
        for (index, (rows, columns, depth)) in shapes.enumerated() {
            let kind = SplitMix64.Kind.allCases[index % 3], accumulate = index % 2 == 0
            let results = [kernels, ReferenceKernels()].map { (kernels: any Kernels) in
                var stream = SplitMix64(seed: UInt64(index))
                let a = Operand(depth + 1, rows, from: &stream, kind),
                    b = Operand(depth + 1, columns, from: &stream, kind)
                let c = Operand(rows, columns, slack: 2, from: &stream, kind)
                let order = (0..<depth).map { _ in stream.below(depth + 1) }
                let aRows = ListedRows(a.view, order: order), bRows = ListedRows(b.view, order: order)
                kernels.outer(aRows.view, bRows.view, accumulate: accumulate, into: c.view)
                return c.elements
            }
            if let difference = firstDifference(results[0], results[1]) {
                Issue.record("\(path) \(rows) × \(columns) × \(depth) \(kind), seed \(index): \(difference)")
            }
        }
    }

    @Test(arguments: Paths.native)
    func sumsOfRowsEqualTheReferenceLoop(path: KernelPath) {
        guard let kernels = Paths.kernels(path) else { return }
        for columns in Array(0...67) + [127, 128, 129, 300] {
            let kind = SplitMix64.Kind.allCases[columns % 3], depth = columns * 5 % 23
            let results = [kernels, ReferenceKernels()].map { (kernels: any Kernels) in
                var stream = SplitMix64(seed: UInt64(columns))
                let matrix = Operand(depth, columns, from: &stream, kind),
                    out = Operand(1, columns, from: &stream, kind)
                let rows = ListedRows(matrix.view, order: Array(0..<depth))
                kernels.sumRows(rows.view, accumulate: columns % 2 == 0, into: out.row)
                return out.elements
            }
            if let difference = firstDifference(results[0], results[1]) {
                Issue.record("\(path) \(columns) columns, depth \(depth) \(kind), seed \(columns): \(difference)")
            }
        }
    }

    /// The chain itself, by hand: 1 + 2^-24 + 2^-24 stays 1 in ascending order, and fma(0, 0, −0) is +0.
    @Test(arguments: KernelPath.allCases)
    func aChainRunsInAscendingOrderFromItsStart(path: KernelPath) {
        guard let kernels = Paths.kernels(path) else { return }
        func product(_ a: [Float], _ b: [Float]) -> String {
            let a = Operand(a), b = Operand(b), start = Operand([-0.0]), c = Operand([5])
            let packed = Operand(untouched: 1, kernels.packedCount(depth: b.view.columns, columns: 1))
            kernels.pack(StridedView(transposing: b.view), into: packed.row)
            kernels.multiply(a.view, packed: packed.row, start: start.row, into: c.view)
            return hex(c.elements[0])
        }
        #expect(product([1, 0x1p-24, 0x1p-24, -1], [1, 1, 1, 1]) == "00000000")
        #expect(product([0], [0]) == "00000000")
        #expect(product([], []) == "80000000")
    }

    /// What kernels pack of their operands stands on the heap: a thread with little stack computes the same.
    @Test(arguments: KernelPath.allCases)
    func aThreadWithLittleStackMultipliesLargeMatrices(path: KernelPath) throws {
        guard let kernels = Paths.kernels(path) else { return }
        let rows = 75, columns = 1_030, depth = path == .reference ? 2 : 520
        var stream = SplitMix64(seed: 7)
        let a = Operand(depth, rows, from: &stream, .ordinary), b = Operand(depth, columns, from: &stream, .ordinary)
        let transposed = Operand(rows, depth, from: &stream, .ordinary)
        for k in 0..<depth { for m in 0..<rows { transposed.view[m, k] = a.view[k, m] } }
        let product = Operand(rows, columns, from: &stream, .ordinary), outer = product.copy()
        let thread = try SystemThread(stackSize: 64 << 10) {
            let packed = Operand(untouched: 1, kernels.packedCount(depth: depth, columns: columns))
            kernels.pack(StridedView(b.view), into: packed.row)
            kernels.multiply(transposed.view, packed: packed.row, start: nil, into: product.view)
            let aRows = ListedRows(a.view, order: Array(0..<depth)), bRows = ListedRows(b.view, order: Array(0..<depth))
            kernels.outer(aRows.view, bRows.view, accumulate: true, into: outer.view)
        }
        thread.join()
        // Both are the same chains.
        #expect(firstDifference(product.elements, outer.elements) == nil)
    }
}
