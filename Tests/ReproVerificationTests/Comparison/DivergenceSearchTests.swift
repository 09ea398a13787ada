import ReproNumerics
import ReproTrace
import ReproVerification
import Testing

@Suite struct DivergenceSearchTests {
    private let hashing = Hashing()

    private struct Entry: DigestedPart {
        let name: String
        let digest: Digest
    }

    private func entries(_ values: [UInt8]) -> [Entry] {
        values.enumerated().map { place, value in
            Entry(name: "entry \(place)", digest: hashing.digest(of: [value]))
        }
    }

    private func logarithm(_ count: Int) -> Int {
        var (power, exponent) = (1, 0)
        while power < count { (power, exponent) = (power * 2, exponent + 1) }
        return exponent
    }

    /// Entries after the first that differs may agree or not: the first is found, in 1 + ⌈log₂ n⌉ comparisons.
    @Test func theFirstDifferenceIsFoundWhateverComesAfterIt() {
        for count in 1...40 {
            let a = [UInt8](repeating: 0, count: count)
            for place in 0..<count {
                for after in [0, 1, 2] as [UInt8] {
                    var b = a
                    b[place] = 1
                    for later in (place + 1)..<max(place + 1, count) { b[later] = later % 2 == 0 ? after : 0 }
                    let search = DivergenceSearch(entries(a), entries(b))
                    #expect(search.first == place, "\(place) of \(count)")
                    #expect(search.comparisons <= 1 + logarithm(count))
                }
            }
        }
    }

    @Test func equalListsTakeOneComparison() {
        for count in [0, 1, 7, 300] {
            let list = entries((0..<count).map { UInt8(truncatingIfNeeded: $0) })
            let search = DivergenceSearch(list, list)
            #expect(search.first == nil && search.comparisons == 1)
        }
    }

    @Test func aMissingEntryIsWhereTheShorterListEnds() {
        let list = entries([1, 2, 3, 4, 5])
        for count in 0..<5 {
            #expect(DivergenceSearch(list, Array(list[..<count])).first == count)
            #expect(DivergenceSearch(Array(list[..<count]), list).first == count)
        }
    }

    @Test func aNameThatDiffersIsADifference() {
        let list = entries([1, 2, 3])
        var other = list
        other[1] = Entry(name: "another", digest: list[1].digest)
        let search = DivergenceSearch(list, other)
        #expect(search.first == 1 && search.name == "entry 1" && search.count == 4)
    }
}
