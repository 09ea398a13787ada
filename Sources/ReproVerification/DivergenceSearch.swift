import ReproTrace

/// Finds where two lists of digests part, in as many comparisons as the list's logarithm.
///
/// What is compared is the digest of a beginning of either list. Beginnings that agree agree in every entry, so bisection
/// finds the first entry that differs whatever comes after it, also where later entries agree again.
public struct DivergenceSearch: Sendable, Equatable {
    /// A stage, a tensor or an operation.
    public struct Entry: Sendable, Equatable {
        public let name: String
        public let digest: Digest

        public init(name: String, digest: Digest) {
            self.name = name
            self.digest = digest
        }
    }

    /// The place of the first entry that differs, or that only one list has; nil where the lists are equal.
    public let first: Int?
    /// How many comparisons that took: 1 for equal lists, else 1 + ⌈log₂ of the longer list's length⌉.
    public let comparisons: Int

    public init(_ a: [Entry], _ b: [Entry]) {
        let (left, right) = (DivergenceSearch.beginnings(a), DivergenceSearch.beginnings(b))
        var comparisons = 0
        /// Whether the first `count` entries agree.
        func agree(_ count: Int) -> Bool {
            comparisons += 1
            return count < left.count && count < right.count && left[count] == right[count]
        }
        let longer = max(a.count, b.count)
        if agree(longer) {
            first = nil
        } else {
            var (equal, different) = (0, longer)
            while different - equal > 1 {
                let middle = (equal + different) / 2
                if agree(middle) { equal = middle } else { different = middle }
            }
            first = equal
        }
        self.comparisons = comparisons
    }

    /// The digest of the first n entries at place n.
    private static func beginnings(_ entries: [Entry]) -> [Digest] {
        let hashing = Hashing()
        var digests = [hashing.streams([])]
        for entry in entries {
            digests.append(
                hashing.node(name: entry.name, streams: digests[digests.count - 1], children: [entry.digest]))
        }
        return digests
    }
}
