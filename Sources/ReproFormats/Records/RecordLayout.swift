/// The formats of text files, each a record after another.
public enum RecordFormat: String, Sendable, CaseIterable {
    /// `label<TAB>text`, or columns with single tabs between.
    case tsv
    /// RFC 4180.
    case csv
    /// A JSON object on each line.
    case jsonl
    /// Ten columns with tabs between, a line per word, a blank line after each sentence.
    case conllu
    /// As CoNLL-U, with any columns and without comments.
    case columns
}

/// What of a text file is read, and how its bytes become characters.
public struct RecordLayout: Sendable, Equatable {
    /// How bytes become characters.
    public enum Encoding: String, Sendable, CaseIterable {
        case utf8
        /// ISO 8859-1: each byte is the character of its number.
        case latin1
    }

    /// A column by its number or name, or a key of an object.
    public enum Column: Sendable, Equatable {
        /// From 1; from the last column backwards, −1 is the last.
        case number(Int)
        /// As the header writes it.
        case name(String)
    }

    /// How bytes become characters.
    public var encoding = Encoding.utf8
    /// Whether the first record names the columns; nil for what the format and the columns ask for.
    public var header: Bool?
    /// What stands between columns: nil for a comma in CSV, and for any white space in `columns`.
    public var separator: UInt8?
    /// The column of the text or token; nil for the format's own.
    public var text: Column?
    /// The column of the label; nil for the format's own.
    public var label: Column?

    public init() {}
}

/// An example of a text file.
public struct TextRecord: Sendable, Equatable {
    /// What is to become tokens, in UTF-8.
    public enum Content: Sendable, Equatable {
        case text([UInt8])
        case words([[UInt8]])
    }

    /// What is to become tokens.
    public let content: Content
    /// One label, or one per word.
    public let labels: [[UInt8]]
    /// The line of each label in the file, from 1.
    public let lines: [Int]

    public init(content: Content, labels: [[UInt8]], lines: [Int]) {
        (self.content, self.labels, self.lines) = (content, labels, lines)
    }
}
