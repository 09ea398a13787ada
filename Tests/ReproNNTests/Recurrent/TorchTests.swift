import Foundation
import ReproFormats
import ReproNN
import ReproNumerics
import ReproTestSupport
import Testing

/// Layers against PyTorch in binary64 (`Tests/Fixtures/torch_matrix.py`).
///
/// Our greatest error in a tensor stays within four times PyTorch's own in binary32, or four units of rounding of the
/// tensor's greatest element where PyTorch was lucky. `Vectors/torch-exceptions.tsv` names every tensor that does not keep
/// it, with its figure and why.
@Suite struct TorchTests {
    private static let limit = 4.0

    /// Our greatest error of a tensor over its bound's unit: the greater of PyTorch's and 2^-24 × the greatest magnitude.
    private struct Ratio {
        let value: Double
        let torchError: Double
        let magnitude: Double
        /// Our root mean square error over PyTorch's, nil where that is 0.
        let mean: Double?
        let one: TorchCase
        let tensor: String

        var name: String { "\(one.number)/\(tensor)" }
        /// The tensor's name without layer and direction.
        var role: String { String(tensor.split(separator: "_l", omittingEmptySubsequences: false).first ?? "") }
        var kind: String { one.cell + " " + role }
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
                let errors = expected.elements.map { offset, exact in
                    let element = value[offset: offset]
                    return element.isFinite ? (Double(element) - exact).magnitude : .infinity
                }
                let error = errors.max()
                let unit = max(expected.torchError, 0x1p-24 * expected.magnitude)
                let mean = (errors.reduce(0) { $0 + $1 * $1 } / Double(errors.count)).squareRoot()
                ratios.append(
                    Ratio(
                        value: error == 0 ? 0 : try #require(error) / unit, torchError: expected.torchError,
                        magnitude: expected.magnitude, mean: expected.torchMean == 0 ? nil : mean / expected.torchMean,
                        one: one, tensor: expected.name))
            }
        }
        return ratios
    }

    /// The greatest ratio of each exception, by name.
    private func exceptions() throws -> [String: Double] {
        let text = try String(contentsOfFile: try vectors.path("torch-exceptions.tsv"), encoding: .utf8)
        let rows = text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map { $0.split(separator: "\t") }
        return Dictionary(uniqueKeysWithValues: try rows.map { (String($0[0]), try #require(Double($0[1]))) })
    }

    private func verify(_ ratios: [Ratio], _ exceptions: [String: Double]) {
        for ratio in ratios { #expect(ratio.value <= exceptions[ratio.name] ?? Self.limit, "\(ratio.line)") }
    }

    @Test func forwardValuesAndEveryGradientAgreeWithPyTorch() throws {
        let matrix = try TorchMatrix(path: try vectors.path("torch-matrix.safetensors"))
        #expect(matrix.cases.count >= 200)
        let (ratios, exceptions) = (try ratios(matrix), try exceptions())
        #expect(exceptions.keys.filter { !ratios.map(\.name).contains($0) } == [])
        verify(ratios, exceptions)
        let worst = try #require(ratios.filter { exceptions[$0.name] == nil }.max { $0.value < $1.value })
        print("\(ratios.count) tensors, \(exceptions.count) exceptions; the worst of the others: \(worst.line)")
    }

    /// `make torch-matrix`. Draws of another seed are measured; those of the vectors are held to the exceptions too, and
    /// the exceptions to them.
    @Test(.enabled(if: matrixPath != nil, "make torch-matrix compares every element"))
    func everyElementOfEveryConfigurationAgreesWithPyTorch() throws {
        let matrix = try TorchMatrix(path: try #require(matrixPath))
        let ratios = try ratios(matrix)
        let above = ratios.filter { $0.value > Self.limit }
        for ratio in above { print(ratio.line) }
        for kind in Set(ratios.map(\.kind)).sorted() {
            let own = ratios.filter { $0.kind == kind }
            let worst = try #require(own.max { $0.value < $1.value })
            let many = own.count { $0.value > Self.limit }
            print("torch matrix: \(kind): \(many) of \(own.count) above 4, worst \(worst.value) (\(worst.name))")
        }
        for role in Set(ratios.map(\.role)).sorted() + [""] {
            let means = ratios.filter { role.isEmpty || $0.role == role }.compactMap(\.mean)
            let (middle, high) = (thousandths(percentile(means, 0.5)), thousandths(percentile(means, 0.95)))
            print(
                "torch matrix: root mean square error over PyTorch's, \(role.isEmpty ? "all" : role): median \(middle), "
                    + "95th percentile \(high), \(means.count) tensors")
        }
        print("torch matrix: \(above.count) of \(ratios.count) tensors above 4, seed \(matrix.seed)")
        guard try matrix.seed == TorchMatrix(path: try vectors.path("torch-matrix.safetensors")).seed else { return }
        let exceptions = try exceptions()
        verify(ratios, exceptions)
        #expect(exceptions.keys.filter { !above.map(\.name).contains($0) } == [], "no longer exceptions")
    }
}

/// Between the two nearest values in order, as NumPy has it.
private func percentile(_ values: [Double], _ fraction: Double) -> Double {
    let sorted = values.sorted()
    let place = fraction * Double(sorted.count - 1)
    let (low, high) = (Int(place.rounded(.down)), Int(place.rounded(.up)))
    return sorted[low] + (sorted[high] - sorted[low]) * (place - Double(low))
}

private func thousandths(_ value: Double) -> Double { (value * 1000).rounded() / 1000 }

private let matrixPath = ProcessInfo.processInfo.environment["REPRO_TORCH_MATRIX"]
