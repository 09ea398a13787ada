import Foundation
import ReproFormats
import ReproNN
import ReproNumerics
import Testing

/// Layers against PyTorch in binary64 (`Tests/Fixtures/torch_matrix.py`).
///
/// Our greatest error in a tensor stays within four times PyTorch's own in binary32, or four units of rounding of the
/// tensor's greatest element where PyTorch was lucky.
@Suite struct TorchTests {
    /// Our greatest error of a tensor over its bound's unit: the greater of PyTorch's and 2^-24 × the greatest magnitude.
    private struct Ratio {
        let value: Double
        let torchError: Double
        let magnitude: Double
        let one: TorchCase
        let tensor: String

        var name: String { "\(one.number)/\(tensor)" }
        /// The cell, and the tensor's name without layer and direction.
        var kind: String {
            one.cell + " " + (tensor.split(separator: "_l", omittingEmptySubsequences: false).first ?? "")
        }
        var line: String { "\(name)\t\(value)\t\(one.title)\tPyTorch's \(torchError), magnitude \(magnitude)" }
    }

    private func ratios(_ matrix: TorchMatrix) throws -> [Ratio] {
        let engine = try engine(.best, workers: 2)
        var ratios: [Ratio] = []
        for one in matrix.cases {
            let found = try one.results(engine)
            try #require(found.map(\.name) == one.expected.map(\.name), "case \(one.number)")
            for ((_, value), expected) in zip(found, one.expected) {
                try #require(value.shape == expected.shape, "case \(one.number) \(expected.name)")
                let error = expected.elements.map { offset, exact in
                    let element = value[offset: offset]
                    return element.isFinite ? (Double(element) - exact).magnitude : .infinity
                }.max()
                let unit = max(expected.torchError, 0x1p-24 * expected.magnitude)
                ratios.append(
                    Ratio(
                        value: error == 0 ? 0 : try #require(error) / unit, torchError: expected.torchError,
                        magnitude: expected.magnitude, one: one, tensor: expected.name))
            }
        }
        return ratios
    }

    @Test func forwardValuesAndEveryGradientAgreeWithPyTorch() throws {
        let matrix = try TorchMatrix(path: try vector("torch-matrix.safetensors"))
        #expect(matrix.cases.count >= 200)
        let ratios = try ratios(matrix)
        for ratio in ratios { #expect(ratio.value <= 4, "\(ratio.line)") }
    }

    @Test(.enabled(if: ProcessInfo.processInfo.environment["REPRO_TORCH_MATRIX"] != nil, "make torch-matrix"))
    func everyElementOfEveryConfigurationAgreesWithPyTorch() throws {
        let path = try #require(ProcessInfo.processInfo.environment["REPRO_TORCH_MATRIX"])
        let matrix = try TorchMatrix(path: path)
        let ratios = try ratios(matrix)
        for ratio in ratios where ratio.value > 4 { print(ratio.line) }
    }
}
