import Testing

import ReproNumerics
import ReproTestSupport

struct OptimiserTests {
    private static let counts = Array(0...67) + [129, 1000]

    @Test(arguments: Paths.native)
    func sgdEqualsTheReferenceLoop(path: KernelPath) {
        guard let kernels = Paths.kernels(path) else { return }
        for (seed, count) in Self.counts.enumerated() {
            for choice in 0..<16 {
                let kind = SplitMix64.Kind.allCases[(seed + choice) % 3]
                let results = [kernels, ReferenceKernels()].map { (kernels: any Kernels) in
                    var stream = SplitMix64(seed: UInt64(seed))
                    let p = Operand(1, count, from: &stream, kind), velocity = Operand(1, count, from: &stream, kind)
                    let gradient = Operand(1, count, from: &stream, kind)
                    kernels.sgd(
                        p.row, gradient: gradient.row, velocity: choice & 2 == 0 ? nil : velocity.row,
                        coefficients: SGDCoefficients(
                            scale: choice & 1 == 0 ? 1 : 0.3, rate: 0.01, momentum: choice & 2 == 0 ? 0 : 0.9,
                            decay: choice & 4 == 0 ? 0 : 0.1, isFirst: choice & 8 == 0))
                    return p.elements + gradient.elements + velocity.elements
                }
                if let difference = firstDifference(results[0], results[1]) {
                    Issue.record("\(path) count \(count) choice \(choice), seed \(seed): \(difference)")
                }
            }
        }
    }

    @Test(arguments: Paths.native)
    func adamEqualsTheReferenceLoop(path: KernelPath) {
        guard let kernels = Paths.kernels(path) else { return }
        for (seed, count) in Self.counts.enumerated() {
            for choice in 0..<8 {
                let kind = SplitMix64.Kind.allCases[(seed + choice) % 3]
                let coefficients = AdamCoefficients(
                    scale: choice & 1 == 0 ? 1 : 0.7, shrink: choice & 2 == 0 ? 1 : 0.999,
                    decay: choice & 4 == 0 ? 0 : 0.01, w1: 0.1, beta2: 0.999, w2: 0.001, rate: 0.01, root: 0.25,
                    epsilon: 1e-8)
                let results = [kernels, ReferenceKernels()].map { (kernels: any Kernels) in
                    var stream = SplitMix64(seed: UInt64(seed))
                    let p = Operand(1, count, from: &stream, kind), m = Operand(1, count, from: &stream, kind)
                    let v = Operand(1, count, from: &stream, kind), gradient = Operand(1, count, from: &stream, kind)
                    for k in 0..<count { v.row[k] = abs(v.row[k]) }
                    kernels.adam(p.row, gradient: gradient.row, m: m.row, v: v.row, coefficients: coefficients)
                    return [p, m, v, gradient].flatMap(\.elements)
                }
                if let difference = firstDifference(results[0], results[1]) {
                    Issue.record("\(path) count \(count) choice \(choice), seed \(seed): \(difference)")
                }
            }
        }
    }

    @Test(arguments: Paths.native)
    func sumsOfSquaresEqualTheReferenceLoop(path: KernelPath) {
        guard let kernels = Paths.kernels(path) else { return }
        for (seed, count) in (Array(0...200) + [640, 1023, 5000]).enumerated() {
            var stream = SplitMix64(seed: UInt64(seed))
            let x = Operand(1, count, from: &stream, SplitMix64.Kind.allCases[seed % 3])
            var actual = 0.1, expected = 0.1
            kernels.sumOfSquares(x.row, into: &actual)
            ReferenceKernels().sumOfSquares(x.row, into: &expected)
            #expect(
                actual.bitPattern == expected.bitPattern,
                "\(path) count \(count), seed \(seed): \(String(actual.bitPattern, radix: 16))")
        }
    }

    /// Lanes, not one chain: 2^54 in lane 0 and 1 in lanes 1 and 65 sum to 2^54 + 2 only if 1 and 1 meet first.
    @Test(arguments: KernelPath.allCases)
    func elementsSixtyFourApartShareALane(path: KernelPath) {
        guard let kernels = Paths.kernels(path) else { return }
        let x = Operand([Float](repeating: 0, count: 130))
        x.row[0] = 0x1p27
        x.row[1] = 1
        x.row[65] = 1
        var sum = 0.0
        kernels.sumOfSquares(x.row, into: &sum)
        #expect(sum == 0x1p54 + 2)
        sum = 0
        x.row[65] = 0
        x.row[66] = 1
        kernels.sumOfSquares(x.row, into: &sum)
        #expect(sum == 0x1p54)
    }
}
