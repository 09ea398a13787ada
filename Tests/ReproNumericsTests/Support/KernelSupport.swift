import CReproKernels
import Testing

import ReproNumerics
import ReproTestSupport

/// Paths held to the reference loop: every other one. Those that cannot run here are named as skipped, not left out.
enum Paths {
    static let native = KernelPath.allCases.filter { $0 != .reference }

    /// The tables of the C target, in the order of its list.
    static var tables: [UnsafePointer<repro_kernels>] {
        var tables: [UnsafePointer<repro_kernels>] = []
        while let table = repro_kernels_at(tables.count) { tables.append(table) }
        return tables
    }

    /// The kernels of a path, or nil after saying that it is skipped.
    static func kernels(_ path: KernelPath) -> (any Kernels)? {
        do {
            return try path.kernels()
        } catch {
            print("skipped: \(error)")
            return nil
        }
    }
}

extension SplitMix64 {
    /// How numbers are drawn.
    enum Kind: CaseIterable {
        /// −1 ..< 1, as in a network.
        case ordinary
        /// Any finite pattern: every exponent, subnormals, both zeros.
        case wholeRange
        /// Subnormals, zeros of both signs, and products that fall among them.
        case tiny
    }

    mutating func float(_ kind: Kind) -> Float {
        let bits = next()
        switch kind {
        case .ordinary: return Float(Int32(truncatingIfNeeded: bits)) * 0x1p-31
        case .wholeRange:
            let pattern = UInt32(truncatingIfNeeded: bits)
            return pattern & 0x7f80_0000 == 0x7f80_0000 ? -0.0 : Float(bitPattern: pattern)
        case .tiny:
            switch bits >> 61 {
            case 0: return bits & 1 == 0 ? 0 : -0.0
            case 1, 2: return Float(bitPattern: UInt32(truncatingIfNeeded: bits) & 0x807f_ffff)
            default: return Float(Int32(truncatingIfNeeded: bits)) * (bits & 1 << 40 == 0 ? 0x1p-94 : 0x1p-105)
            }
        }
    }

    mutating func floats(_ count: Int, _ kind: Kind) -> [Float] { (0..<count).map { _ in float(kind) } }
}

/// The first place where two arrays differ in bits, in words; nil where they are equal. Two NaN are equal: the contract
/// makes each of them an error, so that their payloads reach nothing.
func firstDifference(_ actual: [Float], _ expected: [Float]) -> String? {
    if actual.count != expected.count { return "\(actual.count) elements instead of \(expected.count)" }
    for (index, (a, e)) in zip(actual, expected).enumerated() where a.bitPattern != e.bitPattern {
        if a.isNaN && e.isNaN { continue }
        return "element \(index) is \(hex(a)) instead of \(hex(e))"
    }
    return nil
}

/// The bytes beyond what a kernel may write, filled with a pattern that must survive.
let untouched = Float(bitPattern: 0x7fc1_2345)

/// A matrix of random numbers in memory that is wider and longer than it is, where nothing else may be written.
struct Operand {
    /// All of the memory, whose elements a comparison looks at.
    let memory: Matrix
    let view: MatrixView

    /// - Parameter slack: elements between rows.
    init(_ rows: Int, _ columns: Int, slack: Int = 0, from stream: inout SplitMix64, _ kind: SplitMix64.Kind) {
        memory = Matrix(rows: rows + 1, columns: columns + slack)
        view = memory.rows(0..<rows).columns(0..<columns).view
        for row in 0...rows {
            for column in 0..<columns + slack {
                let isInside = row < rows && column < columns
                memory.view[row, column] = isInside ? stream.float(kind) : untouched
            }
        }
    }

    /// Numbers that are only written.
    init(untouched rows: Int, _ columns: Int, slack: Int = 0) {
        var stream = SplitMix64(seed: 0)
        self.init(rows, columns, slack: slack, from: &stream, .ordinary)
        memory.view.fill(ReproNumericsTests.untouched)
    }

    /// One row of given numbers.
    init(_ row: [Float]) {
        self.init(untouched: 1, row.count)
        for (column, element) in row.enumerated() { view[0, column] = element }
    }

    func copy() -> Operand { Operand(copying: self) }

    private init(copying other: Operand) {
        memory = Matrix(rows: other.memory.rows, columns: other.memory.columns)
        memory.view.copy(from: other.memory.view)
        view = memory.rows(0..<other.view.rows).columns(0..<other.view.columns).view
    }

    /// The first row.
    var row: VectorView { view[0] }

    /// Everything in the memory, the guards included.
    var elements: [Float] {
        (0..<memory.rows).flatMap { row in (0..<memory.columns).map { memory.view[row, $0] } }
    }
}

/// Rows of a matrix, in an order of their own as positions of a batch are.
final class ListedRows {
    private let pointers: UnsafeMutablePointer<UnsafePointer<Float>?>
    let view: RowsView

    init(_ matrix: MatrixView, order: [Int]) {
        pointers = .allocate(capacity: max(1, order.count))
        for (index, row) in order.enumerated() { pointers[index] = UnsafePointer(matrix[row].base) }
        view = RowsView(pointers: pointers, count: order.count)
    }

    deinit { pointers.deallocate() }
}
