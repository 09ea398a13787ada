import Testing

import ReproNumerics

struct MatrixProductTests {
    /// How B lies in memory before it is packed.
    private enum Layout: CaseIterable { case rows, columns, apart }

    private func product(
        _ kernels: any Kernels, rows: Int, columns: Int, depth: Int, kind: TestStream.Kind, seed: UInt64,
        layout: Layout, started: Bool
    ) -> [Float] {
        var stream = TestStream(seed: seed)
        let aStride = depth + stream.below(3), cStride = columns + stream.below(3)
        let a = stream.floats(rows * aStride + 1, kind)
        let slack = stream.below(3)
        let (rowStride, columnStride) =
            switch layout {
            case .rows: (columns + slack, 1)
            case .columns: (1, depth + slack)
            case .apart: (2 * columns + slack, 2)
            }
        let b = stream.floats(depth * rowStride + columns * columnStride + 1, kind)
        let start = stream.floats(columns + 1, kind)
        var c = stream.floats(rows * cStride + 1, kind)
        for row in 0..<rows { for n in columns..<cStride { c[row * cStride + n] = untouched } }
        c[rows * cStride] = untouched
        let packedCount = kernels.packedCount(depth: depth, columns: columns)
        var packed = [Float](repeating: untouched, count: packedCount + 1)
        kernels.pack(
            depth: depth, columns: columns, from: b, rowStride: rowStride, columnStride: columnStride, into: &packed)
        #expect(hex(packed[packedCount]) == hex(untouched), "pack wrote past packedCount")
        start.withUnsafeBufferPointer { start in
            kernels.multiply(
                rows: rows, columns: columns, depth: depth, a: a, aStride: aStride, packed: packed,
                start: started ? start.baseAddress : nil, c: &c, cStride: cStride)
        }
        return c
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
            let kind = TestStream.Kind.allCases[index % 3], layout = Layout.allCases[index / 3 % 3]
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
            let kind = TestStream.Kind.allCases[index % 3], accumulate = index % 2 == 0
            let results = [kernels, ReferenceKernels()].map { (kernels: any Kernels) in
                var stream = TestStream(seed: UInt64(index))
                let a = stream.floats(rows * (depth + 1), kind), b = stream.floats(columns * (depth + 1), kind)
                let cStride = columns + 2
                var c = stream.floats(rows * cStride + 1, kind)
                let order = (0..<depth).map { _ in stream.below(depth + 1) }
                withRows(a, offsets: order.map { $0 * rows }) { aRows in
                    withRows(b, offsets: order.map { $0 * columns }) { bRows in
                        kernels.outer(
                            rows: rows, columns: columns, depth: depth, aRows: aRows, bRows: bRows,
                            accumulate: accumulate, c: &c, cStride: cStride)
                    }
                }
                return c
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
            let kind = TestStream.Kind.allCases[columns % 3], depth = columns * 5 % 23
            let results = [kernels, ReferenceKernels()].map { (kernels: any Kernels) in
                var stream = TestStream(seed: UInt64(columns))
                let matrix = stream.floats(columns * depth + 1, kind)
                var out = stream.floats(columns + 1, kind)
                withRows(matrix, offsets: (0..<depth).map { $0 * columns }) {
                    kernels.sumRows(
                        columns: columns, depth: depth, rows: $0, accumulate: columns % 2 == 0, out: &out)
                }
                return out
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
        let a: [Float] = [1, 0x1p-24, 0x1p-24, -1], b: [Float] = [1, 1, 1, 1]
        var packed = [Float](repeating: 0, count: kernels.packedCount(depth: 4, columns: 1))
        kernels.pack(depth: 4, columns: 1, from: b, rowStride: 1, columnStride: 1, into: &packed)
        var c: [Float] = [5]
        kernels.multiply(
            rows: 1, columns: 1, depth: 4, a: a, aStride: 4, packed: packed, start: [-0.0], c: &c, cStride: 1)
        #expect(hex(c[0]) == "00000000")
        let zero: [Float] = [0]
        kernels.pack(depth: 1, columns: 1, from: zero, rowStride: 1, columnStride: 1, into: &packed)
        kernels.multiply(
            rows: 1, columns: 1, depth: 1, a: zero, aStride: 1, packed: packed, start: [-0.0], c: &c, cStride: 1)
        #expect(hex(c[0]) == "00000000")
        kernels.multiply(
            rows: 1, columns: 1, depth: 0, a: zero, aStride: 0, packed: packed, start: [-0.0], c: &c, cStride: 1)
        #expect(hex(c[0]) == "80000000")
    }
}
