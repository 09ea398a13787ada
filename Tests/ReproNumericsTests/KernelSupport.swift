import CReproKernels
import Testing

import ReproNumerics

/// Paths held to the reference loop: every other one. Those that cannot run here are named as skipped, not left out.
enum Paths {
    static let native = KernelPath.allCases.filter { $0 != .reference }

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

/// A splitmix64 stream (Steele, Lea and Flood 2014): test inputs need to be reproducible, not good.
struct TestStream {
    let seed: UInt64
    private var state: UInt64

    init(seed: UInt64) {
        self.seed = seed
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }

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

func hex(_ x: Float) -> String {
    let digits = String(x.bitPattern, radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
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

/// Pointers to the rows of a matrix, in an order of their own as positions of a batch are.
func withRows<Result>(
    _ matrix: [Float], offsets: [Int], _ body: (UnsafePointer<UnsafePointer<Float>?>) -> Result
) -> Result {
    matrix.withUnsafeBufferPointer { buffer in
        var rows: [UnsafePointer<Float>?] = offsets.map { buffer.baseAddress! + $0 }
        rows.append(nil)  // never empty, so that there is an address
        return rows.withUnsafeBufferPointer { body($0.baseAddress!) }
    }
}

/// One address for an operand that is input and output: as `inout` and as argument at once, an array would be copied.
func withAddress(of array: inout [Float], _ body: (UnsafeMutablePointer<Float>) -> Void) {
    array.withUnsafeMutableBufferPointer { body($0.baseAddress!) }
}
