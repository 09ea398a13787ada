import Testing

import ReproNumerics
import ReproTestSupport

struct ElementaryTests {
    @Test(arguments: KernelPath.allCases)
    func everyPathReturnsTheCorrectlyRoundedValueOfEveryVector(path: KernelPath) throws {
        guard let kernels = Paths.kernels(path) else { return }
        let vectors = try ElementaryVectors()
        for function in ElementaryFunction.allCases {
            let input = try #require(vectors.inputs[function]), expected = try #require(vectors.results[function])
            #expect(input.count > 2000)
            let difference = firstElementaryDifference(input, function.map(kernels, input), expected)
            #expect(difference == nil, "\(path) \(function): \(difference ?? "")")
        }
    }

    @Test func oneFlippedBitInTheVectorsIsSeen() throws {
        let kernels = try KernelPath.portable.kernels()
        let vectors = try ElementaryVectors()
        for function in ElementaryFunction.allCases {
            let input = try #require(vectors.inputs[function])
            var expected = try #require(vectors.results[function])
            let index = expected.count / 3
            expected[index] = Float(bitPattern: expected[index].bitPattern ^ 1)
            let difference = firstElementaryDifference(input, function.map(kernels, input), expected)
            #expect(difference?.hasPrefix("index \(index): ") == true)
        }
    }

    /// From outside: `python3 Tests/Fixtures/elementary_vectors.py --digests`, Python 3.11.7, gmpy2 2.3.2, MPFR 4.2.2.
    private static let stridedDigests: [ElementaryFunction: String] = [
        .exp: "8092cc4a8e0e78319d2c647bb4fbc6070ab988d6a1daddeaafd72523668225d0",
        .log: "97defe6ca2cbff78a070919e56e30a6afb70ae899104c70c26bc8bdd39cfbf6f",
        .log1p: "7de9ec1ab4841bb6be7e05bd7cfd6e9a9dcf759e2c196a2e610039e346c948a3",
        .tanh: "9f0f15aedb3e174c65646a1da79418551a181c0f8972ac97e2875bced6814144",
        .sigmoid: "d77519131ae261276006261e44cbd46b1b44e1326cc026e1733afbb6df80afd4",
    ]
    /// The bit patterns 0, 4099, 2 × 4099, … below 2^32.
    private static let stridedInputs = stride(from: UInt64(0), to: 1 << 32, by: 4099).map {
        Float(bitPattern: UInt32($0))
    }

    @Test(arguments: KernelPath.allCases)
    func everyPathHasTheOraclesDigestOverAStride(path: KernelPath) throws {
        guard let kernels = Paths.kernels(path) else { return }
        for function in ElementaryFunction.allCases {
            let results = function.map(kernels, Self.stridedInputs)
            #expect(digest(results, by: kernels) == Self.stridedDigests[function], "\(path) \(function)")
        }
    }

    @Test func valuesThatAreDefinedOutright() throws {
        let nan = Float(bitPattern: 0x7fc0_0000), infinity = Float.infinity
        let notNumbers = [0x7fc0_0000, 0xffc0_0000, 0x7f80_0001, 0xff80_0001, 0x7fff_ffff, 0xffff_ffff].map {
            Float(bitPattern: UInt32($0))
        }
        let defined: [ElementaryFunction: [(Float, Float)]] = [
            .exp: [(0, 1), (-0.0, 1), (infinity, infinity), (-infinity, 0), (89, infinity), (-104, 0)],
            .log: [
                (0, -infinity), (-0.0, -infinity), (1, 0), (infinity, infinity), (-infinity, nan), (-1, nan),
                (-.leastNonzeroMagnitude, nan),
            ],
            .log1p: [
                (0, 0), (-0.0, -0.0), (-1, -infinity), ((-1 as Float).nextDown, nan), (-infinity, nan),
                (infinity, infinity), (.leastNonzeroMagnitude, .leastNonzeroMagnitude),
            ],
            .tanh: [(0, 0), (-0.0, -0.0), (infinity, 1), (-infinity, -1), (10, 1), (-10, -1)],
            .sigmoid: [(0, 0.5), (-0.0, 0.5), (infinity, 1), (-infinity, 0), (18, 1), (-104, 0)],
        ]
        for path in KernelPath.allCases {
            guard let kernels = Paths.kernels(path) else { continue }
            for (function, pairs) in defined {
                let input = pairs.map(\.0) + notNumbers, expected = pairs.map(\.1) + notNumbers.map { _ in nan }
                let difference = firstElementaryDifference(input, function.map(kernels, input), expected)
                #expect(difference == nil, "\(path) \(function): \(difference ?? "")")
            }
        }
    }

    @Test(arguments: KernelPath.allCases)
    func aResultDependsNeitherOnItsPlaceNorOnItsNeighbours(path: KernelPath) throws {
        guard let kernels = Paths.kernels(path) else { return }
        var stream = SplitMix64(seed: 3)
        for function in ElementaryFunction.allCases {
            for count in 0...67 {
                let memory = Operand(1, count, from: &stream, count % 2 == 0 ? .ordinary : .wholeRange)
                let input = (0..<count).map { memory.row[$0] }, guards = [Float](repeating: untouched, count: count)
                let alone = input.map { function.map(kernels, [$0])[0] } + guards
                let apart = Operand(untouched: 1, count)
                function.map(kernels, memory.row, into: apart.row)
                let first = firstElementaryDifference(input + guards, apart.elements, alone)
                #expect(first == nil, "\(path) \(function), seed 3, count \(count): \(first ?? "")")
                function.map(kernels, memory.row, into: memory.row)
                let second = firstElementaryDifference(input + guards, memory.elements, alone)
                #expect(second == nil, "\(path) \(function) in place, seed 3, count \(count): \(second ?? "")")
            }
        }
    }
}
