/// The valid name that a mistyped one most likely meant.
public enum NearestName {
    private static let greatestByteCount = 200

    /// The candidate with the smallest edit distance, the first of several; nil where none is close: a distance above
    /// a third of the name, rounded up, is no typing error, and neither is a name of more bytes than any candidate may have.
    public static func of(_ name: String, among candidates: [String]) -> String? {
        guard name.utf8.count <= greatestByteCount else { return nil }
        let limit = max(1, (name.utf8.count + 2) / 3)
        var best: (name: String, distance: Int)?
        for candidate in candidates {
            let distance = distance(Array(name.utf8), Array(candidate.utf8))
            if distance <= limit, distance < (best?.distance ?? Int.max) { best = (candidate, distance) }
        }
        return best?.name
    }

    /// Insertions, deletions, replacements and exchanges of neighbours (optimal string alignment).
    static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
        var rows = [Array(0...b.count)]
        for i in 0..<a.count {
            var row = [i + 1]
            for j in 0..<b.count {
                var cost = min(row[j] + 1, rows[i][j + 1] + 1, rows[i][j] + (a[i] == b[j] ? 0 : 1))
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, rows[i - 1][j - 1] + 1) }
                row.append(cost)
            }
            rows.append(row)
        }
        return rows[a.count][b.count]
    }
}
