/// Delta debugging: reduces a set that shows an effect to the smallest parts of it that do, by halves.
///
/// With one cause among n the number of tests grows with log n; a pair that shows the effect only together is found as a pair.
struct MinimalSets {
    /// Whether a set shows the effect.
    let test: ([Int]) throws -> Bool
    /// At most so many are looked for.
    var limit = 8

    /// The smallest parts of a set that show the effect, each by itself.
    ///
    /// - Parameter onFound: told of each as it is found; false ends the search.
    func all(in whole: [Int], onFound: ([Int]) throws -> Void) throws {
        var found: [[Int]] = []
        var seen: [[Int]] = []
        var open = [whole]
        while let set = open.popLast(), found.count < limit {
            guard !set.isEmpty, !seen.contains(set) else { continue }
            seen.append(set)
            var part = found.first { $0.allSatisfy(set.contains) }
            if part == nil {
                guard try test(set) else { continue }
                let smallest = try minimal(of: set)
                found.append(smallest)
                part = smallest
                try onFound(smallest)
            }
            // Another cause lacks at least one of these.
            for one in part ?? [] { open.append(set.filter { $0 != one }) }
        }
    }

    /// One smallest part of a set that shows the effect (the algorithm QuickXplain; Junker, AAAI 2004).
    ///
    /// - Precondition: the whole set shows it.
    func minimal(of set: [Int]) throws -> [Int] { try minimal(of: set, beside: [], isNew: false) }

    private func minimal(of set: [Int], beside: [Int], isNew: Bool) throws -> [Int] {
        if isNew, try test(beside.sorted()) { return [] }
        if set.count <= 1 { return set }
        let (left, right) = (Array(set[..<(set.count / 2)]), Array(set[(set.count / 2)...]))
        let fromRight = try minimal(of: right, beside: beside + left, isNew: true)
        let fromLeft = try minimal(of: left, beside: beside + fromRight, isNew: !fromRight.isEmpty)
        return (fromLeft + fromRight).sorted()
    }
}
