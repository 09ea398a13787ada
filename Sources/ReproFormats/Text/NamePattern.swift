/// A pattern over names: `*` stands for any bytes, `?` for one.
public struct NamePattern: Sendable, Equatable {
    private let pattern: [UInt8]

    public init(_ text: String) { pattern = Array(text.utf8) }

    /// Whether the whole name is of the pattern.
    public func matches(_ name: String) -> Bool {
        let name = Array(name.utf8)
        var (place, at) = (0, 0)
        // Where the latest star stands, and what it has to begin its next try with.
        var star: (place: Int, at: Int)?
        while at < name.count {
            if place < pattern.count, pattern[place] == UInt8(ascii: "*") {
                star = (place, at)
                place += 1
            } else if place < pattern.count, pattern[place] == UInt8(ascii: "?") || pattern[place] == name[at] {
                place += 1
                at += 1
            } else if let last = star {
                star = (last.place, last.at + 1)
                place = last.place + 1
                at = last.at + 1
            } else {
                return false
            }
        }
        return pattern[place...].allSatisfy { $0 == UInt8(ascii: "*") }
    }
}
