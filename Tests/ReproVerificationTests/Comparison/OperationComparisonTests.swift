import ReproTrace
import ReproVerification
import Testing

/// How the operations of two runs are compared as they come.
@Suite struct OperationComparisonTests {
    private func operation(_ name: String, _ value: UInt8, shape: [Int] = [1]) -> TracedOperation {
        TracedOperation(
            stage: "step 000000", name: name, elementType: .float32, shape: shape, digest: hashing.digest(of: [value]))
    }

    @Test func theFirstAndTheLastPairThatDifferAreKept() throws {
        let expected = [operation("a", 1), operation("b", 2), operation("c", 3), operation("d", 4)]
        var comparison = OperationComparison()
        let found = [operation("a", 1), operation("b", 9), operation("c", 9), operation("d", 4)]
        let firsts = found.map { comparison.receive($0, besides: expected) }
        #expect(firsts == [false, true, false, false])
        #expect(comparison.place == "step 000000/b" && comparison.last?.name == "c")
        #expect(comparison.differingCount == 2 && comparison.count == 4)
        #expect(comparison.structure == nil)
    }

    @Test func anOperationOfOneSideOrOfAnotherShapeIsADifferenceOfStructure() throws {
        func structure(_ before: TracedOperation?, _ after: TracedOperation?) -> StructureDifference? {
            var comparison = OperationComparison()
            let isFirst = comparison.receive(before, after)
            #expect(isFirst)
            return comparison.structure
        }
        let one = operation("a", 1)
        #expect(structure(nil, one) == .unexpected("step 000000/a"))
        #expect(structure(one, nil) == .missing("step 000000/a"))
        #expect(structure(one, operation("b", 1)) == .missing("step 000000/a"))
        #expect(structure(one, operation("a", 2, shape: [1, 1])) == .shape(expected: [1], found: [1, 1]))
    }

    @Test func equalOperationsHaveNoPlace() {
        var comparison = OperationComparison()
        comparison.receive(operation("a", 1), operation("a", 1))
        #expect(comparison.first == nil && comparison.place.isEmpty && comparison.structure == nil)
    }
}
