/// Which lines of a data file differ from those of the file that was blessed.
public struct LineChange: Sendable, Equatable {
    /// Relative to the golden's folder.
    public let path: String
    /// The lines from the first to the last that differs in the file that was blessed, counted from 0; empty where lines were
    /// only added.
    public let before: Range<Int>
    /// The lines that stand in their place; empty where lines were only removed.
    public let after: Range<Int>
    /// How many lines the two files have.
    public let countBefore, countAfter: Int
    /// The lines that differ, from 0, where both files have as many; nil where they do not.
    public let places: [Int]?
    /// Whether the files are the same but for CRLF where the other has LF.
    public let areEndingsTurned: Bool

    /// Compares two files by their common beginning and end.
    ///
    /// - Parameters:
    ///   - before: the lines of the file that was blessed, or a digest of each.
    ///   - after: those of the file that is there now.
    ///   - areEndingsTurned: whether only their line endings differ, which lines do not tell.
    public init<Line: Equatable>(
        path: String, before old: [Line], after new: [Line], areEndingsTurned: Bool = false
    ) {
        let shorter = min(old.count, new.count)
        var start = 0
        while start < shorter, old[start] == new[start] { start += 1 }
        var end = 0
        while end < shorter - start, old[old.count - 1 - end] == new[new.count - 1 - end] { end += 1 }
        self.path = path
        self.areEndingsTurned = areEndingsTurned
        before = start..<(old.count - end)
        after = start..<(new.count - end)
        countBefore = old.count
        countAfter = new.count
        places = old.count == new.count ? before.filter { old[$0] != new[$0] } : nil
    }
}
