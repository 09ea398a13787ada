import ReproTrace

/// Finds where two lists of stages, tensors or operations part, in as many comparisons of digests as the list's logarithm.
///
/// What is compared is the digest of a beginning of either list. Beginnings that agree agree in every entry, so bisection
/// finds the first pair that differs whatever comes after it, also where later pairs agree again.
public struct DivergenceSearch: Sendable, Equatable {
    /// The place among the pairs and the name of the first that differs; nil where the lists are equal.
    public let first: Int?
    /// What the first difference is called; nil where there is none.
    public let name: String?
    /// How many pairs there are.
    public let count: Int
    /// How many comparisons the search took: 1 for equal lists, else 1 + ⌈log₂ count⌉.
    public let comparisons: Int

    public init<Part: DigestedPart>(_ before: [Part], _ after: [Part]) {
        let pairs = Pair.all(before, after)
        let left = DivergenceSearch.beginnings(pairs.map(\.before))
        let right = DivergenceSearch.beginnings(pairs.map(\.after))
        var comparisons = 0
        /// Whether the first `count` pairs agree.
        func agree(_ count: Int) -> Bool {
            comparisons += 1
            return left[count] == right[count]
        }
        if agree(pairs.count) {
            first = nil
        } else {
            var (equal, different) = (0, pairs.count)
            while different - equal > 1 {
                let middle = (equal + different) / 2
                if agree(middle) { equal = middle } else { different = middle }
            }
            first = equal
        }
        name = first.map { pairs[$0].name }
        count = pairs.count
        self.comparisons = comparisons
    }

    /// The digest of the first n parts at place n; a part that is not there leaves the digest as it is.
    private static func beginnings(_ parts: [(some DigestedPart)?]) -> [Digest] {
        let hashing = Hashing()
        var digests = [hashing.streams([])]
        for part in parts {
            let last = digests[digests.count - 1]
            digests.append(part.map { hashing.node(name: $0.name, streams: last, children: [$0.digest]) } ?? last)
        }
        return digests
    }
}
