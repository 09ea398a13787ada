import Foundation
import ReproFormats
import ReproNumerics
import ReproTrace
import ReproVerification
import Testing

/// What two files of tensors say about each other.
@Suite struct TensorDifferenceTests {
    private func row(_ name: String, _ values: [Float]) -> NamedArray {
        NamedArray(name, .float(Tensor(shape: [values.count], elements: values)))
    }

    @Test func equalTensorsDoNotDiffer() throws {
        #expect(try fileDifferences([row("a", [1, -0.0, .nan])], [row("a", [1, -0.0, .nan])]).isEmpty)
    }

    /// 1 and its successor are one step and 2^−23 apart. From 3, 0x40400000, it is 2^22 steps to 4, 0x40800000.
    @Test func theFirstElementAndTheGreatestDistancesAreTold() throws {
        let found = try fileDifferences([row("a", [0, 1, 2, 3])], [row("a", [0, Float(1).nextUp, 2, 4])])
        let difference = try #require(found.first)
        #expect(found.count == 1 && difference.elementType == .float32)
        guard case .elements(let first, let count, let total, let ulps, let distance) = difference.kind else {
            Issue.record("\(difference)")
            return
        }
        #expect(first.offset == 1 && first.before == 0x3f80_0000 && first.after == 0x3f80_0001)
        #expect(first.ulps == 1 && first.distance == 0x1p-23)
        #expect(count == 2 && total == 4 && ulps == 1 << 22 && distance == 1)
    }

    @Test func anElementThatBecameNaNHasNoDistance() throws {
        let found = try fileDifferences([row("a", [1, 2])], [row("a", [.nan, 2])])
        guard case .elements(let first, 1, 2, nil, nil) = try #require(found.first).kind else {
            Issue.record("\(found)")
            return
        }
        #expect(first.ulps == nil && first.distance == nil)
    }

    @Test func structureIsTold() throws {
        let same = row("same", [1])
        let found = try fileDifferences(
            [same, row("gone", [1]), row("shaped", [1, 2]), row("typed", [1])],
            [
                same, row("new", [1]), NamedArray("shaped", .float(Tensor(shape: [1, 2], elements: [1, 2]))),
                NamedArray("typed", .int(shape: [1], elements: [1])),
            ])
        #expect(found.map(\.name) == ["gone", "shaped", "typed", "new"])
        #expect(
            found.map(\.kind) == [
                .missing, .shape(before: [2], after: [1, 2]), .dtype(before: "F32", after: "I64"), .unexpected,
            ])
    }
}
