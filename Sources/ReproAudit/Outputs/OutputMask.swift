import ReproFormats

/// A part of the outputs that is not compared, as `--hide` names it.
///
/// `PATH` hides whole files. `PATH:NAME` hides values: tensors, keys, columns and tags by their names; in text, the words that are
/// of the pattern, or, where it holds a space, the lines that are. Both parts are patterns with `*` and `?`.
public struct OutputMask: Sendable, Equatable {
    /// As it was given.
    public let pattern: String
    private let path: NamePattern
    private let name: NamePattern?
    private let isOfLines: Bool

    public init(pattern: String) {
        self.pattern = pattern
        let parts = pattern.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        path = NamePattern(String(parts[0]))
        name = parts.count == 2 ? NamePattern(String(parts[1])) : nil
        isOfLines = parts.count == 2 && parts[1].utf8.contains(UInt8(ascii: " "))
    }

    /// Whether it hides a whole file.
    func hides(_ file: String) -> Bool { name == nil && path.matches(file) }

    /// What is left of a value of a file, and how much of it is hidden: a value, a line, or words of one.
    func rest(of value: OutputValue, in file: String) -> (value: OutputValue?, hidden: Int) {
        guard let name, path.matches(file) else { return (value, 0) }
        guard case .line(let line) = value.payload else { return name.matches(value.name) ? (nil, 1) : (value, 0) }
        if isOfLines { return name.matches(line) ? (OutputValue(value.name, value.index, .line("")), 1) : (value, 0) }
        let words = line.split(separator: " ")
        let left = words.filter { !name.matches(String($0)) }
        if left.count == words.count { return (value, 0) }
        return (OutputValue(value.name, value.index, .line(left.joined(separator: " "))), words.count - left.count)
    }
}

/// What a mask hid of a file, so that what was not compared is always said.
public struct HiddenOutput: Sendable, Equatable {
    /// The mask, as it was given.
    public let pattern: String
    /// The file.
    public let path: String
    /// How many values, or words and lines of text, it hid in the first run; 1 for a whole file.
    public let count: Int
    /// Whether the two runs differ in what is hidden, so that without the mask they would not be equal.
    public let isDifferent: Bool

    package init(pattern: String, path: String, count: Int, isDifferent: Bool) {
        (self.pattern, self.path, self.count, self.isDifferent) = (pattern, path, count, isDifferent)
    }

    /// What is known of one file and mask from two comparisons.
    func joined(with other: HiddenOutput) -> HiddenOutput {
        HiddenOutput(
            pattern: pattern, path: path, count: max(count, other.count), isDifferent: isDifferent || other.isDifferent)
    }
}

extension HiddenOutput: JSONRepresentable {
    public var json: JSONValue { ["pattern": pattern, "path": path, "count": count, "differ": isDifferent] }
}
