import Foundation
import ReproNumerics
import ReproTestSupport
import Testing
import ReproTestSupport

/// The five functions, each as a path's kernel and as the reference's definition.
enum ElementaryFunction: String, CaseIterable {
    case exp, log, log1p, tanh, sigmoid

    func map(_ kernels: any Kernels, _ input: [Float]) -> [Float] {
        let memory = Matrix(rows: 1, columns: input.count)
        for (k, x) in input.enumerated() { memory.view[0, k] = x }
        map(kernels, memory[0], into: memory[0])
        return (0..<input.count).map { memory.view[0, $0] }
    }

    func map(_ kernels: any Kernels, _ input: VectorView, into output: VectorView) {
        switch self {
        case .exp: kernels.exp(input, into: output)
        case .log: kernels.log(input, into: output)
        case .log1p: kernels.log1p(input, into: output)
        case .tanh: kernels.tanh(input, into: output)
        case .sigmoid: kernels.sigmoid(input, into: output)
        }
    }
}

/// What MPFR says, from Vectors/elementary.txt.
struct ElementaryVectors {
    private(set) var inputs: [ElementaryFunction: [Float]] = [:]
    private(set) var results: [ElementaryFunction: [Float]] = [:]

    init() throws {
        for fields in try Vectors(.module).cases("elementary.txt") {
            let function = try #require(ElementaryFunction(rawValue: fields[0]))
            let (input, result) = (try hex32(fields[1]), try hex32(fields[2]))
            inputs[function, default: []].append(Float(bitPattern: input))
            results[function, default: []].append(Float(bitPattern: result))
        }
    }
}

/// The first place where results differ in bits, NaN included: the contract names the one NaN these functions return.
func firstElementaryDifference(_ input: [Float], _ actual: [Float], _ expected: [Float]) -> String? {
    if actual.count != expected.count { return "\(actual.count) results instead of \(expected.count)" }
    for index in expected.indices where actual[index].bitPattern != expected[index].bitPattern {
        return "index \(index): of \(hex(input[index])) is \(hex(actual[index])) instead of \(hex(expected[index]))"
    }
    return nil
}

/// SHA-256 of the patterns, little-endian, by a path's compression function.
func digest(_ values: [Float], by kernels: any Kernels) -> String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(4 * values.count + 72)
    for value in values {
        let bits = value.bitPattern
        bytes += [UInt8(bits & 255), UInt8(bits >> 8 & 255), UInt8(bits >> 16 & 255), UInt8(bits >> 24)]
    }
    let bitCount = UInt64(8 * bytes.count)
    bytes.append(0x80)
    while bytes.count % 64 != 56 { bytes.append(0) }
    bytes += (0..<8).map { UInt8(bitCount >> (56 - 8 * $0) & 255) }
    var state: [UInt32] = [
        0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19,
    ]
    bytes.withBytes { kernels.sha256($0, state: &state) }
    return state.map { hex(Float(bitPattern: $0)) }.joined()
}
