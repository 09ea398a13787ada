import Repro

/// Which lines of a data file differ, in words, counted from 1.
enum LineText {
    /// `line 66 differs (1 of 5,452 lines)`.
    static func text(_ change: LineChange) -> String {
        if change.areEndingsTurned {
            let name = change.path.split(separator: "/").last.map(String.init) ?? change.path
            return "only its line endings differ; where git turned them, '\(name) -text' in .gitattributes keeps them"
        }
        let (before, after) = (change.before, change.after)
        if let places = change.places {
            let total = "(\(grouped(places.count)) of \(lines(change.countAfter)))"
            switch places.count {
            case 0: return "its lines agree, and how they end differs"
            case 1: return "line \(number(places[0])) differs \(total)"
            case 2: return "lines \(number(places[0])) and \(number(places[1])) differ \(total)"
            default: return "lines \(range(after)) differ \(total)"
            }
        }
        let count = "(\(lines(change.countAfter)), \(grouped(change.countBefore)) were blessed)"
        if before.isEmpty {
            return after.count == 1
                ? "line \(number(after.lowerBound)) was added \(count)" : "lines \(range(after)) were added \(count)"
        }
        if after.isEmpty {
            return before.count == 1
                ? "line \(number(before.lowerBound)) was removed \(count)"
                : "lines \(range(before)) were removed \(count)"
        }
        return "lines \(range(after)) stand where \(range(before)) were \(count)"
    }

    private static func range(_ range: Range<Int>) -> String {
        range.count == 1 ? number(range.lowerBound) : "\(number(range.lowerBound))…\(number(range.upperBound - 1))"
    }

    private static func number(_ place: Int) -> String { grouped(place + 1) }
    private static func lines(_ count: Int) -> String { "\(grouped(count)) line\(count == 1 ? "" : "s")" }
}
